"""Servers that do what no server should, and what the probes must make of each."""
