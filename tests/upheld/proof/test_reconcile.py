"""An access log with X-Upheld beside a bundle: what both say, what only one says, and what neither could know."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config.instant import DAY, Instant, parse_rfc3339
from db.ledger.leaf import Entry
from probe.days import body_of
from probe.observation import Run, extend
from probe.phase import phase_of, tick_of
from probe.result import Answer, Outcome, Reason, Result
from upheld.cli import main
from upheld.proof.accesslog import lines_of
from upheld.proof.bundle import Bundle, Evidence, write
from upheld.proof.reconcile import Compared, Reconciled, reconcile

CHECK, MINUTE = "shop/home", 60_000
MIDNIGHT = parse_rfc3339("2026-10-05T00:00:00Z")
FIRST = tick_of(MIDNIGHT + MINUTE, MINUTE, phase_of(CHECK, MINUTE))
TICKS = range(FIRST, MIDNIGHT + DAY - MINUTE, MINUTE)
DOWN, MISSED = TICKS[300:310], TICKS[500:503]


def evidence(kind: str, body: dict[str, Any]) -> Evidence:
    stream = f"{kind}/{CHECK}"
    return Evidence(index=0, entry=Entry(kind=kind, stream=stream, n=0, recorded_at=MIDNIGHT, body=body), proof=())


def bundle_of() -> Bundle:
    """A day, asked every minute a second late; one tick is asked again in between, as a change is confirmed."""
    runs, run = list[Run](), None
    for number, tick in enumerate(TICKS):
        if tick in MISSED:
            continue
        outcome = Outcome.DOWN if tick in DOWN else Outcome.UP
        reason = Reason.STATUS if tick in DOWN else None
        for started in [tick + 1_000, tick + 6_000][: 2 if number == 300 else 1]:
            answer = Answer(outcome=outcome, reason=reason)
            result = Result(check=CHECK, location="local", tick=tick, started_at=started, answer=answer)
            run, ended = extend(run, result, MINUTE, 10_000)
            runs += [] if ended is None else [ended]
    assert run is not None
    observed = body_of(CHECK, "local", MIDNIGHT, [*runs, run], [])
    known = [evidence("check", {"check": name, "asked": True, "kind": "http"}) for name in (CHECK, "shop/silent")]
    return Bundle(
        record={}, seal={}, evidence=(*known, evidence("observed", observed)), checkpoint="", history=(), key=""
    )


def line(at: Instant, mark: str, status: int = 200) -> str:
    when = datetime.fromtimestamp(at / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S %z")
    return f'192.0.2.1 - - [{when}] "GET / HTTP/1.1" {status} 12 "-" "upheld" "{mark}"\n'


def log(ticks: Sequence[Instant], *more: str) -> list[str]:
    edges = [line(MIDNIGHT - DAY, "-"), line(MIDNIGHT + 2 * DAY, "-")]
    return [edges[0], *(line(tick + 1_200, f"{CHECK}.{tick}") for tick in ticks), *more, edges[1]]


def compared(lines: Sequence[str], *wanted: str) -> tuple[Reconciled, Compared]:
    result = reconcile(bundle_of(), lines_of(lines), wanted)
    return result, result.checks[0]


ASKED = [tick for tick in TICKS if tick not in MISSED]


def test_a_log_of_everything_that_was_asked_agrees() -> None:
    twice = line(ASKED[3] + 1_300, f"{CHECK}.{ASKED[3]}", 302)
    result, found = compared(log(ASKED, twice, line(ASKED[4], "-"), "no log at all\n"))
    assert result.agrees
    assert found.matched == {"up": len(ASKED) - len(DOWN), "down": len(DOWN)}
    assert (result.absent, result.unknown) == (["shop/silent"], 0)


def test_an_answer_that_was_made_up_is_only_ours_and_one_that_was_dropped_only_theirs() -> None:
    made_up, dropped = ASKED[100], MISSED[1]
    result, found = compared(log([*(tick for tick in ASKED if tick != made_up), dropped, FIRST + 7]))
    assert not result.agrees
    assert [(one.at, one.result) for one in found.only_ours] == [(made_up, "up")]
    assert [one.tick for one in found.only_theirs] == [FIRST + 7, dropped]


def test_where_nothing_reached_the_target_nothing_can_be_in_its_log() -> None:
    result, found = compared(log([tick for tick in ASKED if tick not in DOWN]))
    assert result.agrees
    assert [one.at for one in found.refused] == list(DOWN)


def test_a_log_of_a_few_hours_is_compared_within_them() -> None:
    part = [line(tick + 1_000, f"{CHECK}.{tick}") for tick in ASKED[60:120]]
    result, found = compared(part)
    assert result.agrees and sum(found.matched.values()) == 60


def test_what_the_log_must_hold_and_does_not_is_all_ours() -> None:
    result, found = compared(log([], line(FIRST, "other/check.1791000000000")), CHECK)
    assert (result.agrees, result.unknown, len(found.only_ours)) == (False, 1, len(ASKED) - len(DOWN))


@pytest.mark.parametrize(
    "written",
    [
        f'{{"time": "2026-10-05T10:00:00+00:00", "upheld": "{CHECK}.{FIRST}"}}',
        f'[05/Oct/2026:12:00:00 +0200] "GET /?x=a/b.123456789012 HTTP/1.1" 200 1 "{CHECK}.{FIRST}"',
        f"[05/Oct/2026:10:00:00 +0000] {CHECK}.{FIRST}",
    ],
)
def test_lines_are_read_as_web_servers_write_them(written: str) -> None:
    [found] = lines_of([written])
    assert (found.at, found.check, found.tick) == (parse_rfc3339("2026-10-05T10:00:00Z"), CHECK, FIRST)


def test_what_is_no_line_is_passed_over() -> None:
    assert list(lines_of(["", "[99/Oct/2026:99:00:00 +0000] x", "x" * 100_000, "2026-99-01T00:00:00Z"])) == []


def test_the_command_lists_what_differs_and_says_it_by_its_code(tmp_path: Path) -> None:
    bundle, access = tmp_path / "a.bundle", tmp_path / "access.log.gz"
    bundle.write_bytes(write(bundle_of()))

    def run(lines: Sequence[str], *words: str) -> tuple[int, str]:
        access.write_bytes(gzip.compress("".join(lines).encode()))
        result = CliRunner().invoke(main, ["reconcile", str(access), str(bundle), *words])
        return result.exit_code, result.output

    code, said = run(log(ASKED))
    assert code == 0 and f"{CHECK}: {len(ASKED)} matched ({len(DOWN)} of them not good), 0 only ours" in said
    said = run(log(ASKED[1:]), "--lang", "zh-CN")[1]
    assert f"{CHECK}: 吻合 {len(ASKED) - 1}（其中不正常 " in said and "  仅我方有: 2026-" in said
    code, said = run(log(ASKED[1:], line(MISSED[0], f"\x1b[2J {CHECK}.{MISSED[0]}")))
    assert code == 1 and "only theirs: 192.0.2.1" in said and "\x1b" not in said
    code, said = run(log(ASKED[1:]), "--json")
    assert (code, json.loads(said)["checks"][0]["only_ours"][0]["result"]) == (1, "up")
    assert run(["nothing\n"])[0] == 2
    assert run(log([]))[0] == 1
    bundle.write_text("{}")
    assert run(log(ASKED))[0] == 2
