"""`upheld serve` and `upheld migrate`."""

import gc
from pathlib import Path

import click

from config.collector import resting
from config.model import Config
from db.engine import Use, open_database
from upheld import log
from upheld.cli.shared import fail, guarded, load_or_exit, run, with_config
from upheld.cli.tongue import tell


@click.command()
@click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path),
    envvar="UPHELD_CONFIG",
    default=Path("upheld.yaml"),
    show_default=True,
    help="the configuration, one file or a folder",
)
@click.option("--role", default="all", show_default=True, help="all of them in one process")
@click.option("--verbose", is_flag=True, help="log more")
@guarded
def serve(path: Path, role: str, verbose: bool) -> None:
    """Watch, open, tell, count, show: the server."""
    if role != "all":
        fail(f"--role {role}: splitting roles is not in this version; leave it out", 2)
    with resting():
        from upheld.loading import loaded
        from upheld.serve import run as run_server
    gc.freeze()  # nor is it looked through while the configuration is read, and once more when all stands

    config = load_or_exit(path, loaded)
    log.set_up(verbose=verbose)
    run_server(config, path)


@click.command()
@with_config
def migrate(config: Config) -> None:
    """Bring the store to this version's schema; `serve` does it by itself."""

    async def upgrade() -> None:
        database = await open_database(config.store.url.reveal(), Use.COMMAND)
        await database.close()

    run(upgrade())
    tell("the store is up to date")
