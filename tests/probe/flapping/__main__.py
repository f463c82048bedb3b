"""python -m tests.probe.flapping [seconds] [checks]: an hour of 300 real checks whose targets flap by a script."""

import sys
import tempfile
from pathlib import Path

from config.instant import HOUR, SECOND
from tests.probe.count.__main__ import HEAD, row
from tests.probe.flapping.hour import Hour, lived
from tests.probe.flapping.script import Pace

CHECKS = 300


def table(hour: Hour) -> str:
    long = [one for one in hour.told if one.outage.length >= 2 * one.interval]
    lines = [HEAD, row("2 intervals and more", long)]
    lines += [row("  never killed meanwhile", [one for one in long if not one.holes])]
    lines += [row("  killed meanwhile", [one for one in long if one.holes])]
    for least, most in ((0.0, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 2.0)):
        told = [one for one in hour.told if least <= one.outage.length / one.interval < most]
        lines.append(row(f"{least} to {most}", told))
    away = sum(one.away for one in hour.kills) / SECOND
    lines.append(f"false downs: {len(hour.false)}; unknown: {hour.unknown:.2%} of the time")
    lines.append(f"{len(hour.kills)} kills, away for {away:.0f} s in all; {hour.reloads} reloads")
    lines.append(", ".join(f"{name}: {number}" for name, number in hour.street.lost.items()))
    lines.append(f"the targets themselves were held up for {hour.street.held:.2f} s at most")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    lasting = int(arguments[0]) * SECOND if arguments else HOUR
    checks = int(arguments[1]) if len(arguments) > 1 else CHECKS
    with tempfile.TemporaryDirectory() as folder:
        print(table(lived(Path(folder), 1, checks, lasting, Pace())))


if __name__ == "__main__":
    main(sys.argv[1:])
