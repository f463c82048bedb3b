"""What a YAML parser stumbles over, said so that it can be found and mended."""

import yaml

WIDE_COLON = "a full-width colon ：; write `: `, with a space after it"

_TAB = "a tab; indent with spaces"
_SENTENCES = {
    "did not find expected ',' or '}'": (
        "`,` or `}` is missing; `{` stands in line {line}; a text with `: ` needs quotes"
    ),
    "did not find expected ',' or ']'": "`,` or `]` is missing; `[` stands in line {line}",
    "mapping values are not allowed in this context": (
        "this `:` fits nothing; write one `key: value` a line, and a text with `: ` in quotes"
    ),
    "found a tab character that violates indentation": _TAB,
    "found unexpected end of stream": "the quotation mark of line {line} is not closed",
    "did not find expected key": "no key; indent it like the keys from line {line} on, and close what was opened",
    "did not find expected '-' indicator": "no `- `; indent it like the list from line {line} on",
    "could not find expected ':'": "the key in line {line} has no `:`; write `key: value`",
}


def explain(error: yaml.MarkedYAMLError, text: str) -> str:
    """In our words where the mistake is a common one, else in the parser's."""
    problem = error.problem or "something is wrong here"
    if problem == "found character that cannot start any token" and error.problem_mark is not None:
        line, column = error.problem_mark.line, error.problem_mark.column
        sign = "".join(text.splitlines()[line : line + 1])[column : column + 1]
        return _TAB if sign == "\t" else f"{sign or 'this'} cannot begin a text; write the text in quotes"
    opened = error.context_mark.line + 1 if error.context_mark is not None else 1
    if problem == "could not find expected ':'" and "：" in "".join(text.splitlines()[opened - 1 : opened]):
        return f"line {opened} holds {WIDE_COLON}"
    return _SENTENCES.get(problem, problem).replace("{line}", str(opened))
