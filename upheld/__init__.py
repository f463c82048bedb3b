"""The roof: command line, web application, wiring and clock."""

__version__ = "0.1.0"
