"""python -m bench [section…]: runs the sections in turn, prints the table, exits 1 when a limit does not hold."""

import sys
from importlib import import_module

from bench.common import Row, table, yardstick

SECTIONS = (
    "account", "month", "ledger", "intake", "alerts", "alerts_postgres", "overload", "timers", "page", "checks",
    "scrape", "scale", "saturated", "saturated_tls", "tls", "pdf", "verify",
)  # fmt: skip


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        print(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in wanted or SECTIONS:
        print(f"== {name} (yardstick {yardstick():.3f} CPU s)", flush=True)
        measured = import_module(f"bench.{name}").measure()
        for one in measured if isinstance(measured, list) else [measured]:
            rows.append(Row.of(one))
            for note in rows[-1].notes:
                print(f"   {note}", flush=True)
    print(table(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
