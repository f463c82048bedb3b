"""The frame of every report's sheet: who, about what, in which state; the reports fill in the rest."""

from collections.abc import Iterable, Sequence

from sla.paper.sheet import Blank, Block, Figure, Prose, Section, Sheet
from sla.report import Frame
from sla.voice import Voice


def framed(
    frame: Frame,
    voice: Voice,
    *,
    title: str,
    subtitle: str,
    facts: Iterable[tuple[str, str]],
    sections: Sequence[Section],
    figures: Sequence[Figure] = (),
    summary: str = "",
    draft: bool = True,
) -> Sheet:
    """`facts` go in two columns, left and right in turn, after customer and provider."""
    t = voice.t
    whose = [] if frame.customer_name is None else [(t("Customer"), voice.text(frame.customer_name))]
    issue = frame.issue
    standing = (
        (t("As of"), voice.day_and_time(frame.made_at))
        if issue is None
        else (t("Issued"), f"{voice.day_and_time(issue.at)} {voice.who(issue.by)}")
    )
    name = "" if frame.customer_name is None else "　" + voice.text(frame.customer_name)
    return Sheet(
        language=voice.language,
        title=title,
        subtitle=subtitle,
        running=f"{title}{t(', ')}{subtitle}{name}",
        number=frame.subject,
        author=voice.text(frame.provider),
        made_at=frame.made_at,
        facts=(*whose, (t("Provider"), voice.text(frame.provider)), *facts, standing),
        figures=tuple(figures),
        calm=True,
        summary=summary,
        sections=tuple(sections),
        provisional=t("Draft") if draft and issue is None else "",
        demo=t("Demo data") if frame.demo else "",
        foot=t("Times in zone {zone}.", zone=frame.zone),
        page=t("Page {page} of {pages}"),
    )


def written(frame: Frame, voice: Voice, word: str) -> tuple[Block, ...]:
    """What a person wrote; where nobody did, that is said and there are lines for it."""
    text = frame.words.get(word, "")
    return (Prose(text=text),) if text else (Blank(text=voice.t("Nothing is recorded."), lines=3),)


def added(frame: Frame, voice: Voice, word: str) -> tuple[Block, ...]:
    """The same beside stored facts, which stand for themselves: nothing where nobody wrote anything."""
    return written(frame, voice, word) if frame.words.get(word) else ()
