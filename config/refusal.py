"""A sentence that says no, kept apart from the values in it, so that a page can say it in its reader's language."""

from collections.abc import Mapping


class Refusal(Exception):
    """`text` is English, with `{name}` for each of the values; without values it stands as it is."""

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text.format(**values) if values else text)
        self.text = text
        self.values: Mapping[str, object] = values
