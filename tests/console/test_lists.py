"""Lists on a telephone: rows are stacked there and their head is gone, so every cell says itself what it is."""

import re
from importlib.resources import files

import pytest

TEMPLATES = {
    file.name: text
    for file in (files("console") / "templates").iterdir()
    if 'class="list' in (text := file.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_cell_has_the_name_of_its_column(name: str) -> None:
    tables = re.findall(r'<table class="list.*?</table>', TEMPLATES[name], re.DOTALL)
    for table in tables:
        columns = re.findall(r"""<th[^>]* scope="col"[^>]*>\{\{ (t\('[^']*'\)) \}\}</th>""", table)
        for column in columns[1:]:
            assert f'data-label="{{{{ {column} }}}}"' in table, column
