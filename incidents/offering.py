"""A change of shifts is asked for by mail and becomes two changes of the rota once the other accepts."""

from sqlalchemy import Connection

from config.instant import Instant
from config.language import choose, say
from config.model import Config
from incidents import rostering, substitution
from incidents.decide import Refused
from incidents.offer import Offer, address, expiry
from incidents.rota import Change
from incidents.ways import Addressee, Ways
from incidents.writing import Writing
from notify import outbox
from notify.message import LIFETIME, Message, Notification, Purpose, key_of

ROOM = "incidents"
_PRIORITY = 3
CHANGED = "the plan has changed since; ask again"
NO_WAY = "has no address of his own to ask him at"


def ask(
    tx: Connection, config: Config, ways: Ways, rota: str, people: tuple[str, str], reason: str, now: Instant
) -> Offer:
    """The other is told over the ways that are his own. Raises Refused."""
    if not reason.strip():
        raise Refused(substitution.WHY)
    for person in people:
        if person not in config.people:
            raise Refused(f"there is no person {person!r}; known: {', '.join(config.people) or 'none'}")
    if people[0] == people[1]:
        raise Refused("nobody takes his own place")
    roster = rostering.roster_of(tx, config, now - 1, now + substitution.HORIZON)
    theirs = substitution.swapped(roster, rota, people, now)
    offer = Offer(
        rota=rota, person=people[0], other=people[1], theirs=theirs, reason=reason, expires_at=expiry(theirs, now)
    )
    link = address(ways.links, offer)
    own = [one for one in ways.contacts([offer.other], now) if ways.personal(one.channel) and ways.arrives(one.channel)]
    if link is None or not own:
        raise Refused(f"{offer.other} {NO_WAY}")
    for one in own:
        _tell(tx, config, offer, link, one, now)
    return offer


def accept(tx: Connection, config: Config, offer: Offer, now: Instant) -> tuple[Change, Change]:
    """By the other's word. Raises Refused, also where the plan is another one by now."""
    if now >= offer.expires_at:
        raise Refused(CHANGED)
    made = rostering.swap(
        tx, config, rota=offer.rota, people=offer.people, after=min(start for start, _ in offer.theirs),
        reason=offer.reason, by=f"person:{offer.other}", now=now,
    )  # fmt: skip
    if tuple((one.start, one.end) for one in made) != offer.theirs:
        raise Refused(CHANGED)
    return made


def _tell(tx: Connection, config: Config, offer: Offer, link: str, one: Addressee, now: Instant) -> None:
    def said(sentence: str, /, **values: object) -> str:
        return say(ROOM, one.language, sentence, **values)

    clock = Writing(config=config, language=one.language).clock_time
    name = choose(config.people[offer.person].name, one.language)
    (first, first_end), (second, second_end) = offer.theirs
    yours = said("You would serve from {start} to {end},", start=clock(first), end=clock(first_end))
    mine = said("and {who} from {start} to {end}.", who=name, start=clock(second), end=clock(second_end))
    lines = [
        said("{who} asks you to change shifts: {rota}.", who=name, rota=offer.rota),
        yours,
        mine,
        said("Why: {reason}", reason=offer.reason),
        "",
        said("Accept without logging in: {link}", link=link),
        said("Until you accept nothing changes."),
        "",
    ]
    outbox.enqueue(
        tx,
        Notification(
            idempotency_key=key_of("swap", offer.rota, offer.person, one.person, one.channel, one.address, now),
            purpose=Purpose.DUTY,
            person=one.person,
            channel=one.channel,
            address=one.address,
            message=Message(
                subject=said("{who} asks you to change shifts", who=name),
                text="\n".join(lines),
                language=one.language,
                facts={"event": "oncall.swap_asked", "rota": offer.rota},
                links=(link,),
            ),
            priority=_PRIORITY,
            created_at=now,
            due_at=now,
            expires_at=now + LIFETIME[Purpose.DUTY],
        ),
    )
