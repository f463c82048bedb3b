"""What a pipeline or a person changed: `{"summary": "shop 4.2", "component": "shop", "at": "…", "link": "…"}`.

It opens nothing. It stands on the timelines of incidents, because what broke was often changed shortly before.
"""

from collections.abc import Sequence

from incidents import payload
from incidents.routing import Trusted
from incidents.source import Change, Sent, Source, Unreadable


class Options(Trusted):
    pass


def read(options: Options, sent: Sent) -> Sequence[Change]:
    post = payload.object_of(payload.json_of(sent.body), "the change")
    stated = payload.optional_text(post.get("at"))
    at = payload.loosely(stated) or payload.epoch(stated)
    if stated is not None and at is None:
        raise Unreadable(f"at: {payload.shown(stated)} is no time; write one like 2026-09-04T08:30:00Z")
    labels = {**payload.flat(post), **payload.flat(post.get("labels"))}
    return [
        Change(
            happened_at=sent.received_at if at is None else min(at, sent.received_at),
            summary=payload.summary_of(payload.text_of(post.get("summary"), "summary")),
            labels={name: text for name, text in labels.items() if name not in ("summary", "at", "link")},
            link=payload.link_of(post.get("link")),
        )
    ]


SOURCE = Source(options=Options, read=read)
