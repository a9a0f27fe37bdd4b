"""Checks at full size, run by hand: each is a command that prints what it found, and ends with 1 where it fails."""
