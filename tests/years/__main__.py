"""`python -m tests.years FOLDER`: a year of the five customers, one month and one quarter of it on paper."""

import asyncio
import sys
from pathlib import Path

from tests.years.paper import print_year

if __name__ == "__main__":
    for path in asyncio.run(print_year(Path(sys.argv[1]), "2025-11-01", "2026-11-15")):
        print(path)
