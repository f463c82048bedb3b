"""What may go and what still rests on it."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from config.agreement import Agreement
from config.conduct import Records
from config.instant import DAY, Instant, parse_rfc3339
from config.model import Retention
from sla.keeping import MARGIN, Horizon, Subject, obstacles, of_components, of_customer
from tests.sla.contract import config

KEPT = Retention()
NOW = parse_rfc3339("2036-11-24T00:00:00Z")
END = parse_rfc3339("2030-01-01T00:00:00Z")


@cache
def agreement() -> Agreement:
    with TemporaryDirectory() as folder:
        return next(config(Path(folder)).agreements())


def day(text: str) -> Instant:
    return parse_rfc3339(f"{text}T00:00:00Z")


def ended(at: Instant | None, **changes: object) -> Agreement:
    return agreement().model_copy(update={"until": at, **changes})


def subject(*agreements: Agreement, unsealed: tuple[Instant, ...] = (), held: bool = False) -> Subject:
    return Subject(customer="acme", agreements=agreements, unsealed=unsealed, held=held)


def test_under_an_agreement_in_force_results_go_after_120_days_and_records_stay() -> None:
    found = of_customer(subject(ended(None)), KEPT, NOW)
    assert found == Horizon(results=NOW - 120 * DAY, rollups=NOW - 730 * DAY, records=None)


def test_an_agreement_makes_results_stay_120_days_whatever_is_configured() -> None:
    assert of_customer(subject(ended(None)), Retention(results=DAY), NOW).results == NOW - 120 * DAY
    assert of_customer(subject(ended(None)), Retention(results=200 * DAY), NOW).results == NOW - 200 * DAY


def test_nothing_that_a_period_still_to_be_sealed_rests_on_may_go() -> None:
    waiting = NOW - 300 * DAY
    found = of_customer(subject(ended(END), unsealed=(waiting, NOW - 20 * DAY)), KEPT, NOW)
    assert (found.results, found.records) == (waiting - MARGIN, None)


def test_after_its_seal_results_go_by_their_age_and_records_do_not() -> None:
    assert of_customer(subject(ended(None)), KEPT, NOW).results == NOW - 120 * DAY
    assert of_customer(subject(ended(None)), KEPT, NOW).records is None


def test_records_go_by_whole_years_five_years_old_and_three_after_the_end() -> None:
    found = of_customer(subject(ended(END)), KEPT, NOW)
    assert found.records == day("2031-01-01") - MARGIN
    assert of_customer(subject(ended(END)), KEPT, END + 3 * 365 * DAY - 1).records is None
    assert of_customer(subject(ended(END)), KEPT, END + 3 * 365 * DAY).records is not None


def test_an_agreement_may_demand_longer_than_the_configuration() -> None:
    longer = ended(END, records=Records(years=8, after_end=6))
    assert of_customer(subject(longer), KEPT, NOW).records == day("2028-01-01") - MARGIN
    assert of_customer(subject(longer), KEPT, END + 6 * 365 * DAY - 1).records is None


def test_of_several_agreements_each_must_have_ended() -> None:
    other = ended(None, id="acme/other")
    assert of_customer(subject(ended(END), other), KEPT, NOW).records is None
    assert obstacles(subject(ended(END), other), NOW) == ["agreement acme/other is in force: its records stay"]


def test_a_hold_stops_everything() -> None:
    found = of_customer(subject(ended(END), held=True), KEPT, NOW)
    assert found == Horizon(results=None, rollups=None, records=None)


def test_whose_agreements_nobody_knows_keeps_his_records() -> None:
    assert of_customer(subject(), KEPT, NOW).records is None


def test_the_obstacle_names_agreement_and_day() -> None:
    (told,) = obstacles(subject(ended(END)), END + DAY)
    assert told == f"agreement {ended(END).id} ended on 2030-01-01: its records stay until 2032-12-31"


def test_a_component_of_several_customers_is_kept_as_long_as_any_needs_it() -> None:
    name = agreement().components[0]
    short, long = subject(ended(END)), subject(ended(END), unsealed=(NOW - 200 * DAY,))
    found = of_components([name, "nobodys"], [short, long], Retention(results=30 * DAY), NOW)
    assert (found[name].results, found[name].records) == (NOW - 200 * DAY - MARGIN, None)
    assert found["nobodys"].results == NOW - 30 * DAY
    assert found["nobodys"].records == day("2031-01-01") - MARGIN
