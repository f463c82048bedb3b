"""What an incident is about that is of the house and no component, in words for people; the keys are its ids."""

from collections.abc import Mapping

from config.language import say

SUBJECTS: Mapping[str, str] = {
    "on-call": "On call",
    "unrouted": "Alerts without a component",
    "intake": "Intake of posts",
}
PEER = "peer-"
"""Before the id of another installation that is watched from here."""


def subject_text(id: str, language: str) -> str:
    """In that language; the id itself where it is none of the house's."""
    if id.startswith(PEER):
        return say("config.look", language, "Another upheld, {name}", name=id.removeprefix(PEER))
    known = SUBJECTS.get(id)
    return id if known is None else say("config.look", language, known)
