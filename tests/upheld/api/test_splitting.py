"""Programs split alerts out of an incident."""

from incidents.store import incident as incidents
from tests.incidents.samples import BY_SERVICE, alert
from tests.upheld.api.conftest import Programs
from tests.upheld.house import NOON


async def test_alerts_are_split_out_by_number_and_by_label(programs: Programs) -> None:
    made = programs.rules.incidents
    for key in ("disk", "fan", "switch"):
        news = alert(key, at=NOON, labels={"service": "post", "room": key})
        await programs.database.write(
            lambda tx, news=news: made.alert_news(tx, "am", [news], BY_SERVICE, NOON, NOON)  # type: ignore[misc]
        )
    found = await programs.database.read(lambda tx: incidents.newest_of(tx, "post"))
    assert found is not None
    path = f"/incidents/{found.id}"
    told = await programs.good("wang", "GET", path)
    assert [one["key"] for one in told["alerts"]] == ["disk", "fan", "switch"]

    number = told["alerts"][0]["number"]
    assert (await programs.ask("wang", "POST", f"{path}/split", {"reason": "two"}))[0] == 409
    assert (await programs.ask("wang", "POST", f"{path}/split", {"alerts": ["x"], "reason": "two"}))[0] == 422
    disk = await programs.good("wang", "POST", f"{path}/split", {"alerts": [number], "reason": "its disk is full"})
    fan = await programs.good("wang", "POST", f"{path}/split", {"match": ['room="fan"'], "reason": "and a fan"})

    assert [one["split_from"] for one in (disk, fan)] == [found.id] * 2
    told = await programs.good("wang", "GET", path)
    assert [one["key"] for one in told["alerts"]] == ["switch"]
    assert (told["cases"], told["split_from"]) == (disk["cases"], None)
    assert [one["event"] for one in told["events"] if one["event"].startswith("split")] == ["split_into"] * 2
