"""The same verdict as the blackbox exporter wherever both speak, but for the differences that have a reason."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from probe.metrics import blackbox_text
from probe.result import Plain
from tests.probe import beside_systems
from tests.probe.beside import DIFFERENCES, side_by_side
from tests.probe.hostile.case import says
from tests.probe.hostile.papers import Papers
from tests.probe.kinds.web import page
from tests.probe.listener import HOST, listening
from tests.probe.test_metrics import GOOD, LAST, NOW, OF_TLS
from tests.servers.blackbox import Blackbox
from tests.servers.named import Named


@pytest.mark.server
async def test_the_verdicts_are_the_blackbox_exporters_but_for_the_listed_differences(folder: Path) -> None:
    found = await side_by_side(folder)
    different = {one.case.name: (one.ours, one.theirs, one.why) for one in found if one.ours != one.theirs}
    assert different.keys() == DIFFERENCES.keys(), different
    assert len(found) > 80
    assert {one.ours for one in found} == {True, False}


@pytest.mark.server
async def test_of_name_servers_and_health_services_too(folder: Path, named: Named) -> None:
    found = await beside_systems.of_servers(folder, named)
    different = {one.name: (one.ours, one.theirs, one.why) for one in found if one.ours != one.theirs}
    assert different.keys() == beside_systems.DIFFERENCES.keys(), different
    for kind, least in (("dns", 8), ("grpc", 8)):
        assert {one.ours for one in found if one.name.startswith(kind)} == {True, False}
        assert len([one for one in found if one.name.startswith(kind)]) >= least


@pytest.mark.server
def test_of_hosts_that_are_pinged_too() -> None:
    found = beside_systems.of_hosts()
    assert {one.name: (one.ours, one.theirs, one.why) for one in found if one.ours != one.theirs} == {}
    assert {one.ours for one in found} == {True, False} and len(found) >= 8


KINDS: dict[str, dict[str, Plain]] = {
    "http": {**GOOD.facts, **OF_TLS},
    "dns": {"rcode": "NOERROR", "serial": 1, "address": "192.0.2.1"},
    "icmp": {"reply_ttl": 57},
    "grpc": {"grpc_status": 0, **OF_TLS},
    "tcp": {},
}


@pytest.mark.server
async def test_names_helps_and_types_are_the_blackbox_exporters(folder: Path, named: Named) -> None:
    """Of every name it has for these kinds."""
    four = {"preferred_ip_protocol": "ip4"}
    modules = {kind: {"prober": kind, "timeout": "1s", kind: four} for kind in KINDS}
    modules["http"]["http"] = {**four, "tls_config": {"insecure_skip_verify": True}}
    modules["dns"]["dns"] = {**four, "query_name": "shop.test", "query_type": "SOA"}
    with Blackbox(folder, modules) as blackbox:
        async with listening(says(page()), Papers(folder).shown("good")) as port:
            targets = {"http": f"https://{HOST}:{port}/", "dns": f"{HOST}:{named.port}", "icmp": HOST}
            theirs = {
                kind: _described(await asyncio.to_thread(blackbox.probe, targets.get(kind, f"{HOST}:{port}"), kind))
                for kind in KINDS
            }
    for kind, facts in KINDS.items():
        answer = replace(GOOD, facts={"address": HOST, **facts})
        ours = _described(blackbox_text(replace(LAST, kind=kind, answer=answer), NOW))
        wrong = {name: (told, ours.get(name)) for name, told in theirs[kind].items() if ours.get(name) != told}
        assert wrong == {}, kind


def _described(text: str) -> dict[str, str]:
    """Help and type by name."""
    told: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, _, name, words = line.split(" ", 3)
            told[name] = f"{told.get(name, '')} {words}"
    return told
