"""One address as the short form of a check, or of a whole component: `https://…`, `tcp://host:port`."""

from urllib.parse import urlsplit

from config.node import Node, Notice, did_you_mean, mapping, scalar
from config.reader import Report, what
from config.registry import Registries, needs_target


def one_check(node: Node, key: str, kinds: Registries, report: Report) -> Node:
    """A component written as one address: the check of its scheme and, for https, its certificate's."""
    check = check_of(node, kinds, report)
    checks = mapping(node.mark)
    component = mapping(node.mark, id=scalar(key, node.mark), checks=checks)
    if check is None:
        return component
    kind = check.get("kind")
    checks.put(str(kind.value) if kind else "check", check, node.mark)
    address = urlsplit(node.text or "")
    if address.scheme == "https" and "tls" not in kinds.kinds:
        report.notices.append(Notice(where=str(node.mark), key=f"components.{key}: watching its certificate"))
    elif address.scheme == "https":
        target = scalar(f"{address.hostname}:{_port(address.port)}", node.mark)
        certificate = mapping(node.mark, kind=scalar("tls", node.mark), target=target)
        certificate.put("interval", scalar("1h", node.mark))
        checks.put("cert", certificate, node.mark)
    return component


def _port(port: int | None) -> int:
    return 443 if port is None else port


def check_of(node: Node, kinds: Registries, report: Report) -> Node | None:
    """The check an address stands for, or None after reporting why it stands for none."""
    text = node.text or ""
    scheme, separator, rest = text.partition("://")
    advice = "write an address such as https://shop.example.com/ or tcp://db.example.com:5432"
    if not separator or not rest:
        report.add(node.mark, f"{what(node)} is no address; {advice}")
        return None
    kind = "http" if scheme in ("http", "https") else scheme
    if kind not in kinds.kinds:
        known = sorted({"https", *(name for name, model in kinds.kinds.items() if needs_target(model))})
        hint = did_you_mean(scheme, known)
        report.add(node.mark, f"'{scheme}://' is not in this version; known: {', '.join(known)}{hint}")
        return None
    try:
        host, port = urlsplit(text).hostname, urlsplit(text).port
    except ValueError:
        report.add(node.mark, f"{what(node)} is no address; {advice}")
        return None
    if not host or (kind == "tcp" and port is None):
        report.add(node.mark, f"{what(node)} names no {'port' if host else 'host'}; {advice}")
        return None
    target = text if kind == "http" else rest.rstrip("/")
    return mapping(node.mark, kind=scalar(kind, node.mark), target=scalar(target, node.mark))
