"""A mail to a customer in the operator's own words, where there are some for the occasion. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from config.language import choose
from config.model import Config
from config.wording import Wording, in_language, said
from incidents.case import Case
from notify.message import Message


def values_of(config: Config, case: Case, language: str, **more: str | None) -> Mapping[str, str]:
    """`more` has what the occasion knows; what nobody knows is empty."""
    component, customer = config.components.get(case.component or ""), config.customers[case.customer]
    owner = config.people.get((component.owner if component is not None else None) or "")
    base = config.site.external_url
    found: dict[str, str | None] = {
        "number": case.id,
        "title": case.title,
        "level": str(case.level),
        "customer": choose(customer.name, language),
        "component": choose(component.name, language) if component is not None else None,
        "owner": choose(owner.name, language) if owner is not None else component.owner if component else None,
        "runbook": component.runbook if component is not None else None,
        "dashboard": component.dashboard if component is not None else None,
        "room": f"{base.rstrip('/')}/room/{case.customer}" if base else None,
        "site": choose(config.site.name, language),
        **more,
    }
    return {name: value or "" for name, value in found.items()}


def reworded(message: Message, wording: Wording, values: Mapping[str, str]) -> Message:
    """In the message's language; what the wording leaves out stays. Raises ValueError."""
    before, mark, after = message.text.rpartition("\n-- ")
    text, signed = (before, mark + after) if mark else (message.text, "")
    known = {"link": "", "due_at": "", "recorded_at": "", "said": "", **values}
    known = {**known, "text": text.strip(), "subject": message.subject}
    subject, body = in_language(wording.subject, message.language), in_language(wording.text, message.language)
    return replace(
        message,
        subject=message.subject if subject is None else " ".join(said(subject, known).split()) or message.subject,
        text=message.text if body is None else f"{said(body, known).strip()}\n{signed}",
    )
