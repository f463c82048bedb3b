"""What upheld asks and says of itself: severe incidents of which nothing comes, and alerts of its own."""

from sqlalchemy import Connection

from config.instant import Instant
from incidents.audit import Outlook, Violation, audit, without_a_policy
from incidents.incident import Incident
from incidents.paging import LAPSE, WAKE, Paging
from incidents.quiet import Scene
from incidents.source import AlertNews
from incidents.store import incident, timer
from notify.store.told import next_pages


def neglected(tx: Connection, paging: Paging, now: Instant) -> tuple[Violation, ...]:
    """Severe incidents of which nothing comes; those that no policy tells anybody of are marked so."""
    steps = timer.earliest(tx, timer.Kind.ESCALATION)
    lapses, wakes = (timer.earliest(tx, timer.Kind.ANSWER, step) for step in (LAPSE, WAKE))
    answers, pages = {**lapses, **wakes}, next_pages(tx)
    outlooks = [
        Outlook(incident=one, step_at=steps.get(one.id), answer_at=answers.get(one.id), page_at=pages.get(one.id))
        for one in incident.unresolved(tx)
    ]
    scene = paging.quiet.scene(tx, now)
    wrong = [one for one in audit(outlooks, now) if not _held(tx, paging, one.incident, now, scene)]
    found = (one if paging.tells(tx, one.incident) else without_a_policy(one) for one in wrong)
    return tuple(one for one in found if one is not None)


def _held(tx: Connection, paging: Paging, incident: Incident, now: Instant, scene: Scene) -> bool:
    """Whether what holds its calls still does."""
    return bool(incident.held_by) and incident.held_by == paging.quiet.holders(tx, incident, now, scene)


def of_our_own(key: str, reason: str, word: str, now: Instant, *, on: bool) -> AlertNews:
    """An alert by upheld itself; the reason is one of those that have words in both languages."""
    return AlertNews(
        key=key,
        firing=on,
        labels={},
        severity_word=word,
        summary=reason,
        link=None,
        starts_at=now,
        stamp=str(now),
        ends_at=None if on else now,
    )
