"""The servers the other tests stand on do what they say."""

import asyncio
import smtplib
import ssl
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser
from sqlalchemy import text

from db.engine import Database
from tests.servers.alertmanager import Alertmanager
from tests.servers.blackbox import Blackbox
from tests.servers.chromium import picture, too_narrow, visit
from tests.servers.namespace import HOUSE_ADDRESS, WORLD_ADDRESS, Network
from tests.servers.nginx import Nginx
from tests.servers.postgres import Postgres
from tests.servers.program import MissingProgram, NotReady, Program, answers, find_program, until
from tests.servers.prometheus import Prometheus, check_metrics
from tests.servers.receiver import Receiver
from tests.servers.sender import Sender, alert, alert_post
from tests.servers.smtp import Mode, Smtp


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "网上商城 down"
    message.set_content("It is down.\n")
    return message


def post(url: str, body: bytes = b"{}") -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_missing_program_is_an_error_that_says_how_to_install_it() -> None:
    with pytest.raises(MissingProgram, match="apt-get install --no-install-recommends nowhere"):
        find_program("no-such-program", "nowhere")


def test_a_program_that_ends_early_is_reported_with_its_output(folder: Path) -> None:
    with (
        pytest.raises(NotReady, match="ended with 3 before: ready") as error,
        Program(["/bin/sh", "-c", "echo no luck; exit 3"], folder) as program,
    ):
        program.wait_until(lambda: False, "ready")
    assert error.value.__notes__ == ["no luck\n"]


def test_a_page_switched_off_answers_503_or_nothing_until_switched_on(nginx: Nginx) -> None:
    assert answers(nginx.url)
    nginx.switch_off()
    assert answers(nginx.url, 503)
    assert answers(f"{nginx.url}/other")
    nginx.switch_on()
    assert answers(nginx.url)
    nginx.switch_off("/deep/page", "closed")
    assert not answers(f"{nginx.url}/deep/page")
    until(lambda: len(nginx.requests("/deep/page")) == 1, "the access log has the request")
    assert [request.status for request in nginx.requests("/")] == [200, 503, 200]


def test_nginx_counts_requests_and_can_be_stopped_and_started(nginx: Nginx) -> None:
    before = nginx.counts()
    answers(nginx.url)
    assert nginx.counts().requests - before.requests == 2
    nginx.stop()
    assert not answers(nginx.url)
    nginx.start()
    assert answers(nginx.url)


def test_nginx_speaks_tls_with_a_certificate_of_its_own_authority(folder: Path) -> None:
    with Nginx(folder, tls=True) as nginx:
        trusting = ssl.create_default_context(cafile=str(nginx.authority))
        with urllib.request.urlopen(nginx.tls_url, context=trusting, timeout=60) as answer:
            assert answer.read() == b"ok\n"


@pytest.mark.parametrize(
    ("mode", "refused", "kept"), [(Mode.ACCEPT, None, 1), (Mode.LATER, 451, 0), (Mode.REFUSE, 550, 0)]
)
def test_the_mail_server_answers_as_it_is_told(smtp: Smtp, mode: Mode, refused: int | None, kept: int) -> None:
    smtp.mode = mode
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        if refused is None:
            client.send_message(mail())
        else:
            with pytest.raises(smtplib.SMTPDataError) as error:
                client.send_message(mail())
            assert error.value.smtp_code == refused
    assert [taken.subject for taken in smtp.mails] == ["网上商城 down"] * kept
    assert smtp.attempts == 1


def test_the_mail_server_can_drop_the_connection_after_taking_the_mail(smtp: Smtp) -> None:
    smtp.mode = Mode.DROP
    client = smtplib.SMTP(smtp.host, smtp.port)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.send_message(mail())
    client.close()
    assert smtp.wait_for()[0].text == "It is down.\n"


def test_the_mail_server_wants_tls_and_a_login_when_told_so(folder: Path) -> None:
    with Smtp(folder, tls=True, login=("upheld", "secret")) as smtp, smtplib.SMTP(smtp.host, smtp.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(smtp.authority)))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("upheld", "wrong")
        client.login("upheld", "secret")
        client.send_message(mail())
        assert smtp.wait_for()[0].encrypted


def test_the_receiver_keeps_what_comes_and_answers_as_told(receiver: Receiver) -> None:
    assert post(f"{receiver.url}/a", b'{"n": 1}') == 200
    receiver.answer = 503
    assert post(f"{receiver.url}/b") == 503
    assert [(kept.path, kept.answered) for kept in receiver.wait_for(count=2)] == [("/a", 200), ("/b", 503)]
    assert receiver.posts[0].json() == {"n": 1}


