"""Amounts of money: whole minor units, exact until they are rounded once, half to even.

Chinese documents repeat an amount in financial capitals, which nobody can alter with one stroke of a pen.
"""

from fractions import Fraction

_PLACES = dict.fromkeys(("CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "XAF", "XOF"), 0)
_PLACES |= dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
"""ISO 4217: decimal places of the currencies that do not have two."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACE_UNITS = ("", "拾", "佰", "仟")
_GROUP_UNITS = ("", "万", "亿", "万亿", "亿亿")


def places(currency: str) -> int:
    """Decimal places of its minor unit: 2 for CNY, 0 for JPY."""
    return _PLACES.get(currency, 2)


def part_of(amount: str, percent: str, currency: str) -> int:
    """So many per cent of an exact decimal, in minor units; the only place where money is rounded, half to even."""
    scale: int = 10 ** places(currency)
    return round(Fraction(amount) * Fraction(percent) / 100 * scale)


def written(minor: int, currency: str) -> str:
    """The exact decimal of minor units: `6000.00`, `-12.50`."""
    digits = places(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def capitals(minor: int) -> str:
    """An amount of fen in financial capitals: 600000 -> `陆仟元整`. After yuan stands 整, for a gap 零.

    Source: 《支付结算办法》, annex 1.
    """
    yuan, cents = divmod(abs(minor), 100)
    jiao, fen = divmod(cents, 10)
    text = f"{_whole(yuan)}元" if yuan or not cents else ""
    if not cents:
        text += "整"
    elif jiao:
        text += f"{_DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    if fen:
        text += f"{_DIGITS[fen]}分"
    return ("负" if minor < 0 else "") + text


def _whole(number: int) -> str:
    """Groups of four digits, read from the highest; one 零 for each gap."""
    if not number:
        return _DIGITS[0]
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += _DIGITS[0]
        text, gap = text + _thousands(group) + _GROUP_UNITS[place], False
    return text


def _thousands(group: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACE_UNITS[place]
        gap = False
    return text
