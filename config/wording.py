"""Words of the operator's own for mails to one customer: templates that can say things and do nothing.

There are no loops, calls or assignments in them, so that what one costs and writes grows with its own length alone.
What is wrong with one is said where the configuration is read; jinja2 is imported only where there is one.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema, model_validator

from config.language import LANGUAGES
from config.value import Value

LONGEST = 4000
LONGEST_SAID = 20_000
"""Characters of a mail that a template makes."""

Occasion: TypeAlias = Literal[
    "opened", "taken", "waiting", "level", "called", "likely", "solved", "reopened", "reviewed"
]
NAMES: Mapping[str, str] = {
    "number": "the case's number",
    "title": "what was reported",
    "level": "its level",
    "customer": "the customer's name",
    "component": "the component's name",
    "owner": "who owns it",
    "runbook": "its runbook",
    "dashboard": "its dashboard",
    "room": "the address of the customer's room",
    "link": "where the customer answers without logging in",
    "recorded_at": "when the case was recorded",
    "due_at": "when a time limit ends",
    "said": "what was done, is awaited, or why",
    "site": "our name",
    "text": "our own text",
    "subject": "our own subject",
}
"""What a template knows; each is a text, empty where there is none."""
_NODES = frozenset(
    {
        *("Template", "Output", "TemplateData", "Name", "Const", "Filter", "Test", "Keyword"),
        *("If", "CondExpr", "Compare", "Operand", "And", "Or", "Not"),
    }
)
_FILTERS = frozenset(["default", "d", "lower", "upper", "trim"])
_TESTS = frozenset(["defined", "eq", "ne", "in", "none"])


def said(template: str, values: Mapping[str, str]) -> str:
    """What it says of these values. Raises ValueError, whatever is wrong with it."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        made = sandbox.from_string(template).render(values)
    except (TemplateError, SyntaxError, RecursionError, TypeError, OverflowError) as error:
        raise ValueError(f"the template cannot be filled in: {error}") from error
    if len(made) > LONGEST_SAID:
        raise ValueError(f"the template makes more than {LONGEST_SAID} characters")
    return made


def names_in(template: str) -> set[str]:
    """Raises ValueError for what is no template of ours."""
    from jinja2 import Environment, TemplateError, meta

    if len(template) > LONGEST:
        raise ValueError(f"a template has at most {LONGEST} characters")
    try:
        tree = Environment(autoescape=False).parse(template)
        wrong = next(_foreign(tree), None)
        names = meta.find_undeclared_variables(tree)
    except (TemplateError, RecursionError) as error:
        raise ValueError(f"this is no template: {error}") from error
    if wrong is not None:
        raise ValueError(f"a template only names values and asks for them; it cannot hold '{wrong}'")
    unknown = sorted(names - NAMES.keys())
    if unknown:
        raise ValueError(f"a template knows no '{unknown[0]}'; known: {', '.join(NAMES)}")
    return names


def _foreign(tree: object) -> Iterator[str]:
    from jinja2 import nodes

    assert isinstance(tree, nodes.Node)
    for node in (tree, *tree.find_all(nodes.Node)):
        allowed = {"Filter": _FILTERS, "Test": _TESTS}.get(type(node).__name__)
        if type(node).__name__ not in _NODES:
            yield type(node).__name__.lower()
        elif allowed is not None and getattr(node, "name", "") not in allowed:
            yield str(getattr(node, "name", ""))


def _templates(value: object) -> object:
    each = {"": value} if isinstance(value, str) else value
    if (
        not isinstance(each, Mapping)
        or not each
        or not all(isinstance(one, str) and one.strip() for one in each.values())
    ):
        raise ValueError("a template is a quoted string, or one for each language: {zh-CN: …, en: …}")
    for language, template in each.items():
        if language and language not in LANGUAGES:
            raise ValueError(f"'{language}' is not a language of the pages; write {' or '.join(LANGUAGES)}")
        names_in(template)
        said(template, NAMES)
    return value


def _one_line(value: str | dict[str, str]) -> str | dict[str, str]:
    if any("\n" in one.strip() for one in ([value] if isinstance(value, str) else value.values())):
        raise ValueError("a subject is one line")
    return value


Template: TypeAlias = Annotated[
    str | dict[str, str],
    BeforeValidator(_templates),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}),
]
"""One for all languages, or one for each; a language without one has our own words."""


class Wording(Value):
    """In place of our own subject, or text, or both."""

    subject: Annotated[Template, AfterValidator(_one_line)] | None = None
    text: Template | None = None

    @model_validator(mode="after")
    def _says_which(self) -> "Wording":
        for language in LANGUAGES:
            text = in_language(self.text, language)
            if text is not None and not {"number", "text"} & names_in(text):
                raise ValueError("a text without its {{ number }} leaves the customer without one; write it into it")
        return self


class Mails(Value):
    """By occasion."""

    opened: Wording | None = None
    taken: Wording | None = None
    waiting: Wording | None = None
    level: Wording | None = None
    called: Wording | None = None
    likely: Wording | None = None
    solved: Wording | None = None
    reopened: Wording | None = None
    reviewed: Wording | None = None

    def of(self, occasion: Occasion) -> Wording | None:
        found = getattr(self, occasion)
        return found if isinstance(found, Wording) else None


def in_language(template: str | Mapping[str, str] | None, language: str) -> str | None:
    return template if template is None or isinstance(template, str) else template.get(language)
