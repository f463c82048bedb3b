"""The description programs read: it names every route, everything it points to is there, and it is open to all."""

import json
import re
from typing import Any

from tests.upheld.api.conftest import Programs
from upheld.api.openapi import document
from upheld.api.route import PREFIX
from upheld.api.routes import ROUTES


def test_it_describes_every_route_and_points_nowhere_in_vain() -> None:
    made: dict[str, Any] = json.loads(json.dumps(document(ROUTES)))
    operations = {(method.upper(), path): one for path, each in made["paths"].items() for method, one in each.items()}
    assert set(operations) == {(one.method, PREFIX + one.path) for one in ROUTES}
    assert len({one["operationId"] for one in operations.values()}) == len(ROUTES)
    for (_, path), one in operations.items():
        named = {each["name"] for each in one["parameters"] if each["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))
        assert len({(each["in"], each["name"]) for each in one["parameters"]}) == len(one["parameters"])
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(made))):
        found: Any = made
        for part in reference.split("/"):
            found = found[part]
        assert found
    assert not [name for name in made["components"]["schemas"] if "__" in name], "two shapes of one name"


async def test_whoever_asks_gets_it(programs: Programs) -> None:
    answer = await programs.reader.get(f"{PREFIX}/openapi.json")
    assert (answer.status, (await answer.json())["openapi"]) == (200, "3.1.0")
