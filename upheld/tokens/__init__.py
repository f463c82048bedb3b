"""Tokens: with one a program acts for a person, and no further than that person may."""
