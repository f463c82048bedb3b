"""The first configuration for a newcomer's own systems: what `upheld init URL…` writes."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_SKIPPED = ("www", "www2")
_NOT_IN_ID = re.compile(r"[^a-z0-9-]+")

_HEAD = """\
# What upheld watches, whom it tells, and what is promised.
#   upheld check-config upheld.yaml    finds every mistake in this file
#   upheld serve -c upheld.yaml        runs it; the page is at http://127.0.0.1:8080/

site: {name: "%s", timezone: UTC}      # a zone such as Asia/Shanghai or Europe/Berlin

# Without mail, whatever happens is written to the log alone.
# mail: {host: smtp.example.com, sender: upheld@example.com, password: "${env:SMTP_PASSWORD}"}
# on_call: {name: Your Name, email: you@example.com}

# One line for each system: an id, and the address that is asked every minute.
components:
"""

_TAIL = """
# With a customer and an agreement the downtime is counted, and `upheld statement` issues the month.
# customers:
#   acme:
#     name: Acme
#     contact: {name: Their Name, email: them@acme.example}
#     agreement:
#       {profile: sla-standard@1, terms: strict-7x24@1, target: "99.5", covers: [%s], measured_from: 2026-12-01}
"""


def first_config(addresses: Sequence[str]) -> str:
    """YAML that loads. A bare host is asked by https, `host:port` by tcp. Raises ValueError naming the odd address."""
    if not addresses:
        raise ValueError("name at least one address, such as https://shop.example.com/")
    components: dict[str, str] = {}
    for address in addresses:
        url, host = _address(address)
        components.setdefault(_id(host, url, components), url)
    site = _domain(urlsplit(next(iter(components.values()))).hostname or "upheld")
    lines = "".join(f'  {id}: "{url}"\n' for id, url in components.items())
    return _HEAD % site + lines + _TAIL % ", ".join(components)


def _address(written: str) -> tuple[str, str]:
    text = written.strip()
    if "://" not in text:
        text = f"tcp://{text}" if re.fullmatch(r"[^/]+:\d+", text) else f"https://{text}"
    advice = f"'{written}' is no address; write https://shop.example.com/ or tcp://db.example.com:5432"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(advice) from error
    awkward = any(sign in '"\\${}' or sign.isspace() or not sign.isprintable() for sign in text)
    if parts.scheme not in ("http", "https", "tcp") or not host or awkward or (parts.scheme == "tcp" and not port):
        raise ValueError(advice)
    return text, host


def _id(host: str, url: str, taken: dict[str, str]) -> str:
    """The first telling label of the host name, numbered where another has it."""
    labels = [label for label in host.lower().split(".") if label not in _SKIPPED]
    plain = _NOT_IN_ID.sub("-", labels[0] if labels else host).strip("-")
    name = f"host-{plain}".strip("-") if not plain or plain[0].isdigit() else plain[:50]
    candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(id for id in candidates if taken.get(id, url) == url)


def _domain(host: str) -> str:
    labels = host.split(".")
    return host if labels[-1].isdigit() else ".".join(labels[-2:])
