"""The group all commands belong to. A command's module is imported when it is used: most need little of the house."""

import sys
from contextlib import nullcontext
from importlib import import_module
from typing import Any

import click
from typing_extensions import override

import upheld
from config.collector import resting
from upheld.cli.manual import Reading, told_of
from upheld.cli.tongue import refuse, said, sentences, tell, word

COMMANDS = {
    "demo": "upheld.cli.demo:demo",
    "init": "upheld.cli.configuration:init",
    "serve": "upheld.cli.server:serve",
    "check-config": "upheld.cli.configuration:check_config",
    "config": "upheld.cli.configuration:config",
    "plan": "upheld.cli.configuration:plan",
    "probe": "upheld.cli.probing:probe",
    "kinds": "upheld.cli.lists:kinds",
    "channels": "upheld.cli.channels:channels",
    "sources": "upheld.cli.lists:sources",
    "formats": "upheld.cli.lists:formats",
    "anchors": "upheld.cli.lists:anchors",
    "profiles": "upheld.cli.sheets:profiles",
    "calendar": "upheld.cli.almanac:calendar",
    "account": "upheld.cli.counting:account",
    "deadline": "upheld.cli.counting:deadline",
    "statement": "upheld.cli.statement:statement",
    "report": "upheld.cli.report:report",
    "seal": "upheld.cli.statement:seal",
    "key": "upheld.cli.counting:key",
    "reconcile": "upheld.cli.reconciling:reconcile",
    "verify": "upheld.cli.verifying:verify",
    "incident": "upheld.cli.incident:incident",
    "silence": "upheld.cli.silence:silence",
    "drill": "upheld.cli.drill:drill",
    "oncall": "upheld.cli.oncall:oncall",
    "inbox": "upheld.cli.inbox:inbox",
    "case": "upheld.cli.case:case",
    "review": "upheld.cli.review:review",
    "finding": "upheld.cli.finding:finding",
    "sample": "upheld.cli.sample:sample",
    "agreement": "upheld.cli.agreement:agreement",
    "exclusion": "upheld.cli.exclusion:exclusion",
    "remedy": "upheld.cli.remedy:remedy",
    "indicator": "upheld.cli.indicator:indicator",
    "obligation": "upheld.cli.remedy:obligation",
    "correction": "upheld.cli.correction:correction",
    "hold": "upheld.cli.hold:hold",
    "privacy": "upheld.cli.privacy:privacy",
    "user": "upheld.cli.user:user",
    "token": "upheld.cli.token:token",
    "migrate": "upheld.cli.server:migrate",
}

LATER = {
    "backup": "copy the store",
    "restore": "put a backup back",
    "export-page": "the public page as static files",
    "doctor": "look for trouble",
    "import": "take over another tool's checks",
    "backfill": "take over history",
}


class Commands(click.Group):
    """Knows the names; imports the command that is asked for. A wrong use is one line, like every other trouble."""

    context_class = Reading

    @override
    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(error.exit_code)
        except click.UsageError as error:
            with nullcontext() if error.ctx is None else error.ctx.scope(cleanup=False):
                where = error.ctx.command_path if error.ctx is not None else "upheld"
                text = " ".join(error.format_message().split()).removesuffix(".")
                refuse(sentences(text, f"`{where} --help` shows how it is used"))
            sys.exit(error.exit_code)
        except click.ClickException as error:
            refuse(said(error.format_message()))
            sys.exit(error.exit_code)
        except click.Abort:
            refuse(word("stopped"))
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *LATER]

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LATER:
            return told_of(_later(cmd_name, LATER[cmd_name]))
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        with resting():
            command: click.Command = getattr(import_module(module), name)
        return told_of(command)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(upheld.__version__, prog_name="upheld")
def main() -> None:
    """Watches systems, opens incidents, counts downtime as the agreement counts it, and proves it."""


def _later(name: str, text: str) -> click.Command:
    def callback(rest: tuple[str, ...]) -> None:
        tell(f"upheld {name}: not in this version", err=True)
        sys.exit(2)

    return click.Command(
        name,
        callback=callback,
        help=f"{text} (not in this version)",
        params=[click.Argument(["rest"], nargs=-1)],
        context_settings={"ignore_unknown_options": True},
    )
