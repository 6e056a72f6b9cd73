"""How the assistant is shown, and written to, in a terminal."""
