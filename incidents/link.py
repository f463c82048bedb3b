"""Links in mails that let one person do one thing without an account: acknowledge, confirm or contest, rate. Pure.

A link is signed, names whose word it carries, and ends by itself. It holds for one state of its matter (`mark`): what
was reopened or told anew since is another, and an old link does nothing to it. Opening a link never acts.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.instant import DAY, SECOND, Instant, Span
from incidents import signet
from incidents.case import Case
from incidents.incident import Incident

PATH = "/answer/"
_SIGNED = 32
_LONGEST = 600


class Act(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"  # or contest: the answer to "is it solved?"
    RATE = "rate"


LASTING: dict[Act, Span] = {Act.ACKNOWLEDGE: 3 * DAY, Act.CONFIRM: 30 * DAY, Act.RATE: 30 * DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """`subject`: the incident or case; `mark`: its state then; `by`: whose word it is, `person:…` or `customer:…`."""

    act: Act
    subject: str
    mark: int
    by: str
    expires_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where our pages are, and the secret that signs. Without either there are none."""

    base: str | None = None
    secret: bytes | None = None

    def acknowledge(self, incident: Incident, person: str, now: Instant) -> str | None:
        return self._url(Act.ACKNOWLEDGE, incident.id, incident.cycle, f"person:{person}", now)

    def confirm(self, case: Case, now: Instant) -> str | None:
        return self._url(Act.CONFIRM, case.id, mark_of(case), f"customer:{case.customer}", now)

    def rate(self, case: Case, now: Instant) -> str | None:
        return self._url(Act.RATE, case.id, mark_of(case), f"customer:{case.customer}", now)

    def signed(self, path: str, purpose: str, said: object, ending: str = "") -> str | None:
        """The address that says so to whoever `said` asks for the same purpose; None where there are no links."""
        if self.base is None or self.secret is None:
            return None
        return f"{self.base.rstrip('/')}{path}{signet.token(self.secret, purpose, said)}{ending}"

    def said(self, purpose: str, token: str) -> Any | None:
        """What `signed` was given; None for what we did not sign."""
        return None if self.secret is None else signet.content(self.secret, purpose, token)

    def read(self, token: str) -> Link | None:
        """None for what we did not sign; whether it has ended is for the reader to say."""
        if self.secret is None or len(token) > _LONGEST:
            return None
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        signature, content = raw[:_SIGNED], raw[_SIGNED:]
        if not hmac.compare_digest(signature, hmac.digest(self.secret, content, "sha256")):
            return None
        act, subject, mark, by, expires = json.loads(content)
        return Link(act=Act(act), subject=subject, mark=mark, by=by, expires_at=expires * SECOND)

    def _url(self, act: Act, subject: str, mark: int, by: str, now: Instant) -> str | None:
        if self.base is None or self.secret is None:
            return None
        expires = (now + LASTING[act]) // SECOND
        content = json.dumps([act.value, subject, mark, by, expires], separators=(",", ":")).encode()
        token = urlsafe_b64encode(hmac.digest(self.secret, content, "sha256") + content).decode().rstrip("=")
        return f"{self.base.rstrip('/')}{PATH}{token}"


def mark_of(case: Case) -> int:
    """When it was resolved: a case that was contested and resolved again is another question."""
    return case.resolved_at or 0
