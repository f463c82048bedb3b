"""Grafana's unified alerting webhook, version 1: Alertmanager's form with a few fields more.

Rules of the sender: nothing is repeated within a flush, the group's next flush tells the whole group again. Where a
secret is set, `X-Grafana-Alerting-Signature` is the hex HMAC-SHA256 of the body, or of `timestamp:body`.
"""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Self

from pydantic import Field, model_validator

from incidents import payload
from incidents.member import Form, members
from incidents.routing import Routing
from incidents.source import AlertNews, Fetch, Sent, Source, by_token

_FORM = Form(
    version="1", of="the format of Grafana's unified alerting", links=("panelURL", "dashboardURL", "generatorURL")
)
_ITS_OWN = ("DatasourceError", "DatasourceNoData")
"""It could not ask: that says nothing of the component the rule is about."""


class Options(Routing):
    token: str | None = Field(default=None, min_length=1, repr=False)
    secret: str | None = Field(default=None, min_length=1, repr=False)
    """Of its signature."""
    timestamp_header: str | None = None
    """As it is named there; what is signed then may not be older than five minutes."""

    @model_validator(mode="after")
    def _some_proof(self) -> Self:
        if self.token is None and self.secret is None:
            raise ValueError("a source needs a token or a secret: anybody could send otherwise")
        return self


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    return [_trouble_of_its_own(one, options) for one in members(sent, _FORM)]


def _trouble_of_its_own(one: AlertNews, options: Options) -> AlertNews:
    if one.labels.get("alertname") not in _ITS_OWN:
        return one
    labels = {name: value for name, value in one.labels.items() if name not in options.component_from}
    return replace(one, labels=labels, severity_word="warning")


def authorized(options: Options, sent: Sent) -> bool:
    return options.token is None or by_token(options, sent)


async def signed(options: Options, sent: Sent, fetch: Fetch) -> bool:
    if options.secret is None:
        return True
    said = sent.body
    if options.timestamp_header is not None:
        stamp = sent.headers.get(options.timestamp_header.lower(), "")
        at = payload.epoch(stamp)
        if at is None or abs(sent.received_at - at) > payload.BELIEVED:
            return False
        said = stamp.encode() + b":" + said
    wanted = hmac.new(options.secret.encode(), said, sha256).hexdigest()
    return hmac.compare_digest(sent.headers.get("x-grafana-alerting-signature", "").encode(), wanted.encode())


SOURCE = Source(options=Options, read=read, authorized=authorized, signed=signed)
