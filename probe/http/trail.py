"""Where an answer led, hop by hop: what is told of it, and what goes along."""

from aiohttp import CookieJar
from yarl import URL

from probe.http.request import told
from probe.http.response import Response
from probe.result import Plain


class Trail:
    """Of one question. Cookies live as long as it does, and go where a browser would send them."""

    __slots__ = ("_jar", "hops")

    def __init__(self) -> None:
        self._jar: CookieJar | None = None
        self.hops: list[str] = []

    @property
    def onward(self) -> "Trail":
        """Of the next question of a series, with the cookies of those before it."""
        next_one = Trail()
        next_one._jar = self._jar
        return next_one

    def cookie(self, name: str, url: URL) -> str | None:
        """As it would be sent there."""
        kept = None if self._jar is None else self._jar.filter_cookies(url).get(name)
        return None if kept is None else kept.coded_value

    @property
    def facts(self) -> dict[str, Plain]:
        """`redirect.1` and so on: `302 https://shop.example.com/login`."""
        return {f"redirect.{number}": hop for number, hop in enumerate(self.hops, 1)}

    def led(self, response: Response, there: URL) -> None:
        self.hops.append(f"{response.status} {told(there)}")

    def keep(self, response: Response, url: URL) -> None:
        given = response.all_of("set-cookie")
        if given:
            # An address in numbers has no domain to be careful with.
            self._jar = self._jar or CookieJar(unsafe=True, quote_cookie=False)
            self._jar.update_cookies_from_headers(given, url)

    def cookies(self, url: URL) -> str:
        """As one header has them; empty where there are none."""
        kept = {} if self._jar is None else self._jar.filter_cookies(url)
        return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in kept.items())
