"""An interview by phone: there is no room to make, only a number to show and to ring."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


def shown(number: str) -> str:
    """An E.164 number as people read it, with its country: +351 912 345 678. What is no number stays as it is."""
    return _written(number, PhoneNumberFormat.INTERNATIONAL, number)


def ringing(number: str) -> str:
    """The link a phone rings when somebody presses it (RFC 3966); empty where there is no number."""
    return _written(number, PhoneNumberFormat.RFC3966, "")


def _written(number: str, form: int, otherwise: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), form)
    except NumberParseException:
        return otherwise
