"""Where no mail server is set, sending fails with a sentence; nothing pretends that mail went out."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from broadsheet.config import current

log = logging.getLogger("broadsheet.mail")


def set_up() -> bool:
    """Whether this site sends mail."""
    return bool(current().smtp_url)


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
