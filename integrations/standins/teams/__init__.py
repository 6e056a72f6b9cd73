"""Teams for those who have none: a Bot Connector with its people and cards, a sign-in, and keys that change."""
