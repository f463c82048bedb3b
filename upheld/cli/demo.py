"""`upheld demo`"""

import click

from upheld.cli.shared import fail, guarded
from upheld.serve import AddressTaken


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="the page's port; else 8080 or the next free one")
@click.option("--fresh", is_flag=True, help="start over: forget ./upheld-demo/")
@guarded
def demo(port: int | None, fresh: bool) -> None:
    """A made-up customer with real systems to break: see the incident open, the mail arrive, the page turn."""
    from upheld.demo.run import start

    try:
        start(port, fresh=fresh)
    except AddressTaken as error:
        fail(str(error), 1)
