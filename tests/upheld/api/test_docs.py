"""The examples of docs/api.md, asked one after the other, and its table of addresses."""

import json
import re
from pathlib import Path

from tests.upheld.api.conftest import Programs
from upheld.api.route import PREFIX
from upheld.api.routes import ROUTES

TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
EXAMPLE = re.compile(
    r"^```http\n(\w+) (\S+)\nAuthorization: Bearer (\S+)\n\n(.*?)\n\n(\d+)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


async def test_every_example_is_answered_as_it_says(programs: Programs) -> None:
    examples = EXAMPLE.findall(TEXT)
    assert len(examples) == TEXT.count("```http")
    for method, path, token, body, status, answer in examples:
        answered, told = await programs.ask(token, method, path.removeprefix(PREFIX), json.loads(body))
        assert answered == int(status), (path, told)
        shown = json.loads(answer or "{}")
        assert {key: told.get(key) for key in shown} == shown


def test_every_address_has_its_place_in_the_table() -> None:
    table = TEXT.partition("## What there is")[2].partition("##")[0]
    for route in ROUTES:
        path, _, last = (PREFIX + route.path).rpartition("/")
        below = route.method == "POST" and not route.made
        place = [line for line in table.splitlines() if f"`{path if below else PREFIX + route.path}`" in line]
        assert len(place) == 1 and (not below or f"`{last}`" in place[0]), route.path
