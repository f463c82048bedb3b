"""What every installed source's sender really sends, from `payloads/`, and a way to sign it as the sender would."""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import incidents.sources
from config.discover import discover
from config.instant import moment_of
from incidents.intake import Entrance
from incidents.source import Sent, Source
from tests.incidents.samples import NOON

FOLDER = Path(__file__).parent / "payloads"
SOURCES: Mapping[str, Source] = discover(incidents.sources, "SOURCE", Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call as its sender makes it, what is read in it, and what is answered."""

    kind: str
    name: str
    entrance: Entrance
    sent: Sent
    news: Sequence[Mapping[str, Any]]
    answer: Mapping[str, Any] | None

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


@cache
def cases(kind: str) -> tuple[Case, ...]:
    written = yaml.safe_load((FOLDER / f"{kind}.yaml").read_text())
    return tuple(_case(kind, name, written["options"], case) for name, case in written["cases"].items())


def every_case() -> list[Case]:
    return [case for kind in SOURCES for case in cases(kind)]


def _case(kind: str, name: str, options: Mapping[str, Any], written: Mapping[str, Any]) -> Case:
    source = SOURCES[kind]
    given = source.options.model_validate(written.get("options", options))
    if "form" in written:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode(written["form"]).encode()
    else:
        headers = {"content-type": "application/json"}
        body = written["body"].encode() if isinstance(written["body"], str) else orjson.dumps(written["body"])
    sent = Sent(
        body=body,
        received_at=NOON,
        path=written.get("path", ""),
        headers={**headers, **written.get("headers", {})},
    )
    return Case(
        kind=kind,
        name=name,
        entrance=Entrance(id=kind, source=source, options=given),
        sent=sent,
        news=written["news"],
        answer=written.get("answer"),
    )


def trusted(entrance: Entrance, sent: Sent) -> Sent:
    """The call as somebody makes it who knows the secret, whatever the body is."""
    options: Any = entrance.options
    token, secret = getattr(options, "token", None), getattr(options, "secret", None)
    headers = dict(sent.headers)
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    if secret is not None:
        signature = hmac.new(secret.encode(), sent.body, sha256).hexdigest()
        headers |= {"sentry-hook-signature": signature, "x-grafana-alerting-signature": signature}
    return replace(sent, headers=headers, body=signed_by_sns(sent.body) if hasattr(options, "topics") else sent.body)


@cache
def sns_key() -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key, and its certificate as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(moment_of(NOON) - timedelta(days=1))
        .not_valid_after(moment_of(NOON) + timedelta(days=1))
        .sign(key, SHA256())
    )
    return key, made.public_bytes(Encoding.PEM)


async def sns_certificate(url: str) -> bytes:
    return sns_key()[1]


def signed_by_sns(body: bytes) -> bytes:
    """The same envelope with a true signature; what is none stays as it is."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    if not isinstance(said, dict):
        return body
    keys = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    text = "".join(f"{key}\n{said[key]}\n" for key in keys if isinstance(said.get(key), str))
    hash_ = SHA1() if said.get("SignatureVersion") == "1" else SHA256()
    signature = sns_key()[0].sign(text.encode(), PKCS1v15(), hash_)
    try:
        return orjson.dumps({**said, "Signature": b64encode(signature).decode()})
    except TypeError:  # deeper than can be written
        return body
