"""Alertmanager's webhook, version 4, per alert (the group's own status says nothing of a single member).

Rules of the sender: 2xx is done, 5xx and network errors are repeated within the flush, 4xx and 429 are not; an alert
that is silenced or inhibited vanishes without ever being resolved, so absence means nothing.
"""

from collections.abc import Sequence

from incidents.member import Form, members
from incidents.routing import Trusted
from incidents.source import AlertNews, Sent, Source


class Options(Trusted):
    pass


_FORM = Form(version="4", of="the format of Alertmanager's webhook")


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    return members(sent, _FORM)


SOURCE = Source(options=Options, read=read)
