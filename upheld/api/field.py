"""The fields that resources have in common, and the frame of every shape: an unknown key is a mistake."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from config.duration import parse_duration
from config.instant import Instant, Span, parse_rfc3339
from notify.message import harmless

LONGEST = 4000
AT_ONCE = 200
DEEPEST = 20
EARLIEST, LATEST = parse_rfc3339("2000-01-01T00:00:00Z"), parse_rfc3339("2200-01-01T00:00:00Z")


class Shape(BaseModel):
    """Of what is sent and of what is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _moment(value: Any) -> Instant:
    try:
        at = parse_rfc3339(value)
    except (TypeError, ValueError, OverflowError):
        raise PydanticCustomError("moment", "is no time with an offset; write 2026-11-22T14:30:00+08:00") from None
    if not EARLIEST <= at < LATEST:
        raise PydanticCustomError("moment", "lies before 2000 or after 2199")
    return at


def _length(value: Any) -> Span:
    try:
        return parse_duration(value)
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("length", "{why}", {"why": str(error)}) from None


def _shallow(value: Any) -> Any:
    if _depth(value, DEEPEST) > DEEPEST:
        raise PydanticCustomError("deep", "has more than 20 levels")
    return value


def _depth(value: Any, left: int) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 if left < 0 else 1 + max((_depth(one, left - 1) for one in inner), default=0)


Moment = Annotated[Instant, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339 with an offset; an instant inside."""
Length = Annotated[Span, BeforeValidator(_length), WithJsonSchema({"type": "string", "examples": ["4h", "1h30m"]})]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST), AfterValidator(harmless)
]
"""What a person reads."""
Beside = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST), AfterValidator(harmless)]
"""The same, where there may be nothing to say."""
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
"""An id of ours."""
Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""In an answer: RFC 3339, in UTC, with milliseconds."""


Terms = Annotated[dict[str, Any], AfterValidator(_shallow)]
"""What would stand in the configuration."""


class Nothing(Shape):
    """No parameter, no body."""


class Listed(Shape):
    """Parameters of every list."""

    limit: int = Field(50, ge=1, le=AT_ONCE, description="how many at once")
    cursor: Name | None = Field(None, description="`next` of the page before")


class Trial(Shape):
    """Parameters of what changes a count."""

    dry_run: bool = Field(False, description="only say figures, verdicts and money before and after; nothing is stored")


class Figure(Shape):
    """`money`: what the agreement owes for the period, by currency. Lengths are seconds, whole or as `num/den`."""

    availability: int | str | None
    shown_pct: str | None
    counted_down_s: int | str
    excluded_s: int | str
    verdict: str | None
    money: dict[str, str]


class Effect(Shape):
    """What a change would do to one component's figure in one period."""

    customer: str
    agreement: str
    period: str
    component: str
    before: Figure | None
    after: Figure
    consequence: str


class Said(BaseModel):
    """One event with everything it says; further keys by its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    event: str
    recorded_at: Time
    by: str
