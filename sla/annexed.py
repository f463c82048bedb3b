"""What the annex of one version is made from, whoever prints it: the agreement, and the two sides as they sign."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.agreement import Agreement, Commitment, Level
from config.language import CHINESE, ENGLISH, choose
from config.look import sentence
from config.model import Config
from config.value import Text
from sla.clause import ROOM
from sla.contract import Confirmed, Contract, Side, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """One side: its role, what the contract calls it, its name as signed; `signed` where and when, if it has."""

    side: Side
    called: tuple[str, str]
    name: tuple[str, str]
    signed: Confirmed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annexed:
    """`agreement` ends where the next version begins; `names` of the components by id."""

    agreement: Agreement
    version: Version
    parties: tuple[Signatory, ...]
    names: Mapping[str, Text]

    @property
    def levels(self) -> tuple[Level, ...]:
        """Without what is only aimed at: that is nobody's promise."""
        return tuple(
            level.model_copy(
                update={
                    "commitments": _promised(level.commitments),
                    "outside_hours": None if level.outside_hours is None else _promised(level.outside_hours),
                }
            )
            for level in self.agreement.levels
        )


def annexed(contract: Contract, number: int | None, config: Config) -> Annexed | None:
    """The newest version without a number; None where there is no such version."""
    version = contract.newest if number is None else contract.version(number)
    if version is None:
        return None
    agreement = next(one for one in contract.in_turn() if one.version == version.agreement.version)
    customer, parties = config.customers.get(contract.customer), agreement.parties
    sides = (
        (Side.CUSTOMER, parties.customer, contract.customer if customer is None else customer.name, "Customer"),
        (Side.PROVIDER, parties.provider, config.site.name, "Provider"),
    )
    return Annexed(
        agreement=agreement,
        version=version,
        parties=tuple(
            Signatory(
                side=side,
                called=_said(role) if party.called is None else both(party.called),
                name=both(name if party.name is None else party.name),
                signed=_signed(contract, agreement.version, side),
            )
            for side, party, name, role in sides
        ),
        names={one.id: one.name for one in config.components.values()},
    )


def both(text: Text) -> tuple[str, str]:
    """Chinese and English."""
    return choose(text, CHINESE), choose(text, ENGLISH)


def _promised(commitments: Mapping[str, Commitment]) -> dict[str, Commitment]:
    return {id: one.model_copy(update={"target": None}) for id, one in commitments.items()}


def _said(text: str) -> tuple[str, str]:
    return sentence(ROOM, CHINESE, text), sentence(ROOM, ENGLISH, text)


def _signed(contract: Contract, number: int, side: Side) -> Confirmed | None:
    """Only where that side's last word on the version is that it confirms it."""
    word = contract.word(number, side)
    return word if isinstance(word, Confirmed) else None
