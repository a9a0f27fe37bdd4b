"""Signing in by the header of a trusted proxy: the proxy says who it is, the account is made at the first visit."""

from __future__ import annotations

from datetime import datetime

from broadsheet.errors import UsageError

from . import service
from .models import Account


def account_of(told: str, now: datetime) -> Account | None:
    """The account of the address in the header; None when it is no mail address. Made when it is new.

    The caller has checked that the header comes from a trusted proxy.
    """
    try:
        email = service.address(told)
    except UsageError:
        return None
    known = Account.objects.filter(email=email, is_active=True, reader__isnull=False)
    account = known.first()
    if account is not None:
        return account
    try:
        return service.add(email, "", (), now)
    except UsageError:  # another request made it meanwhile, or the account is shut
        return known.first()
