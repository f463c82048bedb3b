"""The group all commands belong to."""

import sys

import click

import upheld
from upheld.cli import case, configuration, counting, demo, incident, lists, probing, server, user

LATER = (
    ("verify", "recompute and check a signed statement offline"),
    ("exclusion", "time that does not count"),
    ("correction", "adjudicated intervals"),
    ("token", "tokens for programs"),
    ("backup", "copy the store"),
    ("restore", "put a backup back"),
    ("export-page", "the public page as static files"),
    ("doctor", "look for trouble"),
    ("import", "take over another tool's checks"),
    ("backfill", "take over history"),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(upheld.__version__, prog_name="upheld")
def main() -> None:
    """Watches systems, opens incidents, counts downtime as the agreement counts it, and proves it."""


def _later(name: str, text: str) -> click.Command:
    def callback(rest: tuple[str, ...]) -> None:
        click.echo(f"upheld {name}: not in this version", err=True)
        sys.exit(2)

    return click.Command(
        name,
        callback=callback,
        help=f"{text} (not in this version)",
        params=[click.Argument(["rest"], nargs=-1)],
        context_settings={"ignore_unknown_options": True},
    )


for command in (
    demo.demo,
    configuration.init,
    server.serve,
    configuration.check_config,
    configuration.config,
    configuration.plan,
    probing.probe,
    lists.kinds,
    lists.channels,
    lists.sources,
    lists.formats,
    counting.account,
    counting.deadline,
    counting.statement,
    counting.key,
    incident.incident,
    case.case,
    user.user,
    server.migrate,
    *(_later(name, text) for name, text in LATER),
):
    main.add_command(command)
