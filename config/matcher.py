"""Alertmanager's matchers, as amtool and other readers send them: `alertname="Down"`, `service=~"shop|crm"`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from config.pattern import pattern

_WRITTEN = re.compile(r'\s*"?([^"=!~\s]{1,200})"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*))\s*', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LIMIT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    label: str
    operator: str
    value: str

    @property
    def written(self) -> str:
        """`label="value"`, as it is read back."""
        value = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.operator}"{value}"'

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
    label, operator, quoted, bare = found.groups()
    value = bare.strip() if quoted is None else _ESCAPED.sub(lambda one: "\n" if one[1] == "n" else one[1], quoted)
    if "~" in operator:
        pattern(value)
    return Matcher(label=label, operator=operator, value=value)
