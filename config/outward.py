"""Who watches upheld itself: the place its heartbeat goes to, and the installations that watch each other."""

from pydantic import Field, field_validator

from config.instant import MINUTE, SECOND
from config.secret import Secret
from config.value import Duration, Hidden, Value

_ADVICE = "write an address like https://hc.example.com/ping/…"


class Heartbeat(Value):
    """`url` is asked `every` so often, and only while everything works."""

    url: Hidden | None = None
    every: Duration = Field(default=MINUTE, ge=SECOND)

    @field_validator("url")
    @classmethod
    def _address(cls, url: Secret | None) -> Secret | None:
        if url is not None and not url.reveal().startswith(("http://", "https://")):
            raise ValueError(_ADVICE)
        return url


class Peer(Value):
    """Another installation, by the address its pages have."""

    id: str
    url: str
    every: Duration = Field(default=15 * SECOND, ge=SECOND)
    """How often it is looked at; two bad looks in a row make an incident."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("write the address of its pages, like https://other.example.com/")
        return url
