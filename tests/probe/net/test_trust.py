"""The `tls:` options, against real handshakes over the tcp kind."""

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from probe.kinds.tcp import KIND
from probe.net.trust import Tls, context_for
from probe.result import Answer, Outcome, Reason
from tests.probe.listener import HOST, asked, authority, listening, serving
from tests.probe.test_tcp import greet


def said(answer: Answer) -> tuple[Outcome, Reason | None]:
    return answer.outcome, answer.reason


async def test_the_name_we_give_is_asked_for_and_verified(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    context, heard = serving(own.issue_cert("mail.example.com")), list[str | None]()
    context.sni_callback = lambda _, name, __: heard.append(name)
    async with listening(greet, context) as port:
        wrong = await asked(KIND, f"{HOST}:{port}", tls={"ca_file": file})
        right = await asked(KIND, f"{HOST}:{port}", tls={"ca_file": file, "server_name": "mail.example.com"})
        untold = await asked(KIND, f"{HOST}:{port}", tls={"verify": False})
    assert said(wrong) == (Outcome.DOWN, Reason.CERTIFICATE_INVALID)
    assert said(right) == said(untold) == (Outcome.UP, None)
    assert "mail.example.com" in heard
    assert set(right.phases) == {"resolve", "connect", "tls", "processing"}
    assert right.facts["not_after"] == untold.facts["not_after"]


async def test_a_server_that_wants_our_certificate_gets_it(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    context, pair = serving(own.issue_cert(HOST)), tmp_path / "own.pem"
    context.verify_mode = ssl.CERT_REQUIRED
    own.configure_trust(context)
    own.issue_cert("probe.example.com").private_key_and_cert_chain_pem.write_to_path(str(pair))
    async with listening(greet, context) as port:
        shown = await asked(KIND, f"{HOST}:{port}", expect="220", tls={"ca_file": file, "cert_file": str(pair)})
        hidden = await asked(KIND, f"{HOST}:{port}", expect="220", tls={"ca_file": file})
    assert (shown.outcome, hidden.outcome) == (Outcome.UP, Outcome.DOWN)


async def test_versions_have_bounds(tmp_path: Path) -> None:
    own, file = authority(tmp_path)
    context = serving(own.issue_cert(HOST))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with listening(greet, context) as port:
        good = await asked(KIND, f"{HOST}:{port}", tls={"ca_file": file, "max_version": 1.2})
        bad = await asked(KIND, f"{HOST}:{port}", tls={"ca_file": file, "min_version": "1.3"})
        old = await asked(KIND, f"{HOST}:{port}", tls={"ca_file": file, "max_version": "1.0"})
    assert (good.facts["tls_version"], bad.outcome, old.outcome) == ("TLSv1.2", Outcome.DOWN, Outcome.DOWN)


async def test_our_own_files_never_make_a_target_down(tmp_path: Path) -> None:
    broken, missing = tmp_path / "broken.pem", str(tmp_path / "missing.pem")
    broken.write_text("not a certificate")
    wrong: list[dict[str, Any]] = [{"ca_file": missing}, {"cert_file": str(broken)}, {"cert_file": missing}]
    async with listening(greet) as port:
        for tls in wrong:
            assert said(await asked(KIND, f"{HOST}:{port}", tls=tls)) == (Outcome.INVALID, Reason.INTERNAL_ERROR)


def test_a_file_is_read_once_and_again_when_it_changed(tmp_path: Path) -> None:
    _, file = authority(tmp_path)
    tls = Tls(ca_file=file)
    first = context_for(tls)
    assert context_for(tls) is first
    trustme.CA().cert_pem.write_to_path(file)
    Path(file).touch()
    assert context_for(tls) is not first


@pytest.mark.parametrize("options", [{"key_file": "a"}, {"min_version": "1.3", "max_version": 1.2}, {"min_version": 2}])
def test_what_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Tls.model_validate(options)
