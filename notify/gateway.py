"""A gateway of somebody else that sends short messages or calls: one HTTP request, as its operator describes it.

Body and headers are templates, success is an expression over the answer; both run in Jinja's sandbox, where nothing
but the values named here can be reached. What the gateway reports later is read the same way.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from jinja2 import ChainableUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import AfterValidator, Field, SecretStr

from config.instant import Span
from config.language import say
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Heard, Letter, Listener, Rate, Reason, Receipt, What
from notify.wording import ROOM, heading, link, mobile, words

_SANDBOX = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=False)
_REFERENCE_LIMIT = 200


def _template(text: str) -> str:
    try:
        _SANDBOX.from_string(text)
    except TemplateError as error:
        raise ValueError(f"not a template: {error}") from error
    return text


def _expression(text: str) -> str:
    try:
        _SANDBOX.compile_expression(text)
    except TemplateError as error:
        raise ValueError(f"not an expression: {error}") from error
    return text


Template = Annotated[str, AfterValidator(_template)]
Expression = Annotated[str, AfterValidator(_expression)]


class Receipts(Value):
    """What the gateway posts to `/receipts/<channel>`; expressions over `json`, `form` and `query`.

    `id` names the message: the gateway's reference, or our `key` where it gives that back. `key` is what was pressed.
    """

    token: SecretStr = Field(min_length=16)
    id: Expression
    delivered: Expression = "false"
    answered: Expression = "false"
    failed: Expression = "false"
    key: Expression = "none"
    reply: str = "ok"


class Gateway(Value):
    """`success`, `later` and `reference` are expressions over the answer: `status`, `text`, `json`.

    Without a `reference` the message is known by our own `key`.

    Templates know `phone`, `text`, `spoken`, `subject`, `key`, `language`, `url`, and the message's `facts`.
    """

    url: Annotated[SecretStr, AfterValidator(posting.hidden_web)]
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: Mapping[str, Template] = Field(default_factory=lambda: {"Content-Type": "application/json; charset=utf-8"})
    body: Template = '{"to": {{ phone|tojson }}, "text": {{ text|tojson }}, "id": {{ key|tojson }}}'
    success: Expression = "status == 200"
    later: Expression = "status == 429 or status >= 500"
    reference: Expression = "json.id"
    limit: int = Field(default=300, ge=20, le=2000)
    """Characters of `text` and of `spoken`."""
    receipts: Receipts | None = None


def channel(timeout: Span, throttle: Sequence[Rate]) -> Channel[Gateway]:
    """To a telephone. Gateways differ in how long they take, and in what one person can bear of them."""

    async def sending(options: Gateway, letter: Letter) -> Receipt:
        return await send(options, letter, timeout)

    return Channel(
        options=Gateway,
        send=sending,
        idempotent=False,
        address="phone",
        timeout=timeout,
        personal=True,
        bundles=True,
        throttle=tuple(throttle),
        listener=Listener(token=token, read=read, reply=reply),
    )


async def send(options: Gateway, letter: Letter, timeout: Span) -> Receipt:
    """Raises DeliveryError."""
    number = mobile(letter.address)
    if number is None:
        raise DeliveryError(f"{letter.address!r} is no telephone number", reason=Reason.BAD_ADDRESS, permanent=True)
    known = _known(options, letter, number)
    try:
        body = _SANDBOX.from_string(options.body).render(known).encode()
        headers = {name: _SANDBOX.from_string(text).render(known) for name, text in options.headers.items()}
    except TemplateError as error:
        raise DeliveryError(f"its template: {error}", reason=Reason.DEFECT, permanent=True) from error
    url = options.url.get_secret_value()
    answer = await posting.ask(
        url, body, letter.now, headers=headers, method=options.method, timeout=timeout, whole=True
    )
    return _judge(options, answer, short_key(letter.key))


def token(options: Gateway) -> str | None:
    return None if options.receipts is None else options.receipts.token.get_secret_value()


def reply(options: Gateway) -> str:
    return "" if options.receipts is None else options.receipts.reply


def read(options: Gateway, body: bytes, query: Mapping[str, str]) -> tuple[str, Heard] | None:
    """Which message (its id) was received, answered or not delivered; None for a post that says none of these."""
    receipts = options.receipts
    if receipts is None:
        return None
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    answer = posting.Answer(status=200, text=body.decode("utf-8", "replace"), retry_after=None)
    told = {"json": answer.fields(), "form": form, "query": query}
    name = _value(receipts.id, told)
    pressed = _value(receipts.key, told)
    if name in (None, ""):
        return None
    if pressed not in (None, ""):
        return str(name), Heard(what=What.KEY, detail=str(pressed)[:20])
    for what, expression in (
        (What.FAILED, receipts.failed),
        (What.ANSWERED, receipts.answered),
        (What.DELIVERED, receipts.delivered),
    ):
        if _value(expression, told) is True:
            return str(name), Heard(what=what, detail="")
    return None


def _known(options: Gateway, letter: Letter, number: str) -> dict[str, Any]:
    message = letter.message
    press = say(ROOM, message.language, "Press 1 to acknowledge.")
    spoken = f"{heading(letter).lstrip('■▲◧○● ')}. {press}"
    return {
        "phone": number,
        "text": words(letter)[: options.limit],
        "spoken": spoken[: options.limit],
        "subject": heading(letter),
        "key": short_key(letter.key),
        "language": message.language,
        "url": link(letter) or "",
        "facts": dict(message.facts),
    }


def short_key(key: str) -> str:
    """A notification's own key as a gateway may carry it along."""
    return sha256(key.encode()).hexdigest()[:32]


def _judge(options: Gateway, answer: posting.Answer, own: str) -> Receipt:
    said = {"status": answer.status, "text": answer.text, "json": answer.fields()}
    if _value(options.success, said) is True:
        reference = _value(options.reference, said)
        return Receipt(detail=answer.said, reference=str(reference or own)[:_REFERENCE_LIMIT])
    if _value(options.later, said) is True:
        reason = Reason.THROTTLED if answer.status == 429 else Reason.UNAVAILABLE
        raise DeliveryError(answer.said, reason=reason, retry_after=answer.retry_after)
    raise DeliveryError(answer.said, reason=Reason.REJECTED, permanent=True)


def _value(expression: str, known: Mapping[str, object]) -> Any:
    """None for what cannot be worked out: a gateway that answers otherwise than described has not said yes."""
    try:
        return _SANDBOX.compile_expression(expression)(**known)
    except (TemplateError, TypeError, ValueError, ArithmeticError):
        return None
