"""What senders say besides that something fires: taken, remarked, changed."""

from sqlalchemy import Connection

from config.instant import HOUR, MINUTE
from config.matcher import parse
from db.engine import Database
from incidents.incident import Acknowledged, Noted
from incidents.reading import process
from incidents.routing import UNROUTED, Routing, advice, component_of
from incidents.source import Change, News, Remark, Taken
from incidents.store import alert as alerts
from incidents.store import change, inbox, pruning
from incidents.store import incident as store
from incidents.store import silence as silences
from tests.incidents.samples import BY_SERVICE, NOON, alert, config, incidents, sent
from tests.incidents.sources.doors import entrance
from tests.incidents.test_alertmanager import POST
from tests.incidents.test_silenced import silence
from tests.incidents.told import pages

KNOWN = ("shop", "crm")


async def test_who_takes_an_alert_at_the_sender_takes_its_incident(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.alert_news(tx, "pd", [alert("a")], BY_SERVICE, NOON, NOON)
        for at in (NOON + 1, NOON + 2):
            made.alert_news(tx, "pd", [Taken(key="a"), Taken(key="unknown")], BY_SERVICE, at, at)

    await database.write(work)

    (incident,) = await database.read(store.unresolved)
    assert (incident.acknowledged_by, incident.acknowledged_at) == ("source:pd", NOON + 1)
    events = await database.read(lambda tx: store.events(tx, incident.id))
    assert [one.event.channel for one in events if isinstance(one.event, Acknowledged)] == ["source:pd"]
    assert await database.read(pages) == ["li/mail"]


async def test_a_remark_stands_on_the_incident_while_it_is_open(database: Database) -> None:
    made = incidents(config())

    def work(tx: Connection) -> str:
        made.alert_news(tx, "zbx", [Remark(key="a", text="too early")], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "zbx", [alert("a")], BY_SERVICE, NOON, NOON)
        made.alert_news(tx, "zbx", [Remark(key="a", text="looking")], BY_SERVICE, NOON + 1, NOON + 1)
        over: list[News] = [alert("a", firing=False, at=NOON + 2), Remark(key="a", text="too late")]
        made.alert_news(tx, "zbx", over, BY_SERVICE, NOON + 2, NOON + 2)
        return store.newest(tx)[0].id

    id = await database.write(work)

    events = await database.read(lambda tx: store.events(tx, id))
    assert [one.event.text for one in events if isinstance(one.event, Noted)] == ["looking"]


async def test_a_change_is_kept_once_and_opens_nothing(database: Database) -> None:
    made = incidents(config())
    one = Change(happened_at=NOON - HOUR, summary="crm 4.2", labels={"service": "crm"})
    other = Change(happened_at=NOON - MINUTE, summary="network", labels={})

    def work(tx: Connection) -> None:
        for at in (NOON, NOON + 1):
            made.alert_news(tx, "ci", [one, other], BY_SERVICE, at, at)

    await database.write(work)

    assert await database.read(store.newest) == []
    found = await database.read(lambda tx: change.between(tx, "crm", NOON - HOUR, NOON))
    assert [(one.summary, one.component) for one in found] == [("crm 4.2", "crm"), ("network", None)]
    assert [one.summary for one in await database.read(lambda tx: change.between(tx, "shop", 0, NOON))] == ["network"]
    assert await database.write(lambda tx: pruning.told_changes(tx, NOON)) == 0
    assert await database.write(lambda tx: pruning.told_changes(tx, NOON + 1)) == 2


async def test_the_labels_of_an_alert_are_kept_as_far_as_they_help(database: Database) -> None:
    made = incidents(config())
    labels = {"service": "crm", **{f"l{n}": "字" * 1000 for n in range(100)}}

    await database.write(lambda tx: made.alert_news(tx, "am", [alert(labels=labels)], BY_SERVICE, NOON, NOON))

    (kept,) = await database.read(lambda tx: alerts.firing_of(tx, "am", 10))
    assert (len(kept.labels), kept.labels["service"], len(kept.labels["l1"])) == (60, "crm", 300)


LABELS = {"服务.名称": "crm", "severity": "high", "host name": "甲-1", "größe": "∞", "🚨": "a=b", 'say "=~"': "да"}


async def test_labels_of_any_name_find_the_component_are_silenced_and_are_kept_as_they_came(database: Database) -> None:
    post = {**POST, "alerts": [{**POST["alerts"][0], "labels": LABELS, "fingerprint": "f1"}]}
    own = entrance("alertmanager", "am", token="t", component_from=["服务.名称"])
    made = incidents(config())

    def work(tx: Connection) -> None:
        made.silence(tx, silence('"host name"=~"甲-.+"', "服务.名称=crm", r'"say \"=~\""="да"'), NOON)
        inbox.accept(tx, [inbox.row_of("am", sent(post), {})])
        process(tx, made, {"am": own}, NOON)

    await database.write(work)

    (incident,) = await database.read(store.unresolved)
    assert (incident.component, incident.severity, incident.held_by) == ("crm", 2, ("silence:1",))
    (kept,) = await database.read(lambda tx: alerts.firing_of(tx, "am", 10))
    assert (kept.key, kept.labels) == ("f1", LABELS)
    (read,) = await database.read(lambda tx: silences.in_force(tx, NOON))
    assert [one.label for one in read.matchers] == ["host name", "服务.名称", 'say "=~"']
    assert all(one.fits(kept.labels) and parse(one.written) == one for one in read.matchers)


def test_a_component_is_the_first_label_that_names_one_or_is_one_s_other_name() -> None:
    routing = Routing(component_from=("service", "job"), known_as={"web-shop": "shop", "gone": "nothing"})

    assert component_of({"service": "crm", "job": "shop"}, routing, KNOWN) == "crm"
    assert component_of({"service": "x", "job": "shop"}, routing, KNOWN) == "shop"
    assert component_of({"service": "web-shop"}, routing, KNOWN) == "shop"
    assert component_of({"service": "gone"}, routing, KNOWN) == UNROUTED
    assert component_of({"instance": "shop"}, routing, KNOWN) == UNROUTED
    assert component_of({}, Routing(component="crm"), KNOWN) == "crm"


def test_what_would_route_an_alert_is_said_as_the_configuration_has_it() -> None:
    routing = Routing(component_from=("service",), known_as={"a": "crm"})

    by_label = advice("am", {"service": "x", "app": "shop"}, routing, KNOWN)
    assert by_label == {"sources": {"am": {"component_from": ["service", "app"]}}}
    by_name = advice("am", {"service": "web"}, routing, KNOWN)
    assert by_name == {"sources": {"am": {"known_as": {"a": "crm", "web": "shop"}}}}
    assert advice("am", {}, routing, KNOWN) == {"sources": {"am": {"component": "shop"}}}
    assert advice("am", {"service": "shop"}, routing, KNOWN) is None, "once mended it was to be looked for twice"
    assert advice("am", {}, Routing(component="crm"), KNOWN) is None


async def test_an_end_that_names_no_component_ends_what_began_in_the_same_slice(database: Database) -> None:
    made, own = incidents(config()), entrance("pagerduty", "pd", token="t", component="shop")
    begins = {"summary": "gone", "source": "x", "severity": "critical", "component": "crm"}
    calls = [
        sent({"event_action": "trigger", "dedup_key": "a", "payload": begins}),
        sent({"event_action": "resolve", "dedup_key": "a"}),
    ]

    def work(tx: Connection) -> None:
        inbox.accept(tx, [inbox.row_of("pd", call, {}) for call in calls])
        process(tx, made, {"pd": own}, NOON)

    await database.write(work)

    assert [(one.component, one.unresolved) for one in await database.read(store.newest)] == [("crm", False)]
