"""What is installed in these tests: small options models, so that the configuration is tested without the plug-ins."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from annotated_types import Le
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.instant import DAY
from config.load import load
from config.model import Config
from config.registry import Registries
from config.value import Duration

HERE = Path(__file__).parent
DOCUMENTS = HERE / "documents"
BROKEN = HERE / "broken"


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expect(Options):
    status: tuple[int | str, ...] = ("200-399",)
    body: str | None = None


class Http(Options):
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict)
    expect: Expect = Expect()


class Tcp(Options):
    send: str | None = None


class Heartbeat(Options):
    needs_target: ClassVar[bool] = False

    period: Annotated[Duration, Le(366 * DAY)]
    token: str = Field(min_length=8, repr=False)


class Tls(Options):
    warn_before: Duration = 0


class Email(Options):
    host: str
    port: int = 587
    tls: Literal["auto", "starttls", "implicit", "none"] = "auto"
    username: str | None = None
    password: SecretStr | None = None
    sender: str


class Webhook(Options):
    url: str


class Stamp(Options):
    url: str
    ca_file: Path


class Alertmanager(Options):
    token: str = Field(repr=False)
    component_from: tuple[str, ...] = ("component",)


def _fault(target: str, options: object) -> str | None:
    return None if ":" in target else f"'{target}' names no port; write db.example.com:5432"


INSTALLED = Registries(
    kinds={"http": Http, "tcp": Tcp, "heartbeat": Heartbeat},
    channels={"email": Email, "webhook": Webhook, "log": Options},
    sources={"alertmanager": Alertmanager},
    anchors={"rfc3161": Stamp},
    faults={"tcp": _fault},
)
WITH_TLS = Registries(kinds={**INSTALLED.kinds, "tls": Tls}, channels=INSTALLED.channels, sources=INSTALLED.sources)
ENVIRONMENT = {"SMTP_PASSWORD": "correct horse battery", "AM_TOKEN": "staple-7f3a", "PD_KEY": "R0UT1NG"}


def read(folder: Path, text: str, *, kinds: Registries = INSTALLED) -> Config:
    """Load a text as the file `upheld.yaml` of the folder."""
    file = folder / "upheld.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file, kinds=kinds, environ=ENVIRONMENT)
