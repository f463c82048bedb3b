"""Cursor pages: a cursor names the last thing of a page, so what is added or goes meanwhile shifts nothing. Pure."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from upheld.api.problem import Wrong

T = TypeVar("T")
_NUMBER = re.compile(r"(\d+)")


def page(
    found: Iterable[T],
    id_of: Callable[[T], str],
    shown: Callable[[T], Any],
    query: Any,
    *,
    newest_first: bool = True,
) -> dict[str, Any]:
    """`items` and `next`, null on the last page. `newest_first`: ids are numbered, the highest is the newest."""
    after = _read(query["cursor"])
    rows = sorted(found, key=lambda one: _place(id_of(one)), reverse=newest_first)
    if after is not None:
        here = _place(after)
        rows = [one for one in rows if (_place(id_of(one)) < here if newest_first else _place(id_of(one)) > here)]
    taken = rows[: query["limit"]]
    more = len(rows) > len(taken)
    return {"items": [shown(one) for one in taken], "next": _written(id_of(taken[-1])) if more else None}


def _place(id: str) -> tuple[int | str, ...]:
    """Numbers inside an id count as numbers: X-10 comes after X-9."""
    return tuple(int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(id)))


def _written(id: str) -> str:
    return urlsafe_b64encode(id.encode()).decode().rstrip("=")


def _read(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        fault = "is no cursor of ours; write what `next` of the page before says"
        raise Wrong(
            HTTPStatus.BAD_REQUEST, "the cursor cannot be read", [{"parameter": "cursor", "detail": fault}]
        ) from None
