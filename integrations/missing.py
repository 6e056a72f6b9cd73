"""What a vendor cannot be made without, named as whoever sets it has to write it."""

from __future__ import annotations


def setting(name: str) -> str:
    """As it stands in the environment, or in .env."""
    return f"ASKARSAN_{name.upper()}"


def not_set(*names: str) -> str:
    """To stand behind "…cannot be connected: "."""
    return f"{' and '.join(map(setting, names))} {'is' if len(names) == 1 else 'are'} not set"
