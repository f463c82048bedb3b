"""Places of observation in words: who runs them, and how their votes decide."""

from collections.abc import Mapping

from config.location import Owner, Panel
from config.look.figure import grouped, listed
from sla.page import Page

_OWNED = {
    Owner.SUPPLIER: "{place}",
    Owner.CUSTOMER: "{place} (run by the customer)",
    Owner.THIRD_PARTY: "{place} (run by a third party)",
}


def places_of(page: Page, owners: Mapping[str, Owner]) -> str:
    """In order, each with its owner unless that is the supplier, whose statement it is."""
    said = [id if owner is Owner.SUPPLIER else page.say(_OWNED[owner], place=id) for id, owner in owners.items()]
    return listed(said, page.language)


def quorum_of(page: Page, bad: int | None, fresh: int) -> str:
    if bad is None:
        return page.say(
            "down when more than half of the places that know say so, a tie changes nothing; unknown when fewer than "
            "{fresh} know",
            fresh=grouped(fresh),
        )
    return page.say(
        "down when {bad} places say so; unknown when fewer than {fresh} know", bad=grouped(bad), fresh=grouped(fresh)
    )


def owners_of(panel: Panel, places: list[str]) -> dict[str, Owner]:
    """Of a place that is not in the newest definition any more nobody else has said that it was his."""
    return {id: panel.locations[id].owner if id in panel.locations else Owner.SUPPLIER for id in places}
