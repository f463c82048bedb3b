"""What of an exact figure is shown: shares are cut, and no verdict reads what is shown here."""

from fractions import Fraction


def decimals(target: str) -> int:
    """max(2, decimals of the target + 1): a miss is never shown as the target."""
    _, _, fraction = target.partition(".")
    return max(2, len(fraction) + 1)


def cut(share: Fraction | None, places: int) -> str | None:
    """`99.8999`: per cent, cut to that many places; "100" only for a whole one."""
    if share is None:
        return None
    if share == 1:
        return "100"
    scaled = share * 100 * 10**places // 1
    whole, rest = divmod(scaled, 10**places)
    return f"{whole}.{rest:0{places}d}"


def used(loss: Fraction, allowed: Fraction) -> Fraction | None:
    """The part of the budget that is used, in tenths of a per cent, rounded up; None where there is no budget."""
    if not allowed:
        return None
    return Fraction(-(-loss * 1000 // allowed), 1000)
