"""What the operator wants shown: pages, groups and names out of the configuration, without any fact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.instant import MINUTE, Span
from config.model import Component as Configured
from config.model import Config, Page
from config.model import Group as ConfiguredGroup
from statuspage.facts import Group, Link, Site, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A component to show. `check` is the one whose response times are drawn, None where there is none."""

    id: str
    name: Text
    description: Text | None
    check: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    path: str
    title: Text | None
    groups: tuple[Group, ...]

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(id for group in self.groups for id in group.components)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything about the pages that does not come from the store."""

    site: Site
    layouts: tuple[Layout, ...]
    components: Mapping[str, Named]
    config: Config


def plan_of(config: Config, *, operator: Text | None = None, links: Sequence[Link] = (), demo: bool = False) -> Plan:
    """The pages of a configuration; one page `/` with every component where it names none."""
    pages = list(config.pages.values()) or [Page(id="public", components=tuple(config.components))]
    site = Site(
        name=config.site.name,
        operator=operator,
        zone=config.site.timezone,
        languages=config.site.languages,
        url=(config.site.external_url or "").rstrip("/"),
        demo=demo,
        links=tuple(links),
        stale_after=_stale_after(config),
    )
    return Plan(
        site=site,
        layouts=tuple(_layout(page, config) for page in pages),
        components={one.id: _named(one) for one in config.components.values()},
        config=config,
    )


def _stale_after(config: Config) -> Span | None:
    """Three runs of the most frequent check, at least three minutes."""
    shortest = min((check.interval + check.timeout for check in config.checks()), default=None)
    return max(3 * MINUTE, 3 * shortest) if shortest is not None else None


def _layout(page: Page, config: Config) -> Layout:
    entries = page.components or tuple(config.components)
    groups: list[Group] = []
    loose: list[str] = []
    for entry in entries:
        if isinstance(entry, ConfiguredGroup):
            if loose:
                groups.append(Group(name=None, components=tuple(loose)))
                loose = []
            groups.append(Group(name=entry.group, components=entry.of))
        else:
            loose.append(entry)
    if loose:
        groups.append(Group(name=None, components=tuple(loose)))
    return Layout(path=page.path, title=page.title, groups=tuple(groups))


def _named(component: Configured) -> Named:
    timed = [check.id for check in component.checks.values() if check.kind in ("http", "tcp", "dns", "icmp")]
    return Named(
        id=component.id,
        name=component.name,
        description=component.description,
        check=timed[0] if timed else None,
    )
