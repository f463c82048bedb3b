"""Between whom an agreement is, as the contract names them, and what happens at its end."""

from config.instant import DAY
from config.value import Duration, Flag, Text, Value


class Party(Value):
    """One side; None: as the site or the customer's entry names it."""

    name: Text | None = None
    """As it signed."""
    called: Text | None = None
    """甲方, Party B…: who is which differs between contracts."""


class Parties(Value):
    customer: Party = Party()
    provider: Party = Party()


class Renewal(Value):
    """`notice`: how long before the end a side says that it will not, or will, go on."""

    notice: Duration = 90 * DAY
    automatic: Flag = False
    """True: it goes on unless one side gives notice; False: it ends unless both agree to go on."""
