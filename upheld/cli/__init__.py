"""The command line: `upheld …`. Every command is a file here, or shares one with its kin."""

from upheld.cli.main import main

__all__ = ["main"]
