"""Response time on the page: the chart's words and the table that says the same."""

from dataclasses import dataclass

from config.instant import DAY, HOUR
from config.look import figure
from statuspage.chart import Chart, chart
from statuspage.facts import PageFacts, Series
from statuspage.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    at: str
    median: str
    p95: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseView:
    chart: Chart
    heading: str
    described: str
    grid: tuple[tuple[float, str], ...]
    hours: tuple[tuple[float, str], ...]
    rows: tuple[TableRow, ...]


def response_view(facts: PageFacts, voice: Voice) -> ResponseView | None:
    """None where there is nothing to draw."""
    series = facts.series
    if series is None or series.component not in facts.components:
        return None
    mine = [one for one in facts.incidents if one.component == series.component]
    drawn = chart(series, mine, voice.zone)
    if drawn is None:
        return None
    ms = [(point, point.median_ms, point.p95_ms) for point in series.points if point.median_ms is not None]
    picked = list(reversed(ms[:: max(1, len(ms) // 8)]))
    medians = sorted(median for _, median, _ in ms if median is not None)
    highest = max((p95 or 0 for _, _, p95 in ms), default=0)
    values = {
        "median": figure.milliseconds(medians[len(medians) // 2], voice.language),
        "highest": figure.milliseconds(highest, voice.language),
    }
    described = voice.t("Median near {median}; the slowest twentieth reached {highest}.", **values)
    if drawn.gaps:
        gaps = voice.count(len(drawn.gaps), "{n} gap was not measured.", "{n} gaps were not measured.")
        described = voice.joined(described, gaps)
    return ResponseView(
        chart=drawn,
        heading=_heading(voice.text(facts.components[series.component].name), series, voice),
        described=described,
        grid=tuple((tick.at, _milliseconds(tick.value, voice)) for tick in drawn.grid),
        hours=tuple((tick.at, figure.time_of_day(tick.value, voice.zone)) for tick in drawn.hours),
        rows=tuple(
            TableRow(
                at=voice.clock(point.start),
                median=figure.milliseconds(median or 0, voice.language),
                p95=figure.milliseconds(p95, voice.language) if p95 is not None else figure.RANGE,
            )
            for point, median, p95 in picked
        ),
    )


def _milliseconds(value: int, voice: Voice) -> str:
    return figure.milliseconds(value, voice.language) if value else "0"


def _heading(name: str, series: Series, voice: Voice) -> str:
    begin = series.points[0].start
    if voice.now - begin < DAY - HOUR:
        return voice.t("{name}, since {time}", name=name, time=voice.clock(begin))
    return voice.t("{name}, last 24 hours", name=name)
