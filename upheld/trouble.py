"""What a person at the command line can mend: one line, exit code 1."""


class Trouble(Exception):
    """The text says what is wrong and what to do."""
