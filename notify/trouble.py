"""What is told of a channel itself: that it is tried, ceased to deliver, and delivers again. Pure."""

from config.instant import rfc3339
from config.language import say
from notify.breaker import Open
from notify.channel import Reason
from notify.message import Message

ROOM = "notify"
REASONS = {
    Reason.UNREACHABLE: "it cannot be reached",
    Reason.TLS: "there is no trusted encrypted line",
    Reason.CLEAR_LINE: "the password would have gone over a clear line",
    Reason.LOGIN: "our login is refused",
    Reason.TIMEOUT: "it does not answer in time",
    Reason.THROTTLED: "it asks us to come later",
    Reason.UNAVAILABLE: "it has trouble of its own",
    Reason.REJECTED: "it refuses what we send",
    Reason.GONE: "it asks never to be called again",
}


def failing(channel: str, trouble: Open, language: str) -> Message:
    """To whoever looks after the house, over another channel."""
    why = say(ROOM, language, REASONS.get(trouble.reason, trouble.reason.value))
    lines = [
        say(ROOM, language, "{why}; the last {n} attempts failed.", why=why, n=trouble.fails),
        say(ROOM, language, "People with another way are reached by it; what waits is sent when it works again."),
        "",
        f"upheld channels test {channel}",
    ]
    subject = say(ROOM, language, "Channel {channel} does not deliver", channel=channel)
    return _message(subject, lines, language, channel, "channel.failing", {"since": rfc3339(trouble.began_at)})


def working(channel: str, language: str) -> Message:
    lines = [say(ROOM, language, "What waited is being sent, several messages in one where there are many.")]
    subject = say(ROOM, language, "Channel {channel} delivers again", channel=channel)
    return _message(subject, lines, language, channel, "channel.working", {})


def trial(channel: str, language: str) -> Message:
    """Nothing but a try."""
    lines = [say(ROOM, language, "Somebody tries whether this channel works. Nothing is to be done.")]
    return _message(
        say(ROOM, language, "Test of channel {channel}", channel=channel), lines, language, channel, "test", {}
    )


def proof(channel: str, person: str, code: str, language: str) -> Message:
    """The code by which the address proves that it is this person's."""
    lines = [f"upheld channels verify {channel} --person {person} --code {code}"]
    return _message(say(ROOM, language, "Your code is {code}", code=code), lines, language, channel, "code", {})


def _message(subject: str, lines: list[str], language: str, channel: str, event: str, facts: dict[str, str]) -> Message:
    return Message(
        subject=subject,
        text="\n".join([*lines, ""]),
        language=language,
        facts={"event": event, "channel": channel, **facts},
        thread=f"channel {channel}",
    )
