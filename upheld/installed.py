"""Every plug-in that is installed: the file's name is the word in the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

import incidents.sources
import notify.channels
import probe.kinds
import sla.anchors
import sla.formats
import sla.reports
from config.discover import discover
from config.registry import Registries
from incidents.source import Source
from notify.channel import Channel
from probe.kind import ProbeKind
from sla.anchor import Anchor
from sla.format import Format
from sla.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    kinds: Mapping[str, ProbeKind]
    channels: Mapping[str, Channel[BaseModel]]
    sources: Mapping[str, Source]
    anchors: Mapping[str, Anchor[BaseModel]]

    @property
    def formats(self) -> Mapping[str, Format]:
        return _formats()

    @property
    def reports(self) -> Mapping[str, Report[Any]]:
        return _reports()

    @property
    def registries(self) -> Registries:
        """What config/ needs to check the options of each."""
        return Registries(
            kinds={name: kind.options for name, kind in self.kinds.items()},
            channels={name: channel.options for name, channel in self.channels.items()},
            sources={name: source.options for name, source in self.sources.items()},
            anchors={name: anchor.options for name, anchor in self.anchors.items()},
            faults={name: kind.fault for name, kind in self.kinds.items()},
        )


@cache
def _formats() -> Mapping[str, Format]:
    """Looked for with the first paper that is made: no configuration and no start asks for them."""
    return discover(sla.formats, "FORMAT", Format)


@cache
def _reports() -> Mapping[str, Report[Any]]:
    return discover(sla.reports, "REPORT", Report)


@cache
def installed() -> Installed:
    """Raises TypeError naming the file that does not offer what its folder asks for."""
    return Installed(
        kinds=discover(probe.kinds, "KIND", ProbeKind),
        channels=discover(notify.channels, "CHANNEL", Channel),
        sources=discover(incidents.sources, "SOURCE", Source),
        anchors=discover(sla.anchors, "ANCHOR", Anchor),
    )
