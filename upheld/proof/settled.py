"""Exclusions and corrections, told again from leaves: of each what its reader was given."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sla.saying import impersonal, said_erased, said_in_leaf, speakers
from sla.telling import COVERED, SPOKEN, more_of
from sla.word import Said
from upheld.proof.told import Erased, Told, erased


def settled(told: Iterable[Told], topic: str) -> list[tuple[str, list[Said[Any]]]]:
    """All that was said of each `exclusion` or `correction`, by its id."""
    found: dict[str, list[Told]] = {}
    for one in told:
        family, _, rest = one.entry.stream.partition("/")
        if family == topic:
            found.setdefault(rest.partition("/")[0], []).append(one)
    return [(id, _said(several, correction=topic == "correction")) for id, several in sorted(found.items())]


def _said(found: Sequence[Told], *, correction: bool) -> list[Said[Any]]:
    """Who approved it may not be who asked for it, whatever was erased since."""
    main = [one for one in found if not one.entry.kind.endswith((COVERED, SPOKEN))]
    spoken = ((one.entry.body.get("speaker"), one.private["by"]) for one in main if not one.erased)
    known = speakers((speaker, by) for speaker, by in spoken if speaker is not None)
    said: list[Said[Any]] = []
    for one in found:
        kind, stream, at = one.entry.kind, one.entry.stream, one.entry.recorded_at
        if kind.endswith((COVERED, SPOKEN)):
            if said[-1].recorded_at != at:
                raise ValueError(f"{stream} says more of what was written at another time")
            said[-1] = more_of(said[-1], kind, stream)
            continue
        words = _words_erased(one, known, correction=correction) if one.erased else one.private
        said.append(said_in_leaf(one.entry.body, words, at, correction=correction))
    return said


def _words_erased(one: Told, known: Mapping[str, str], *, correction: bool) -> dict[str, Any]:
    speaker = one.entry.body["speaker"]
    nobody = speaker if impersonal(speaker) else Erased(f"erased {one.entry.stream} {speaker}")
    words = said_erased(one.entry.body["event"], erased(one), correction=correction)
    return {**words, "by": known.get(speaker, nobody)}
