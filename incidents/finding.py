"""A finding of an audit: a case that says where, against which clause, how grave, and what closed it. Pure.

Source: requirements.md 1 (complaints and audit findings enter the review, too).
"""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """As auditors grade; nothing to do with the levels of agreements."""

    MAJOR = "major"
    MINOR = "minor"
    OBSERVATION = "observation"


class FindingState(StrEnum):
    NONE = "none"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRaised:
    """`source`: which audit; `clause`: of the agreement, a standard or a rule of the house."""

    source: str
    clause: str
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingClosed:
    """`evidence`: where it can be seen that it is mended."""

    evidence: str
