"""Keeps what is secret out of what is told."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from config.secret import HIDDEN
from probe.result import Answer, Plain

_SHORTEST = 4
"""What is shorter would be found everywhere and hides nothing."""


class Mask:
    """`secrets` are replaced wherever they stand, the longest first."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def facts(self, facts: Mapping[str, Plain]) -> dict[str, Plain]:
        return {name: self.text(value) if isinstance(value, str) else value for name, value in facts.items()}

    def answer(self, answer: Answer) -> Answer:
        if not self._secrets:
            return answer
        return replace(answer, detail=self.text(answer.detail), facts=self.facts(answer.facts))
