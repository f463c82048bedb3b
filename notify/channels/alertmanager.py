"""Our own incidents as alerts of an Alertmanager, for houses whose routes, silences and receivers are there.

Labels are what tells alerts apart, so only what never changes about an incident is one; state and severity stand in
the annotations. An alert lasts until it is resolved, and at most `LASTING` should that never be told.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr

from config.instant import DAY, MINUTE, rfc3339
from config.value import Value
from notify import posting
from notify.channel import Channel, Letter, Receipt
from notify.wording import link

LASTING = 30 * DAY
PASSING = 5 * MINUTE
"""How long what concerns no incident, such as a test, stays an alert."""


class Options(Value):
    """`url` of the Alertmanager without `/api`; `labels` are put to every alert, for its routes."""

    url: Annotated[str, AfterValidator(posting.web)]
    labels: Mapping[str, str] = Field(default_factory=dict)
    token: SecretStr | None = None


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    headers = {} if options.token is None else {"Authorization": f"Bearer {options.token.get_secret_value()}"}
    url = f"{options.url.rstrip('/')}/api/v2/alerts"
    answer = await posting.post_json(url, [alert(options, letter)], letter.now, headers)
    if not answer.fine:
        raise posting.refusal(answer)
    return Receipt(detail=f"HTTP {answer.status}")


def alert(options: Options, letter: Letter) -> dict[str, Any]:
    message, facts = letter.message, letter.message.facts
    incident = facts.get("incident")
    resolved = facts.get("event") == "incident.resolved"
    lasts = LASTING if incident else PASSING
    told = ("state", "severity", "reason")
    made: dict[str, Any] = {
        "labels": {
            "alertname": "UpheldIncident" if incident else "UpheldMessage",
            "incident": str(incident or letter.key),
            "component": str(facts.get("component") or ""),
            **options.labels,
        },
        "annotations": {
            "summary": message.subject,
            "description": message.text,
            **{name: str(facts[name]) for name in told if name in facts},
        },
        "startsAt": str(facts.get("opened_at") or rfc3339(letter.written_at)),
        "endsAt": rfc3339(letter.written_at if resolved else letter.written_at + lasts),
    }
    if url := link(letter):
        made["generatorURL"] = url
    return made


CHANNEL = Channel(options=Options, send=send, idempotent=True, address=None, timeout=posting.TIMEOUT, follows=True)
