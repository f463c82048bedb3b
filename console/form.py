"""What was typed into a form: kept as it was, read field by field, every mistake a sentence under its field. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from config.instant import DAY, MINUTE, Instant, instant_of
from config.look import figure
from console.voice import Voice
from notify.message import harmless

LONGEST = 4000

MARKS = {str(mark): str(mark) for mark in range(1, 6)}

_YEAR = 365 * DAY


class Form:
    """`values` are for showing again; `errors` by field, `""` for one of the form as a whole."""

    def __init__(self, values: Mapping[str, str], voice: Voice) -> None:
        self.values = {name: harmless(value.replace("\r\n", "\n")) for name, value in values.items()}
        self.errors: dict[str, str] = {}
        self._voice = voice

    def get(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def text(self, name: str, missing: str) -> str:
        """`missing`: what to write, said where nothing was written."""
        value = self.get(name)
        if not value:
            self.errors[name] = missing
        elif len(value) > LONGEST:
            self.errors[name] = self._voice.t("At most {n} characters. Write the rest as a second note.", n=LONGEST)
        return value

    def one_of(self, name: str, known: Mapping[str, str], wrong: str) -> str:
        value = self.get(name)
        if value not in known:
            self.errors[name] = wrong
        return value

    def marks(self, asked: Iterable[str]) -> dict[str, int]:
        """One from 1 to 5 for each of those asked for; 0 where none was chosen."""
        wrong = self._voice.t("Choose a mark from 1 to 5.")
        return {name: int(MARKS.get(self.one_of(name, MARKS, wrong), "0")) for name in asked}

    def instant(self, name: str, *, earliest: Instant | None = None) -> Instant:
        """Local time of the site; nothing written: now."""
        value, voice = self.get(name), self._voice
        if not value:
            return voice.now
        example = written(voice.now, voice.zone)
        try:
            at = self._read(value)
        except (ValueError, OverflowError):
            self.errors[name] = voice.t("That is no time. Write it like {example}.", example=example)
            return voice.now
        if at > voice.now:
            self.errors[name] = voice.t(
                "That lies in the future. Write when it happened, at the latest {example}.", example=example
            )
        elif at < voice.now - _YEAR:
            begin = written(voice.now - _YEAR, voice.zone)
            self.errors[name] = voice.t("That is more than a year ago. Write {begin} or later.", begin=begin)
        elif earliest is not None and at // MINUTE < earliest // MINUTE:
            begin = written(earliest, voice.zone)
            self.errors[name] = voice.t("That lies before the case began. Write {begin} or later.", begin=begin)
        return at if earliest is None else max(at, earliest)

    def coming(self, name: str, missing: str = "") -> Instant:
        """Local time of the site, now or later. `missing`: what to write where nothing was; without it that is now."""
        value, voice = self.get(name), self._voice
        if not value:
            if missing:
                self.errors[name] = missing
            return voice.now
        try:
            at = self._read(value)
        except (ValueError, OverflowError):
            self.errors[name] = voice.t(
                "That is no time. Write it like {example}.", example=written(voice.now, voice.zone)
            )
            return voice.now
        if at // MINUTE < voice.now // MINUTE:
            self.errors[name] = voice.t("That is over; what was served stays as it was. Write a time to come.")
        return max(at, voice.now)

    def _read(self, value: str) -> Instant:
        local = datetime.fromisoformat(value)
        return instant_of(local if local.tzinfo else local.replace(tzinfo=ZoneInfo(self._voice.zone)))

    @property
    def good(self) -> bool:
        return not self.errors


def written(at: Instant, zone: str) -> str:
    """`2026-11-18T14:32`, as a browser's field of date and time takes it."""
    return figure.local(at, zone).strftime("%Y-%m-%dT%H:%M")
