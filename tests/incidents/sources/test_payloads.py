"""Every source reads what its sender really sends."""

from typing import Any

import pytest

from config.instant import rfc3339
from incidents.routing import component_of
from incidents.source import AlertNews, Called, Change, News, Outcome, Remark, Taken
from tests.incidents.sources.calls import FOLDER, SOURCES, Case, every_case


def told(one: News, case: Case) -> dict[str, Any]:
    """In the words of the files."""
    routing = case.entrance.options
    match one:
        case Taken(key=key):
            return {"taken": key}
        case Remark(key=key, text=text):
            return {"remark": text, "key": key}
        case Called(due_at=due_at):
            return {"due_at": rfc3339(due_at)}
        case Change():
            component = component_of(one.labels, routing, {"shop"})
            happened_at = rfc3339(one.happened_at)
            return {
                "change": one.summary,
                "component": component,
                "happened_at": happened_at,
                "link": one.link,
                "labels": dict(one.labels),
            }
        case AlertNews():
            times = {
                name: None if at is None else rfc3339(at)
                for name in ("starts_at", "ends_at", "lapses_at")
                for at in (getattr(one, name),)
            }
            component = component_of(one.labels, routing, {"shop"})
            plain = {name: getattr(one, name) for name in ("key", "firing", "severity_word", "summary", "link")}
            return {**plain, **times, "component": component, "labels": dict(one.labels)}


@pytest.mark.parametrize("case", every_case(), ids=str)
def test_what_is_sent_is_read(case: Case) -> None:
    read = [told(one, case) for one in case.entrance.read(case.sent)]

    assert len(read) == len(case.news)
    for found, wanted in zip(read, case.news, strict=True):
        assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize("case", [case for case in every_case() if case.answer is not None], ids=str)
def test_what_is_accepted_is_answered_as_its_sender_waits_for_it(case: Case) -> None:
    answer = case.entrance.source.answer(Outcome.ACCEPTED, "", case.sent)

    assert {"status": answer.status, "body": answer.body} == case.answer


def test_every_source_has_its_payloads() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == set(SOURCES)
