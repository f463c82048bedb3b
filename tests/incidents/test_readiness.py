"""What would keep a call from reaching somebody is found before it matters."""

from typing import Any

from config.instant import DAY, HOUR
from config.model import Channel, Config
from config.oncall import Escalation, Layer, Person, Reach, Rota, Step
from incidents.oncall import Roster
from incidents.readiness import Concern, Kind, concerns
from incidents.rota import Change, Deed
from incidents.ways import Addressee, Ways
from tests.incidents.samples import MAIL, NOON, config, named

SMS = Channel(id="sms", kind="webhook")
LI = Person(id="li", name="Li", email="li@example.com", reach=(Reach(channel="mail"), Reach(channel="sms")))
WANG = Person(id="wang", name="Wang", reach=(Reach(channel="mail"),))
OFFICE = Layer(people=("li",), hours={"mon-fri": ("09:00-18:00",)})


def house(
    *people: Person, notify: tuple[str, ...] = ("li",), channels: tuple[Channel, ...] = (MAIL, SMS), **more: Any
) -> Config:
    severity = more.pop("severity", ())
    policy = Escalation(id="default", steps=(Step(notify=notify),), fallback=("li",), severity=severity)
    return config(people=named(people), channels=named(channels), escalations=named((policy,)), **more)


def found(made: Config, *changes: Change) -> list[Concern]:
    return list(concerns(Roster(config=made, changes=changes), Ways(made, "log"), NOON))


def test_nothing_is_wrong_where_everybody_has_two_channels_and_no_rota_a_gap() -> None:
    rota = Rota(id="primary", layers=(Layer(people=("li",)),))

    assert found(house(LI, notify=("rota:primary",), rotas=named((rota,)))) == []


def test_the_first_gap_of_a_rota_that_is_called_is_named_and_a_change_can_fill_it() -> None:
    rota = Rota(id="primary", layers=(OFFICE, Layer(people=("li",), start=NOON + 3 * DAY)))
    made = house(LI, notify=("rota:primary",), rotas=named((rota,)))
    (gap,) = found(made)
    assert (gap.kind, gap.subject, gap.grave) == (Kind.GAP, "primary", True)
    assert gap.at is not None and NOON < gap.at < NOON + DAY

    helper = Change(
        id=1,
        rota="primary",
        deed=Deed.ADD,
        person="li",
        instead_of=None,
        start=NOON,
        end=NOON + 4 * DAY,
        reason="r",
        by="person:li",
        recorded_at=NOON - HOUR,
    )
    assert found(made, helper) == []
    assert found(house(LI, rotas=named((rota,)))) == []  # no policy calls it


def test_somebody_without_an_address_cannot_be_reached() -> None:
    assert found(house(LI, WANG, notify=("wang",))) == [Concern(kind=Kind.UNREACHABLE, subject="wang")]


def test_one_channel_is_too_few_for_severity_1_and_enough_for_others() -> None:
    single = LI.model_copy(update={"reach": (Reach(channel="mail"),)})

    assert found(house(single)) == [Concern(kind=Kind.ONE_CHANNEL, subject="li")]
    assert found(house(single, severity=(2, 3))) == []
    (said,) = found(house(single, channels=(MAIL,)))
    assert not said.grave  # there is no second channel to mend it with


def test_a_channel_nobody_tried_is_said() -> None:
    def verified(way: Addressee) -> bool:
        return way.channel != "sms"

    made = house(LI)
    untried, alone = concerns(Roster(config=made), Ways(made, "log"), NOON, verified)

    assert untried == Concern(kind=Kind.UNVERIFIED, subject="li", channel="sms", grave=False)
    assert alone == Concern(kind=Kind.ONE_VERIFIED, subject="li", grave=False)
    milder = house(LI, severity=(2, 3))
    assert [one.kind for one in concerns(Roster(config=milder), Ways(milder, "log"), NOON, verified)] == [
        Kind.UNVERIFIED
    ]
