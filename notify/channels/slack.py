"""A Slack channel, through an incoming webhook (`url`) or a bot (`token` and `channel`).

A webhook answers with the word `ok`; a bot always with 200 and `"ok": true` or the error's name. About one a second.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr, model_validator

from config.instant import SECOND
from config.value import Value
from notify import posting
from notify.channel import Channel, DeliveryError, Letter, Rate, Reason, Receipt
from notify.wording import in_bytes, words

LIMIT = 4000
API = "https://slack.com/api"
_LATER = {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_LOGIN = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"}
_GONE = {"channel_not_found", "is_archived", "not_in_channel"}


class Options(Value):
    """`url` or both of `token` and `channel`; `api` is another address of the API."""

    url: Annotated[SecretStr | None, AfterValidator(posting.hidden_web)] = None
    token: SecretStr | None = None
    channel: str | None = None
    api: Annotated[str, AfterValidator(posting.web)] = API

    @model_validator(mode="after")
    def _one_way(self) -> "Options":
        if (self.url is None) == (self.token is None) or (self.token is None) != (self.channel is None):
            raise ValueError("give the webhook's url, or a bot's token and channel")
        return self


async def send(options: Options, letter: Letter) -> Receipt:
    """Raises DeliveryError."""
    content: dict[str, Any] = {"text": in_bytes(_escaped(words(letter)), LIMIT), "mrkdwn": False}
    if options.url is not None:
        return _judge_hook(await posting.post_json(options.url.get_secret_value(), content, letter.now))
    assert options.token is not None, "its options say so"
    content |= {"channel": options.channel, "unfurl_links": False}
    headers = {"Authorization": f"Bearer {options.token.get_secret_value()}"}
    return _judge_bot(await posting.post_json(f"{options.api}/chat.postMessage", content, letter.now, headers))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _judge_hook(answer: posting.Answer) -> Receipt:
    if not answer.fine:
        raise posting.refusal(answer)
    if answer.text.strip() != "ok":
        raise posting.unclear(answer)
    return Receipt(detail=answer.said)


def _judge_bot(answer: posting.Answer) -> Receipt:
    if not answer.fine:
        raise posting.refusal(answer)
    fields = answer.fields()
    if fields.get("ok") is True:
        return Receipt(detail=f"{fields.get('channel')} {fields.get('ts')}")
    error = fields.get("error")
    if not isinstance(error, str):
        raise posting.unclear(answer)
    if error in _LATER:
        raise DeliveryError(error, reason=Reason.THROTTLED, retry_after=answer.retry_after)
    reason = Reason.LOGIN if error in _LOGIN else Reason.GONE if error in _GONE else Reason.REJECTED
    raise DeliveryError(error, reason=reason, permanent=True)


CHANNEL = Channel(
    options=Options,
    send=send,
    idempotent=False,
    address=None,
    timeout=posting.TIMEOUT,
    bundles=True,
    abroad=True,
    rate=Rate(count=1, per=SECOND),
)
