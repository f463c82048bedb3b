"""`upheld demo`"""

import click

from upheld.cli.shared import guarded


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="the page's port; else 8080 or the next free one")
@click.option("--fresh", is_flag=True, help="start over: forget ./upheld-demo/")
@guarded
def demo(port: int | None, fresh: bool) -> None:
    """A made-up customer with real systems to break: see the incident open, the mail arrive, the page turn."""
    from upheld.demo.run import start

    start(port, fresh=fresh)
