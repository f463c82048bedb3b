"""python -m tests.probe.count [outages]: the table of how exactly outages are counted; 10,000 take minutes."""

import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog

from config.instant import MINUTE, SECOND
from tests.probe.count.figures import Figures, Told, measured
from tests.probe.count.script import Lengths

LONG = 10_000
KILLED_EVERY = 20 * MINUTE
SHORT = Lengths(shortest=5 * SECOND, longest=2 * MINUTE)
_ROW = "{:34} {:>7} {:>7} {:>8} {:>7} {:>6} {:>8} {:>8} {:>8} {:>8}"
HEAD = _ROW.format(
    "length, in intervals", "outages", "unseen", "mean", "+-", "worst", "all time", "outside", "praised", "accused"
)


def seen_and_short(folder: Path, number: int) -> tuple[Figures, Figures]:
    """Those of two intervals and more, and shorter ones."""
    seen = measured(folder, number, seed=1, each=5, lengths=Lengths(), killed_every=KILLED_EVERY)
    return seen, measured(folder, number // 4, seed=2, each=5, lengths=SHORT, killed_every=0)


def table(seen: Figures, short: Figures) -> str:
    lines = [HEAD, row("2 to 60", seen.told)]
    lines += [row("  never killed meanwhile", [one for one in seen.told if not one.holes])]
    lines += [row("  killed, back within 15 s", [one for one in seen.told if 0 < one.holes < 15 * SECOND])]
    lines += [row("  killed, away for longer", [one for one in seen.told if one.holes >= 15 * SECOND])]
    for least, most in ((0.0, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 2.0)):
        told = [one for one in short.told if least <= one.outage.length / one.interval < most]
        lines.append(row(f"{least} to {most}", told))
    lines.append(
        f"The process was killed {seen.kills} times. Errors in intervals of a minute; above 0: too much counted."
    )
    lines.append(
        "mean, worst: of the time that is said to be known; all time: what is printed as unknown counts as up."
    )
    lines.append("outside: the truth is not within the printed bounds; praised: `met` without doubt, and it was not.")
    return "\n".join(lines)


def row(name: str, told: Sequence[Told]) -> str:
    if not told:
        return _ROW.format(name, 0, *[""] * 8)
    of = Figures(told=told, kills=0)
    outside, praised, accused = (
        sum(flags) for flags in zip(*((not one.bounded, one.praised, one.accused) for one in told), strict=True)
    )
    return _ROW.format(
        name, len(told), f"{of.unseen:.1%}", f"{of.mean:+.4f}", f"{of.deviation:.4f}", f"{of.worst:.2f}",
        f"{of.deficit:+.4f}", outside, praised, accused,
    )  # fmt: skip


def main(arguments: list[str]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    number = int(arguments[0]) if arguments else LONG
    with tempfile.TemporaryDirectory() as folder:
        print(table(*seen_and_short(Path(folder), number)))


if __name__ == "__main__":
    main(sys.argv[1:])
