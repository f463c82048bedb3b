"""A workbook written as XLSX, the same bytes for the same book."""

from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

from config.instant import SECOND, Instant, moment_of
from config.look.figure import local
from sla.money import places
from sla.paper.book import At, Book, Formula, Money, Seconds, Share, Tab, Value

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_LONGEST = 32_767
"""Letters that a cell can hold; a longer text is cut instead of left out."""
_FORMS = {
    "text": {"valign": "top", "text_wrap": True},
    "time": {"valign": "top", "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"},
    "seconds": {"valign": "top", "num_format": "#,##0.###"},
    "whole": {"valign": "top", "num_format": "0"},
    "share": {"valign": "top", "num_format": "0.00000000%"},
    "money0": {"valign": "top", "num_format": "#,##0"},
    "money2": {"valign": "top", "num_format": "#,##0.00"},
    "money3": {"valign": "top", "num_format": "#,##0.000"},
    "head": {"valign": "top", "bold": True, "text_wrap": True, "bottom": 1},
}


def written(book: Book) -> bytes:
    from xlsxwriter import Workbook  # large, and few processes write one

    into = BytesIO()
    made = Workbook(into, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made.set_properties(
        {"title": book.title, "author": book.author, "created": moment_of(book.made_at).replace(tzinfo=None)}
    )
    forms = {name: made.add_format(look) for name, look in _FORMS.items()}
    for tab in book.tabs:
        _write_tab(made, tab, book.zone, forms)
    made.close()
    return into.getvalue()


def _write_tab(made: "Workbook", tab: Tab, zone: str, forms: dict[str, Any]) -> None:
    sheet = made.add_worksheet(tab.name)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for place, field in enumerate(tab.fields):
        sheet.set_column(place, place, field.width)
        sheet.write_string(0, place, field.title, forms["head"])
    for number, row in enumerate(tab.rows, start=1):
        for place, value in enumerate(row):
            _write(sheet, number, place, value, zone, forms)


def _write(sheet: "Worksheet", row: int, column: int, value: Value, zone: str, forms: dict[str, Any]) -> None:
    match value:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, column, value, forms["text"])
        case str():
            sheet.write_string(row, column, value[:_LONGEST], forms["text"])
        case int():
            sheet.write_number(row, column, value, forms["whole"])
        case At():
            sheet.write_datetime(row, column, _wall_clock(value.instant, zone), forms["time"])
        case Seconds() | Share() | Money():
            sheet.write_number(row, column, _number(value), forms[_form(value)])
        case Formula():
            text = "=" + value.text.replace("{row}", str(row + 1))
            sheet.write_formula(row, column, text, forms[_form(value.value)], _number(value.value))


def _form(value: Seconds | Share | Money) -> str:
    match value:
        case Seconds():
            return "seconds"
        case Share():
            return "share"
        case Money():
            return f"money{places(value.currency)}"


def _number(value: Seconds | Share | Money) -> float | int:
    """A cell holds a binary number. Nothing is counted with it here; the exact figure stands beside it as text."""
    exact = _exact(value)
    return exact.numerator if exact.denominator == 1 else float(exact)


def _exact(value: Seconds | Share | Money) -> Fraction:
    match value:
        case Seconds():
            return Fraction(value.span) / SECOND
        case Share():
            return value.of_one
        case Money():
            return Fraction(value.minor, 10 ** places(value.currency))


def _wall_clock(at: Instant, zone: str) -> datetime:
    return local(at, zone).replace(tzinfo=None)
