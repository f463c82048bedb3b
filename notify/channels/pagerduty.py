"""A service of PagerDuty, or of whatever speaks its Events API v2: an incident is triggered, acknowledged, resolved.

The incident's number is the `dedup_key`, so a repetition is the same event, and 202 means taken.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr

from config.instant import rfc3339
from config.value import Value
from notify import posting
from notify.channel import Channel, Letter, Receipt
from notify.wording import in_bytes, link

URL = "https://events.pagerduty.com/v2/enqueue"
SUMMARY_LIMIT = 1024
DETAILS_LIMIT = 100_000
_SEVERITY = {1: "critical", 2: "error", 3: "warning"}
_ACTION = {"incident.acknowledged": "acknowledge", "incident.resolved": "resolve"}


class Options(Value):
    """`routing_key` of the service's integration; `url` of another receiver of such events."""

    routing_key: SecretStr = Field(min_length=1)
    url: Annotated[str, AfterValidator(posting.web)] = URL


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    content = {"routing_key": options.routing_key.get_secret_value(), **event(letter)}
    answer = await posting.post_json(options.url, content, letter.now)
    if answer.fine:
        return Receipt(detail=answer.said)
    raise posting.refusal(answer)


def event(letter: Letter) -> dict[str, Any]:
    """The event but for its key. What concerns no incident triggers under a key of its own, as mere information."""
    message, facts = letter.message, letter.message.facts
    incident, severity = facts.get("incident"), facts.get("severity")
    made: dict[str, Any] = {
        "event_action": _ACTION.get(str(facts.get("event")), "trigger"),
        "dedup_key": f"upheld-{incident}" if incident else f"upheld-{letter.key}",
        "client": "upheld",
        "payload": {
            "summary": in_bytes(message.subject, SUMMARY_LIMIT),
            "source": str(facts.get("component") or "upheld"),
            "severity": _SEVERITY.get(severity, "info") if isinstance(severity, int) else "info",
            "timestamp": rfc3339(letter.written_at),
            "component": str(facts.get("component") or ""),
            "custom_details": {**facts, "text": in_bytes(message.text, DETAILS_LIMIT)},
        },
    }
    if url := link(letter):
        made |= {"client_url": url, "links": [{"href": url, "text": "upheld"}]}
    return made


CHANNEL = Channel(
    options=Options, send=send, idempotent=True, address=None, timeout=posting.TIMEOUT, follows=True, abroad=True
)
