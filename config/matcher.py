"""Alertmanager's matchers, as amtool and other readers send them: `alertname="Down"`, `service=~"shop|crm"`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from config.pattern import pattern

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_WRITTEN = re.compile(rf'\s*(?:{_QUOTED}|([^"=!~\s]+))\s*(=~|!~|!=|=)\s*(?:{_QUOTED}|([^"]*))\s*', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_RESERVED = re.compile(r"""[\s{}!=~,\\"'`]""")
"""A name with one of these is written in quotes, as Alertmanager writes it."""
_LIMIT, _LABEL_LIMIT = 4096, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    label: str
    operator: str
    value: str

    @property
    def written(self) -> str:
        """`label="value"`, as it is read back."""
        label = _quoted(self.label) if _RESERVED.search(self.label) else self.label
        return f"{label}{self.operator}{_quoted(self.value)}"

    def fits(self, labels: Mapping[str, str]) -> bool:
        """A label that is not there is an empty one."""
        said = labels.get(self.label, "")
        equal = pattern(self.value).fullmatch(said) is not None if "~" in self.operator else said == self.value
        return equal is not self.operator.startswith("!")


def parse(text: str) -> Matcher:
    """Raises ValueError."""
    found = _WRITTEN.fullmatch(text) if len(text) <= _LIMIT else None
    if found is None:
        raise ValueError(f"bad matcher format: {text[:100]}")
    quoted_label, bare_label, operator, quoted, bare = found.groups()
    label = bare_label if quoted_label is None else _unquoted(quoted_label)
    if not 0 < len(label) <= _LABEL_LIMIT:
        raise ValueError(f"bad matcher format: {text[:100]}")
    value = bare.strip() if quoted is None else _unquoted(quoted)
    if "~" in operator:
        pattern(value)
    return Matcher(label=label, operator=operator, value=value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _unquoted(text: str) -> str:
    return _ESCAPED.sub(lambda one: "\n" if one[1] == "n" else one[1], text)
