"""Mails of accounts: by the server of the settings; without one, sending fails and nothing pretends that mail went."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Sequence
from functools import cached_property

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from broadsheet.config import current

log = logging.getLogger("broadsheet.mail")


def set_up() -> bool:
    """Whether this site sends mail."""
    return bool(current().smtp_url)


class Mail(EmailBackend):
    """Sends by the server of `smtp_url`, trusting the same authorities as the digest's sender does (`smtp_ca`)."""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """For STARTTLS and for TLS from the start."""
        authority = current().smtp_ca
        return ssl.create_default_context(cafile=str(authority) if authority else None)


class NoMail(BaseEmailBackend):
    """Sends nothing, and says so in the log (addresses and texts are not logged)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Refuse; returns 0 messages sent."""
        log.warning(
            "%d mail(s) were not sent: no mail server is set (`smtp_url`). "
            "`broadsheet user link ADDRESS` makes a one-time link instead.",
            len(email_messages),
        )
        return 0
