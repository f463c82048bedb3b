"""Ours beside a peer on one machine in one run: the ratio is compared, never a number of another day."""
