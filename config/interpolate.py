"""`${env:NAME}` and `${file:path}`: values that come from outside the file and are kept as secrets."""

import re
from collections.abc import Mapping
from pathlib import Path

from config.node import Mark, Node, did_you_mean
from config.reader import Report
from config.secret import Secret

MAX_FILE = 64 << 10

_REFERENCE = re.compile(r"\$(\$\{)|\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def interpolate(root: Node, folder: Path, environ: Mapping[str, str], report: Report) -> None:
    """Replace every text that holds a reference by a `Secret`, in place; `$${` stands for `${` itself."""
    seen: set[int] = set()
    for node in root.scalars():
        if id(node) in seen or node.text is None or "${" not in node.text:
            continue
        seen.add(id(node))
        node.value = _resolve(node.text, node.mark, folder, environ, report)


def _resolve(text: str, mark: Mark, folder: Path, environ: Mapping[str, str], report: Report) -> str | Secret:
    references, before = 0, len(report.problems)

    def value(found: re.Match[str]) -> str:
        nonlocal references
        if found[1]:
            return "${"
        references += 1
        return _value(found[2], mark, folder, environ, report)

    resolved = _REFERENCE.sub(value, text)
    if len(report.problems) > before:
        report.unresolved.add(mark)
    if references == 0:
        if "${" in _REFERENCE.sub("", text):
            report.add(mark, "`${` without its `}`; write ${env:NAME} or ${file:path}, or $${ for the signs themselves")
        return resolved
    secret = Secret(resolved, text)
    report.secrets.append(secret)
    return secret


def _value(reference: str, mark: Mark, folder: Path, environ: Mapping[str, str], report: Report) -> str:
    scheme, _, name = reference.partition(":")
    match scheme:
        case "env" if _NAME.fullmatch(name):
            if name not in environ:
                known = [other for other in environ if other.isupper()]
                report.add(mark, f"the environment has no {name}; set it before starting{did_you_mean(name, known)}")
            return environ.get(name, "")
        case "file" if name:
            return _read(name, mark, folder, report)
        case _:
            report.add(mark, f"'${{{reference}}}' is not understood; write ${{env:NAME}} or ${{file:path}}")
            return ""


def _read(name: str, mark: Mark, folder: Path, report: Report) -> str:
    path = folder / name
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
        text = data.decode("utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        report.add(mark, f"cannot read the file '{name}': {reason}")
        return ""
    if len(data) > MAX_FILE or "\0" in text:
        report.add(mark, f"the file '{name}' is no secret: larger than {MAX_FILE >> 10} KiB or not text")
        return ""
    return text.rstrip("\r\n")
