"""What a configuration that is right would still bring to nobody, or let anybody send. `check-config` says it."""

from collections.abc import Iterator

from config.model import Config
from config.options import parse
from incidents.readiness import called
from probe.heartbeat import HEARTBEAT
from probe.kinds.heartbeat import Options as Heartbeat
from upheld.installed import installed
from upheld.rules import Rules, rules_of

_ON_CALL = "`on_call: {name: Your Name, email: you@…}`"
_SHOWN = 5
_LEAST = 16
"""Characters a token has at least that nobody guesses, also where it is no random one."""


def unheard(config: Config) -> Iterator[str]:
    """Sentences, each with what to write."""
    rules = rules_of(config, installed())
    yield from _untold(config)
    yield from _without_address(rules)
    yield from _same_token(rules)
    yield from _short_token(rules)
    yield from _mute(config)


def _untold(config: Config) -> Iterator[str]:
    """Components whose incidents call nobody."""
    if not config.escalations:
        yield f"nobody is told of an incident: write {_ON_CALL}"
        return
    silent = [one.id for one in config.components.values() if config.escalation_of(one.id) is None]
    if silent:
        names = ", ".join(silent[:_SHOWN]) + (", …" if len(silent) > _SHOWN else "")
        policy = next(iter(config.escalations))
        yield f"nobody is told of incidents on {names}: write `escalation: {policy}` there, or a policy `default`"


def _without_address(rules: Rules) -> Iterator[str]:
    """Ways that need an address of the person's own, to people who have none, and people who have no way at all."""
    for person in called(rules.config, rules.config.escalations.values()):
        ways = rules.paging.contacts([person], 0)
        if rules.paging.spoken and not any(rules.paging.arrives(way.channel) for way in ways):
            yield f"people.{person}: nothing reaches him; write `email: …` or `reach: […]` there"
    for person in rules.config.people:
        for way in rules.paging.contacts([person], 0):
            if rules.paging.personal(way.channel) and not way.address:
                key = rules.channels[way.channel][0].address or "address"
                yield f"people.{person}: nothing reaches him over {way.channel}; write `{key}: …` there"


def _same_token(rules: Rules) -> Iterator[str]:
    """Of two sources that are called at one address the first with the token gets everything."""
    first: dict[tuple[str, str], str] = {}
    for entrance in rules.entrances.values():
        token = getattr(entrance.options, "token", None)
        for path in entrance.source.paths if token else ():
            earlier = first.setdefault((path, str(token)), entrance.id)
            if earlier != entrance.id:
                yield f"sources.{entrance.id}: the token of {earlier}, which gets all that is sent; write another one"
                break


def _short_token(rules: Rules) -> Iterator[str]:
    """Whoever guesses one opens and ends incidents, or says for a job that it went well."""
    tokens = [(f"sources.{id}", getattr(one.options, "token", None)) for id, one in rules.entrances.items()]
    for component in rules.config.components.values():
        for name, check in component.checks.items():
            if check.kind == HEARTBEAT:
                place = f"components.{component.id}.checks.{name}"
                tokens.append((place, parse(Heartbeat, check.options).token))
    for place, token in tokens:
        if token is not None and len(token) < _LEAST:
            yield f"{place}: its token has fewer than {_LEAST} characters and is soon guessed; write a longer one"


def _mute(config: Config) -> Iterator[str]:
    """Customers to whom no mail can go, and from whom none is believed."""
    for customer in config.customers.values():
        if not any(one.email for one in customer.contacts):
            yield f"customers.{customer.id}: no contact has an email, so that he is told nothing; write `email: …`"
