"""A stand-in for Telegram: its people and chats, its Bot API, and the webhook it knocks at."""
