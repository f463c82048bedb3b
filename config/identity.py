"""A Chinese resident identity number in a text: it is never stored. Source: GB 11643-1999 (ISO 7064, MOD 11-2)."""

import re
from datetime import date

_LOOKS_LIKE = re.compile(r"(?<![0-9A-Za-z])([0-9]{17}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)
_GROUPED = re.compile(r"(?<=[0-9])[ \-](?=[0-9])")
_SIGNS = "10X98765432"
REFUSAL = "an identity number is never stored; take it out and name the person instead"


def resident_number(text: str) -> bool:
    """18 digits, the last perhaps X, of a day of birth that was and a right last sign; also with blanks or hyphens."""
    return any(_valid(found[1]) for form in (text, _GROUPED.sub("", text)) for found in _LOOKS_LIKE.finditer(form))


def _valid(number: str) -> bool:
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    if _SIGNS[total % 11] != number[17].upper():
        return False
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14])).year >= 1850
    except ValueError:
        return False
