"""What every notice has in common: its language and reader, names, times, our addresses, the form of a message. Pure.

Nothing from outside is used as a format.
"""

from dataclasses import dataclass

from config.instant import Instant
from config.language import choose, say
from config.look.figure import clock_time
from config.look.reason import reason_text
from config.look.subject import subject_text
from config.model import Config
from incidents.drill import drilled
from notify.message import Json, Message

ROOM = "incidents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Writes in one language for one reader; `site` gives zone, name and address.

    `discreet`: over a channel that leads abroad. Ids stand for names, and no words that people or senders wrote.
    """

    config: Config
    language: str
    discreet: bool = False

    def clock_time(self, at: Instant) -> str:
        """The same in both languages, and it sorts."""
        return clock_time(at, self.config.site.timezone)

    def _reason(self, title: str) -> str:
        """A probe's reason in words; what a sender or a person wrote stays as it is."""
        return reason_text(title, self.language) or ("—" if self.discreet else title)

    def _pair(self, label: str, value: str) -> str:
        return self._say("{label}: {value}", label=label, value=value)

    def _link(self, sentence: str, link: str | None) -> list[str]:
        return [] if link is None else [self._say(sentence, link=link)]

    def _address(self, *parts: str) -> list[str]:
        base = self.config.site.external_url
        return ["/".join([base.rstrip("/"), *parts])] if base else []

    def _name(self, component: str) -> str:
        known = self.config.components.get(drilled(component))
        if known is None:
            return subject_text(component, self.language)
        return component if self.discreet else choose(known.name, self.language)

    def _say(self, sentence: str, /, **values: object) -> str:
        return say(ROOM, self.language, sentence, **values)

    def _sealed(self, subject: str, lines: list[str], facts: dict[str, Json], thread: str, component: str) -> Message:
        site = "upheld" if self.discreet else choose(self.config.site.name, self.language)
        text = "\n".join([*lines, "", f"-- {site}", ""])
        return Message(
            subject=subject, text=text, language=self.language, facts=facts, thread=thread, links=self._ours(component)
        )

    def _ours(self, component: str) -> tuple[str, ...]:
        """Our own pages, and what the operator wrote as the component's runbook and dashboard."""
        known = self.config.components.get(drilled(component))
        written = () if known is None else (known.runbook, known.dashboard)
        return (*(f"{one}/" for one in self._address()), *(one for one in written if one))
