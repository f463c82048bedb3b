"""Amazon SNS, and in it the alarms of CloudWatch.

Trusted by its signature alone: the certificate is fetched from SNS's own hosts and nowhere else, and only topics that
the configuration lists are heard. A subscription is confirmed by itself, at SNS's own hosts too. Rules of the sender:
5xx and silence are repeated, 4xx are not; the same message has the same id.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping, Sequence

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate
from pydantic import Field

from incidents import payload
from incidents.routing import Routing
from incidents.source import AlertNews, Fetch, Refuted, Sent, Source, Unreadable, answers, anybody

_HOST = r"https://sns\.(?P<region>[a-z0-9-]{1,40})\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE = re.compile(_HOST + r"/[A-Za-z0-9_-]{1,200}\.pem")
_CONFIRMATION = re.compile(_HOST + r"/\?[A-Za-z0-9_.~%&=:+-]{1,2000}")
_NOTIFICATION, _SUBSCRIPTION, _UNSUBSCRIPTION = "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"
_SIGNED = {
    _NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    _SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    _UNSUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES = {"1": SHA1, "2": SHA256}


class Options(Routing):
    component_from: tuple[str, ...] = ("component", "service", "LoadBalancer", "DBInstanceIdentifier", "AlarmName")
    topics: tuple[str, ...] = Field(min_length=1)
    """The ARNs it is subscribed to."""
    prefixes: Mapping[str, str] = Field(default_factory=dict)
    """What the beginning of an alarm's name says of how bad it is: `{P1-: critical}`."""
    insufficient_data: bool = False
    """Whether INSUFFICIENT_DATA fires, as a warning."""


def read(options: Options, sent: Sent) -> Sequence[AlertNews]:
    envelope = _envelope(sent)
    if envelope["Type"] != _NOTIFICATION:
        return []
    try:
        alarm = orjson.loads(envelope["Message"])
    except orjson.JSONDecodeError as error:
        raise Unreadable("Message: must be JSON in a text, as CloudWatch writes it") from error
    alarm = payload.object_of(alarm, "Message")
    state = payload.one_of(alarm.get("NewStateValue"), "Message.NewStateValue", ("ALARM", "OK", "INSUFFICIENT_DATA"))
    if state == "INSUFFICIENT_DATA" and not options.insufficient_data:
        return []
    name = payload.text_of(alarm.get("AlarmName"), "Message.AlarmName")
    at, firing = payload.loosely(payload.optional_text(alarm.get("StateChangeTime"))), state != "OK"
    unsure = "warning" if state == "INSUFFICIENT_DATA" else None
    return [
        AlertNews(
            key=payload.key_of(payload.optional_text(alarm.get("AlarmArn")) or name),
            firing=firing,
            labels={**_dimensions(alarm), **payload.flat({"AlarmName": name, "Region": alarm.get("Region")})},
            severity_word=unsure
            or next((word for start, word in options.prefixes.items() if name.startswith(start)), "warning"),
            summary=payload.summary_of(*map(payload.optional_text, (alarm.get("AlarmDescription"), name))),
            link=None,
            starts_at=payload.believed(at, sent.received_at),
            stamp=str(at or sent.received_at),
            ends_at=None if firing else payload.believed(at, sent.received_at),
        )
    ]


def _envelope(sent: Sent) -> Mapping[str, str]:
    post = payload.object_of(payload.json_of(sent.body), "the post")
    payload.one_of(post.get("Type"), "Type", _SIGNED)
    said = {name: value for name, value in post.items() if isinstance(value, str)}
    for name in ("MessageId", "TopicArn", "Message", "Timestamp", "Signature", "SigningCertURL"):
        if not said.get(name):
            raise Unreadable(f"{name}: must be a text that is not empty")
    return said


def _dimensions(alarm: Mapping[str, object]) -> dict[str, str]:
    """A composite alarm has none."""
    trigger = alarm.get("Trigger")
    listed = trigger.get("Dimensions") if isinstance(trigger, dict) else None
    named = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return payload.flat({str(one.get("name")): one.get("value") for one in named})


async def signed(options: Options, sent: Sent, fetch: Fetch) -> bool:
    """Also goes where the subscription is confirmed, once the signature says that SNS asks for it."""
    envelope = _envelope(sent)
    if envelope["TopicArn"] not in options.topics or not _of_its_region(envelope, "SigningCertURL", _CERTIFICATE):
        return False
    if not _verified(envelope, await fetch(envelope["SigningCertURL"])):
        return False
    if envelope["Type"] == _SUBSCRIPTION:
        if not _of_its_region(envelope, "SubscribeURL", _CONFIRMATION):
            return False
        await fetch(envelope["SubscribeURL"])
    return True


def _of_its_region(envelope: Mapping[str, str], name: str, form: re.Pattern[str]) -> bool:
    """SNS of the topic's own region, `arn:aws:sns:us-east-1:…`, and of no other."""
    found, region = form.fullmatch(envelope.get(name, "")), envelope["TopicArn"].split(":")[3:4]
    return found is not None and [found["region"]] == region


def _verified(envelope: Mapping[str, str], certificate: bytes) -> bool:
    hash_ = _HASHES.get(envelope.get("SignatureVersion", ""))
    try:
        key = load_pem_x509_certificate(certificate).public_key()
        signature = b64decode(envelope["Signature"], validate=True)
    except Error:
        return False
    except ValueError as error:
        raise Refuted("what stands at SigningCertURL is no certificate") from error
    if hash_ is None or not isinstance(key, RSAPublicKey):
        return False
    said = "".join(f"{name}\n{envelope[name]}\n" for name in _SIGNED[envelope["Type"]] if name in envelope)
    try:
        key.verify(signature, said.encode("utf-8", "surrogatepass"), PKCS1v15(), hash_())
    except InvalidSignature:
        return False
    return True


def message(sent: Sent) -> str:
    return payload.key_of(_envelope(sent)["MessageId"])


SOURCE = Source(
    options=Options, read=read, authorized=anybody, signed=signed, answer=answers(accepted=200), once=message
)
