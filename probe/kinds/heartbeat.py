"""The system reports by itself: it calls `/ping/{token}` after each good run. See probe/heartbeat.py for the rule."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from config.duration import parse_duration
from config.instant import DAY, MINUTE, SECOND, Span
from probe.heartbeat import Rhythm
from probe.kind import ProbeKind


def _span(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Written = Annotated[Span, BeforeValidator(_span)]


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    needs_target: ClassVar[bool] = False

    period: Annotated[Written, Field(ge=SECOND, le=366 * DAY)]
    grace: Annotated[Written, Field(ge=SECOND, le=366 * DAY)] = 5 * MINUTE
    token: Annotated[str, Field(min_length=8, max_length=200, pattern=r"^[A-Za-z0-9_.~-]+$")]
    """The secret part of the address the system calls; best as `${env:NAME}`."""

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(period=self.period, grace=self.grace)


def fault_in(target: str, options: Any) -> str | None:
    return f"a heartbeat reports by itself and has no target; leave out '{target}'" if target else None


KIND = ProbeKind(options=Options, fault=fault_in)
