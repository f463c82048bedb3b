"""An answer of `upheld probe` for a person at three in the morning: state, reason, where the time went, what to try."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import click

from config.language import say
from config.look.advice import advice
from config.look.detail import detail_text
from config.look.fact import attempt_told, told
from config.look.figure import full_day
from config.look.reason import reason_text
from probe.result import Answer, Outcome, Plain, Reason
from upheld.cli.wide import WIDTH, hung, long, padded

_BAR = 30
_COLUMN = 12
_FACTS = 14
_NAME = 26
_COLOURS = {Outcome.UP: "green", Outcome.DEGRADED: "yellow", Outcome.DOWN: "red"}
_WORDS = {Outcome.UP: "Up", Outcome.DEGRADED: "Degraded", Outcome.DOWN: "Down"}
_SAID_LINES = 3
_NOT_TOLD = frozenset(
    ("chain", "names", "not_after", "expires_at", "warning", "body", "body_sha256", "content_length", "held_reason")
)
"""Facts that are shown in words instead, or are of no use to a tired reader; by their names up to the first dot."""
_NOT_TOLD_EITHER = frozenset(("header.content-length",))
_CUT_SHORT = frozenset(
    (
        *(Reason.CONNECTION_REFUSED, Reason.CONNECTION_RESET, Reason.HOST_UNREACHABLE, Reason.TIMEOUT),
        *(Reason.DNS_FAILURE, Reason.TLS_FAILURE, Reason.CERTIFICATE_INVALID, Reason.CERTIFICATE_EXPIRED),
    )
)
"""What ends an exchange on its way: where that was is half of the answer."""
_SOON = {Reason.CERTIFICATE_EXPIRED: "certificate_expiring", Reason.DOMAIN_EXPIRED: "domain_expiring"}
"""A warning that what has happened already makes idle."""


def written(kind: str, target: str, answer: Answer, language: str) -> str:
    """Several lines; colours are for a terminal and are taken out elsewhere by whoever prints it."""
    word = say("config.look", language, _WORDS.get(answer.outcome, "Could not ask"))
    colour = _COLOURS.get(answer.outcome, "magenta")
    reason = reason_text(answer.reason, language) or (answer.reason.value if answer.reason else "")
    blocks = [
        [f"{click.style(word, fg=colour, bold=True)}  {kind} {target}", *_why(reason, answer, language)],
        list(_attempts(answer, language)),
        list(_phases(answer, language)),
        list(_chain(answer.facts, language)),
        list(_facts(answer.facts, language)),
        list(_said(answer.facts, language)),
        list(_try(kind, target, answer, language)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _filled(text: str, target: str, facts: Mapping[str, Plain]) -> str:
    """With the places of this very target, to be copied as it stands."""
    try:
        place = urlsplit(target if "//" in target else f"//{target}")
        host, port = place.hostname or "", place.port or {"https": 443, "http": 80}.get(place.scheme)
    except ValueError:
        return text
    if not host or not host.replace("-", "").replace(".", "").replace(":", "").isalnum():
        return text
    known = {
        "ADDRESS": facts.get("address"),
        "HOST:PORT": f"{host}:{port}" if port else None,
        "HOST": host,
        "NAME": host,
    }
    for word, value in known.items():
        text = text.replace(word, str(value)) if value else text
    return text


def _why(reason: str, answer: Answer, language: str) -> Iterator[str]:
    if reason:
        yield f"{reason} ({answer.reason}), {_spent(answer.latency_us)}" if answer.reason else reason
    else:
        yield _spent(answer.latency_us)
    if answer.detail:
        yield from hung("", 0, _plain(detail_text(answer.detail, language)))


def _attempts(answer: Answer, language: str) -> Iterator[str]:
    for number, one in enumerate(answer.attempts, 1):
        said = reason_text(one.reason, language) or say("config.look", language, _WORDS.get(one.outcome, "Up"))
        name, value = attempt_told(number, said, one.address, _spent(one.latency_us), language)
        yield f"  {padded(name, _COLUMN)}{value}"


def _phases(answer: Answer, language: str) -> Iterator[str]:
    """Those it came to; a phase that took any time at all has a mark of its own."""
    total, last = max(sum(answer.phases.values()), 1), _last_phase(answer)
    for phase, spent in answer.phases.items():
        if not spent:
            continue
        bar = "█" * max(round(_BAR * spent / total), 1)
        ended = f" ← {say('config.look', language, 'it ended here')}" if phase == last else ""
        yield f"  {padded(say('config.look', language, phase), _COLUMN)}{_spent(spent):>9}  {bar}{ended}"


def _last_phase(answer: Answer) -> str:
    """The one in which it was cut short; empty where it was not."""
    reached = [phase for phase, spent in answer.phases.items() if spent]
    return reached[-1] if reached and answer.reason in _CUT_SHORT else ""


def _chain(facts: Mapping[str, Plain], language: str) -> Iterator[str]:
    """Of every certificate who it is for, who vouches for it, and until when."""
    title = say("config.look", language, "Chain")
    for place in range(8):
        subject = facts.get(f"chain.{place}.subject")
        if subject is None:
            break
        ends = _until(facts.get(f"chain.{place}.not_after"), language)
        lead = padded(title if place == 0 else "", _COLUMN)
        yield f"  {lead}{_plain(str(subject))} < {_plain(str(facts.get(f'chain.{place}.issuer')))}, {ends}"
    if "chain.0.subject" not in facts and "not_after" in facts:
        yield f"  {padded(title, _COLUMN)}{_until(facts['not_after'], language)}"
    if facts.get("names"):
        names = say("config.look", language, "for {names}", names=_plain(str(facts["names"])[:200]))
        yield f"  {padded('', _COLUMN)}{names}"


def _until(ends: Plain, language: str) -> str:
    return (
        say("config.look", language, "until {day}", day=full_day(ends, "UTC", language)) if type(ends) is int else "?"
    )


def _facts(facts: Mapping[str, Plain], language: str) -> Iterator[str]:
    wanted = {name: value for name, value in facts.items() if _told(name, value)}
    rows = [(_plain(name), _plain(value)) for name, value in told(wanted, "UTC", language)]
    for name, value in rows[:_FACTS]:
        yield f"  {click.style(padded(name, _NAME), dim=True)}  {value[: WIDTH - _NAME - 4]}"
    if len(rows) > _FACTS:
        yield "  …"


def _told(name: str, value: Plain) -> bool:
    whole = name == "body_whole" and value is True
    return name.partition(".")[0] not in _NOT_TOLD and name not in _NOT_TOLD_EITHER and not whole


def _said(facts: Mapping[str, Plain], language: str) -> Iterator[str]:
    """The beginning of a bad answer: an error page says more than its status."""
    body = facts.get("body")
    lines = [line for line in map(str.strip, str(body or "").splitlines()) if line]
    for place, line in enumerate(lines[:_SAID_LINES]):
        lead = padded(say("config.look", language, "It says") if place == 0 else "", _COLUMN)
        yield f"  {lead}{_plain(line)[: WIDTH - _COLUMN - 2]}"


def _plain(text: str) -> str:
    """Without what would move a terminal's cursor or change its colours."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _try(kind: str, target: str, answer: Answer, language: str) -> Iterator[str]:
    warning = answer.facts.get("warning")
    coming = (
        warning if isinstance(warning, str) and (answer.reason is None or _SOON.get(answer.reason) != warning) else None
    )
    for label, reason in (("Try", answer.reason), ("Coming", coming)):
        known = advice(reason, language, kind, _last_phase(answer), answer.detail)
        text = _filled(known, target, answer.facts)
        if text:
            said = say("config.look", language, label)
            about = f"{reason_text(reason, language)}: " if label == "Coming" else ""
            yield from hung(click.style(said, bold=True) + "  ", long(said) + 2, about + text)


def _spent(microseconds: int) -> str:
    if microseconds >= 10_000_000:
        return f"{microseconds / 1e6:.1f} s"
    return f"{microseconds / 1000:.0f} ms" if microseconds >= 10_000 else f"{microseconds / 1000:.1f} ms"
