"""Who signs a customer's statements by a link in a mail. Pure. ADR 0112."""

from config.agreement import Countersign
from config.model import Contact, Customer
from sla.statement import Statement


def signer_of(customer: Customer, statement: Statement) -> Contact | None:
    """The customer's one signer; None where an agreement of the statement wants the login, or several could sign."""
    if any(part.newest.countersign is not Countersign.LINK for part in statement.agreements):
        return None
    found = [one for one in customer.contacts if one.kind == "signer" and one.email is not None]
    return found[0] if len(found) == 1 else None
