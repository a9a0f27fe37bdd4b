"""Addresses and answers of Hugging Face's papers API, so that a program written for it works with another host.

What differs is said in ``docs/programs/programs.md``: ``upvotes`` and ``numComments`` count what was given here;
what another site counted stands apart under ``votesElsewhere``.
"""
