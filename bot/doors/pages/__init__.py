"""Pages of our own: what people see and do without an account, from a link in a message."""
