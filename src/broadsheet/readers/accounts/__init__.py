"""Accounts: who a reader is at sign-in. The work is django-allauth's; here is what is the house's own."""
