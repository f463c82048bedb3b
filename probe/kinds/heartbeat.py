"""The system reports by itself: it calls `/ping/{token}` after each good run. See probe/heartbeat.py for the rule."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.duration import parse_duration
from config.instant import DAY, MINUTE, SECOND, Span
from config.value import Value, Zone
from probe.cron import fault_in as fault_in_cron
from probe.heartbeat import Entrance, Rhythm, Signal, Words
from probe.kind import ProbeKind


def _span(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _cron(value: str) -> str:
    fault = fault_in_cron(value)
    if fault is not None:
        raise ValueError(fault)
    return value


Written = Annotated[Span, BeforeValidator(_span)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class Keywords(Value):
    """Looked for in what a plain report says, exactly as written; `fail` first, then `success`, `start`."""

    fail: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    success: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    start: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    otherwise: Literal["ignored", "fail"] = "ignored"
    """What it means when none of them is there."""

    @property
    def words(self) -> Words:
        return Words(fail=self.fail, success=self.success, start=self.start, otherwise=Signal(self.otherwise))


class Options(Value):
    needs_target: ClassVar[bool] = False

    period: Annotated[Written, Field(ge=SECOND, le=366 * DAY)] | None = None
    """The time from one report to the next; or else `cron`."""
    cron: Annotated[str, AfterValidator(_cron)] | None = None
    """When the job starts, as its line in the crontab says: minute, hour, day, month, weekday."""
    timezone: Zone = "UTC"
    """On whose clocks `cron` goes."""
    grace: Annotated[Written, Field(ge=SECOND, le=366 * DAY)] = 5 * MINUTE
    token: Annotated[str, Field(min_length=8, max_length=200, pattern=r"^[A-Za-z0-9_.~-]+$")]
    """The secret part of the address the system calls; best as `${env:NAME}`."""
    post_only: bool = False
    """Reports by GET and HEAD are kept and not counted: previews of links in mails and chats send them too."""
    keywords: Keywords | None = None

    @model_validator(mode="after")
    def _one_rhythm(self) -> "Options":
        if (self.period is None) == (self.cron is None):
            raise ValueError("a heartbeat has either 'period' or 'cron'; write one of them")
        return self

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(every=self.period, cron=self.cron or "", zone=self.timezone, grace=self.grace)

    def entrance(self, check: str) -> Entrance:
        words = None if self.keywords is None else self.keywords.words
        return Entrance(check=check, post_only=self.post_only, words=words)


def fault_in(target: str, options: Any) -> str | None:
    return f"a heartbeat reports by itself and has no target; leave out '{target}'" if target else None


KIND = ProbeKind(options=Options, fault=fault_in)