async def test_the_store_is_open_and_empty_on_both_databases(database: Database) -> None:
    def revisions(tx: object) -> int:
        return int(tx.execute(text("SELECT count(*) FROM alembic_version")).scalar_one())  # type: ignore[attr-defined]

    assert await database.read(revisions) == 1


def test_postgresql_survives_kill_9(durable_postgres: Postgres) -> None:
    durable_postgres.sql("CREATE TABLE kept (n int)")
    durable_postgres.sql("INSERT INTO kept VALUES (1)")
    durable_postgres.kill()
    durable_postgres.start()
    assert durable_postgres.sql("SELECT n FROM kept") == "1\n"


@pytest.mark.server
def test_prometheus_tells_alertmanager_and_alertmanager_posts_to_the_hook(folder: Path, receiver: Receiver) -> None:
    rule = {"alert": "Always", "expr": "vector(1)", "labels": {"component": "shop"}}
    with (
        Alertmanager(folder, webhook=f"{receiver.url}/hooks/am", token="secret") as manager,
        Prometheus(folder, scrape_configs=[], rules=[rule], alertmanagers=[manager.address]) as prometheus,
    ):
        came = receiver.wait_for()[0]
        assert came.headers["authorization"] == "Bearer secret"
        assert came.json()["alerts"][0]["labels"]["component"] == "shop"
        assert prometheus.query("vector(2)")[0]["value"][1] == "2"
        assert manager.alerts()[0]["labels"]["alertname"] == "Always"


@pytest.mark.server
def test_the_blackbox_exporter_probes_a_page(folder: Path, nginx: Nginx) -> None:
    with Blackbox(folder) as blackbox:
        assert "probe_success 1" in blackbox.probe(nginx.url)
        nginx.switch_off()
        assert "probe_success 0" in blackbox.probe(nginx.url)


@pytest.mark.server
def test_promtool_judges_metrics() -> None:
    good = "# HELP a_total Things.\n# TYPE a_total counter\na_total 1\n"
    assert check_metrics(good) == ""
    assert "counter metrics should have" in check_metrics(good.replace("a_total", "a"))


async def test_the_browser_shows_a_page_as_a_picture(browser: Browser, nginx: Nginx, folder: Path) -> None:
    nginx.page("/", "<!doctype html><title>t</title><h1 style='width: 600px'>海港银行</h1>")
    async with visit(browser, nginx.url, width=390, language="zh-CN") as page:
        assert await page.inner_text("h1") == "海港银行"
        file = folder / "picture.png"
        await picture(page, file)
        assert await too_narrow(page, (320, 600, 1280)) == [320, 600]  # a body has margins
    assert await asyncio.to_thread(file.read_bytes) > b"\x89PNG"


def test_pulling_the_cable_makes_the_world_unreachable(cable: Network) -> None:
    script = f"import socket; socket.create_connection(('{WORLD_ADDRESS}', 1), 2)"
    argv = ["python3", "-c", script]
    with pytest.raises(NotReady, match="ConnectionRefusedError"):
        cable.house.run(*argv)
    cable.unplug()
    with pytest.raises(NotReady, match="Network is unreachable"):
        cable.house.run(*argv)
    cable.plug()
    with pytest.raises(NotReady, match="ConnectionRefusedError"):
        cable.house.run(*argv)
    assert HOUSE_ADDRESS in cable.house.run("ip", "addr")


def test_a_server_inside_the_world_is_seen_from_the_house(cable: Network, folder: Path) -> None:
    with Nginx(folder, host=WORLD_ADDRESS, prefix=cable.world.prefix) as nginx:
        script = f"import urllib.request as u; print(u.urlopen('{nginx.url}', timeout=2).read())"
        nginx.wait_until(lambda: nginx.home.joinpath("nginx.pid").exists(), "nginx runs")
        assert "ok" in cable.house.run("python3", "-c", script)


def test_the_sender_knows_which_posts_were_taken_and_repeats_the_others(receiver: Receiver) -> None:
    receiver.answer = 503

    def make(number: int) -> dict[str, Any]:
        return alert_post([alert(f"a{number}", starts_at="2026-11-22T10:00:00Z")])

    with Sender(receiver.port, "/hooks/am", make, token="secret", rate=200) as sender:
        receiver.wait_for(count=8)
        assert sender.taken == []
        receiver.answer = 202
        until(lambda: len(sender.taken) >= 20, "twenty posts are taken")
    kept = {post.json()["alerts"][0]["fingerprint"] for post in receiver.posts if post.answered == 202}
    assert kept == {f"a{taken.number}" for taken in sender.taken}
    assert max(taken.tries for taken in sender.taken) > 1
    assert sender.refused == []
