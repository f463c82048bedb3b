"""How far a fault reaches and how it hampers work: what the level of a reported fault follows from. Pure.

An incident's severity follows from tier and state; a person's report has neither. Both come to a severity, 1 the worst,
and the agreement says which of its levels that is. Where the matrix could be read either way it takes the stricter.
"""

from collections.abc import Mapping
from enum import StrEnum


class Scope(StrEnum):
    MANY = "many"
    SOME = "some"
    ONE = "one"


class Urgency(StrEnum):
    STOPPED = "stopped"
    HAMPERED = "hampered"
    SLIGHT = "slight"


MATRIX: Mapping[Scope, Mapping[Urgency, int]] = {
    Scope.MANY: {Urgency.STOPPED: 1, Urgency.HAMPERED: 1, Urgency.SLIGHT: 2},
    Scope.SOME: {Urgency.STOPPED: 1, Urgency.HAMPERED: 2, Urgency.SLIGHT: 3},
    Scope.ONE: {Urgency.STOPPED: 2, Urgency.HAMPERED: 3, Urgency.SLIGHT: 3},
}


def severity_of(scope: Scope, urgency: Urgency) -> int:
    return MATRIX[scope][urgency]
