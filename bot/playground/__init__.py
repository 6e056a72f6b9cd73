"""A page on which a newcomer plays all parts: three phones, a clock to jump, and a look behind. Never in service."""
