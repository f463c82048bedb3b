"""Agreements as they are stored: versions that are never edited, and what happened to them. Pure.

Each version is in force from an instant until the next one is, or until the agreement ends. A version that would change
what is sealed already needs the word of both sides.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from config.agreement import Agreement
from config.instant import DAY, Instant, Span
from config.moment import print_moment
from config.plan import differences
from config.refusal import Refusal

LEADS: tuple[Span, ...] = (90 * DAY, 30 * DAY)
"""How long before its end an agreement's renewal is called to mind."""


class Way(StrEnum):
    """How a version came into the store."""

    CONFIGURATION = "configuration"
    DESK = "desk"
    COMMAND = "command"


class Side(StrEnum):
    """Of a contract."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class Refused(Refusal):
    """What cannot be agreed; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """`agreement.until` is the end it states itself, never where a later version takes over."""

    agreement: Agreement
    recorded_at: Instant
    by: str
    reason: str
    way: Way
    sha256: str
    """Of the agreement in its RFC 8785 form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """One side signed this version: when, and where it can be read (a contract's number, a mail)."""

    agreement: str
    version: int
    side: Side
    reference: str
    happened_at: Instant
    recorded_at: Instant
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """One side does not accept this version, and says why. It stays recorded, and whatever counts by it says so."""

    agreement: str
    version: int
    side: Side
    reason: str
    happened_at: Instant
    recorded_at: Instant
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The agreement ends at `ends`, whatever its versions up to this one say; a later version goes on after it."""

    agreement: str
    version: int
    ends: Instant
    reason: str
    recorded_at: Instant
    by: str
    signed: tuple[tuple[Side, str], ...] = ()
    """The sides that signed the end, and where each signature can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """The account manager was told `lead` before the end at `ends`."""

    agreement: str
    version: int
    ends: Instant
    lead: Span
    recorded_at: Instant
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A version as a file gives it; `following` is the next one written."""

    agreement: Agreement
    following: Agreement | None

    @property
    def taken_over(self) -> bool:
        """Whether its end is no more than the beginning of the next."""
        return self.following is not None and self.agreement.until == self.following.effective

    @property
    def own(self) -> Agreement:
        """With the end it states itself."""
        return self.agreement.model_copy(update={"until": None}) if self.taken_over else self.agreement


Consent = Confirmed | Declined
"""What one side said of a version."""
Event = Consent | Ended | Reminded


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Every version of one agreement, oldest first, and its events in the order recorded."""

    versions: tuple[Version, ...]
    events: tuple[Event, ...] = ()

    @property
    def id(self) -> str:
        return self.versions[0].agreement.id

    @property
    def customer(self) -> str:
        return self.versions[0].agreement.customer

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def version(self, number: int) -> Version | None:
        return next((one for one in self.versions if one.agreement.version == number), None)

    def confirmed(self, number: int) -> frozenset[Side]:
        """The sides that signed this version."""
        return frozenset(one.side for one in self.events if isinstance(one, Confirmed) and one.version == number)

    def word(self, number: int, side: Side) -> Consent | None:
        """What that side said last of this version; None: nothing yet."""
        return last_word(self.events, number, side)

    @property
    def ends(self) -> Instant | None:
        """When the agreement ends, as far as anybody has said."""
        return self.in_turn()[-1].until

    def in_turn(self, more: Iterable[Agreement] = ()) -> tuple[Agreement, ...]:
        """The agreements as they are in force, one after another; `more` are versions that are not stored yet."""
        ended = [one for one in self.events if isinstance(one, Ended)]
        return in_turn([*(one.agreement for one in self.versions), *more], ended)


def last_word(events: Iterable[Event], version: int, side: Side) -> Consent | None:
    """Of events of one agreement in the order recorded. A side that declined may still confirm, never the reverse."""
    said = [
        one for one in events if isinstance(one, Confirmed | Declined) and (one.version, one.side) == (version, side)
    ]
    return said[-1] if said else None


def in_turn(versions: Iterable[Agreement], ended: Sequence[Ended] = ()) -> tuple[Agreement, ...]:
    """Each version ends where the next begins, where it says so itself, or where somebody ended it: the earliest."""
    ordered = sorted(versions, key=lambda one: one.version)
    starts = [one.effective for one in ordered[1:]]
    found: list[Agreement] = []
    for one, start in zip(ordered, [*starts, None], strict=True):
        said = [event.ends for event in ended if event.version >= one.version]
        ends = [instant for instant in (one.until, start, *said[-1:]) if instant is not None]
        found.append(one.model_copy(update={"until": min(ends, default=None)}))
    return tuple(found)


def check_new(
    known: Sequence[Agreement],
    new: Agreement,
    *,
    sealed_until: Instant | None,
    confirmed: Collection[Side],
) -> None:
    """Whether `new` may join the stored versions `known` of the same agreement. Raises Refused.

    `sealed_until`: the end of the customer's last sealed period; None: nothing is sealed.
    """
    zone = new.availability.timezone
    if any(one.version == new.version for one in known):
        free = max(one.version for one in known) + 1
        raise Refused(
            "version {version} of {agreement} is stored already and stays as it is; "
            "write `version: {free}` and its `effective:`",
            version=new.version,
            agreement=new.id,
            free=free,
        )
    for earlier, later in pairwise(sorted([*known, new], key=lambda one: one.version)):
        if new in (earlier, later) and later.effective <= earlier.effective:
            day = print_moment(earlier.effective, zone)
            raise Refused(
                "version {version} of {agreement} is in force no later than version {earlier}: the versions overlap; "
                "let it begin after {day}",
                version=later.version,
                agreement=new.id,
                earlier=earlier.version,
                day=day,
            )
    if sealed_until is not None and _reaches(new.effective, sealed_until, confirmed):
        raise Refused(
            "version {version} of {agreement} begins {at}, but statements are sealed up to {sealed}; only both sides "
            "together can change them: let it begin later, or give both signatures "
            "(--confirmed customer:REF --confirmed provider:REF)",
            version=new.version,
            agreement=new.id,
            at=print_moment(new.effective, zone),
            sealed=print_moment(sealed_until, zone),
        )


def check_end(contract: Contract, ends: Instant, *, sealed_until: Instant | None, confirmed: Collection[Side]) -> None:
    """Whether the agreement may end then. Raises Refused."""
    newest = contract.newest.agreement
    zone = newest.availability.timezone
    if ends <= newest.effective:
        day = print_moment(newest.effective, zone)
        raise Refused(
            "{agreement} cannot end before its version {version} begins; write a day after {day}",
            agreement=contract.id,
            version=newest.version,
            day=day,
        )
    if sealed_until is not None and _reaches(ends, sealed_until, confirmed):
        raise Refused(
            "{agreement} would end {at}, but statements are sealed up to {sealed}; only both sides together can change "
            "them: let it end later, or give both signatures (--confirmed customer:REF --confirmed provider:REF)",
            agreement=contract.id,
            at=print_moment(ends, zone),
            sealed=print_moment(sealed_until, zone),
        )


def _reaches(at: Instant, sealed_until: Instant, confirmed: Collection[Side]) -> bool:
    """Into sealed time, without the word of both sides."""
    return at < sealed_until and not set(Side) <= set(confirmed)


def joinable(contract: Contract, fresh: Iterable[Agreement], sealed_until: Instant | None) -> list[Agreement]:
    """Of versions that are only written yet, those that may join the stored ones without anybody's signature."""
    known = [one.agreement for one in contract.versions]
    found: list[Agreement] = []
    for one in fresh:
        try:
            check_new([*known, *found], one, sealed_until=sealed_until, confirmed=())
        except Refused:
            continue
        found.append(one)
    return found


def told_apart(stored: Agreement, written: Written) -> tuple[str, ...]:
    """What the text of a stored version says otherwise, `target: 99.5 -> 99.9`; empty where it says the same."""
    text = written.own
    if written.taken_over:
        text = text.model_copy(update={"until": stored.until})
    if text == stored:
        return ()
    before, after = (one.model_dump(mode="json", exclude={"origins"}) for one in (stored, text))
    return tuple(differences(before, after)) or ("where its terms stand",)


def due_reminder(contract: Contract, now: Instant) -> Span | None:
    """The lead to remind of now, the nearest one alone where several have passed; None: nothing is due."""
    ends = contract.ends
    if ends is None or now >= ends:
        return None
    due = [lead for lead in LEADS if now >= ends - lead]
    done = [one.lead for one in contract.events if isinstance(one, Reminded) and one.ends == ends]
    lead = min(due, default=None)
    return lead if lead is not None and all(lead < one for one in done) else None
