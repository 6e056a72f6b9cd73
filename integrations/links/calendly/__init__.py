"""Calendly: its API, what it tells at our door, and what that comes to."""
