"""Telegram by its Bot API and python-telegram-bot: sending, the door, signed links, and setting it up."""
