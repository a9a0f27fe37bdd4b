"""Broadsheet: a group's own daily papers."""

__version__ = "0.1.0"
