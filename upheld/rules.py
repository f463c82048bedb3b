"""What follows from one configuration: the rooms' services built for it. A reload makes a new one and swaps it in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from config.model import Config, Source
from config.options import parse
from incidents.caseload import Caseload
from incidents.casemail import CaseMail
from incidents.intake import Entrance
from incidents.link import Links
from incidents.mailing import Mailing
from incidents.paging import Paging
from incidents.service import Incidents
from notify.channel import Channel
from upheld.installed import Installed

LOG_CHANNEL = "log"
"""Takes what no configured channel can: without mail, what would have been sent stands in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    config: Config
    incidents: Incidents
    caseload: Caseload
    paging: Paging
    channels: Mapping[str, tuple[Channel[BaseModel], BaseModel]]
    entrances: Mapping[str, Entrance]
    mailing: Mailing


def rules_of(
    config: Config,
    installed: Installed,
    secret: bytes | None = None,
    stumbled: Callable[[str], None] = lambda customer: None,
) -> Rules:
    """`secret` signs the links of mails; without it there are none. `stumbled`: over a customer's own words."""
    channels = {
        one.id: (installed.channels[one.kind], parse(installed.channels[one.kind].options, one.options))
        for one in config.channels.values()
    }
    if LOG_CHANNEL not in channels:
        log_channel = installed.channels[LOG_CHANNEL]
        channels[LOG_CHANNEL] = (log_channel, log_channel.options())
    links = Links(base=config.site.external_url, secret=secret)
    paging = Paging(config, LOG_CHANNEL, {name: kind for name, (kind, _) in channels.items()}, links)
    caseload = Caseload(config, paging, CaseMail(config, paging, stumbled))
    return Rules(
        config=config,
        incidents=Incidents(config, paging, caseload),
        caseload=caseload,
        paging=paging,
        channels=channels,
        entrances=entrances_of(config.sources, installed),
        mailing=Mailing(config, caseload),
    )


def entrances_of(sources: Mapping[str, Source], installed: Installed) -> dict[str, Entrance]:
    return {
        one.id: Entrance(
            id=one.id,
            source=installed.sources[one.kind],
            options=parse(installed.sources[one.kind].options, one.options),
        )
        for one in sources.values()
    }
