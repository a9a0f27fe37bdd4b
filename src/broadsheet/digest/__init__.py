"""Digests: which papers a subscriber gets, the mail, the outbox it waits in, and how it leaves."""
