"""An interview by phone: there is no room to make, only a number to show."""

from __future__ import annotations

import phonenumbers


def shown(number: str) -> str:
    """An E.164 number as people read it, with its country: +351 912 345 678. What is no number stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number
