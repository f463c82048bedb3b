"""Rules by which one fault explains another, in Alertmanager's sense: while the source's incident is open, nobody is
called for the target's. Pure. ADR 0102."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config import matcher
from config.life import Inhibition
from config.matcher import Matcher

Traits = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    source: Sequence[Matcher]
    target: Sequence[Matcher]
    equal: Sequence[str] = ()

    def may_explain(self, known: Traits) -> bool:
        """By what of an incident is known without its alerts; no is for sure."""
        return _may(self.source, known)

    def may_hold(self, known: Traits) -> bool:
        """The same of what is explained."""
        return _may(self.target, known)

    def explains(self, traits: Traits) -> bool:
        """Whether this is one that explains others."""
        return all(one.fits(traits) for one in self.source)

    def holds(self, target: Traits, source: Traits) -> bool:
        """Whether the source explains the target. A label that is not there is an empty one.

        What is both source and target is not explained by what is both, too: the two would explain each other.
        """
        if not self._explained(target) or not self.explains(source):
            return False
        if any(target.get(label, "") != source.get(label, "") for label in self.equal):
            return False
        return not (self.explains(target) and self._explained(source))

    def _explained(self, traits: Traits) -> bool:
        return all(one.fits(traits) for one in self.target)


def _may(matchers: Sequence[Matcher], known: Traits) -> bool:
    return all(one.fits(known) for one in matchers if one.label in known)


def rule_of(written: Inhibition) -> Rule:
    source, target = (tuple(map(matcher.parse, texts)) for texts in (written.source, written.target))
    return Rule(source=source, target=target, equal=written.equal)
