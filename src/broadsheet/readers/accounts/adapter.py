"""How django-allauth is bent to the house: who may register, what is said, how secrets are kept, where links lead."""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from broadsheet.catalogue import site
from broadsheet.config import current
from broadsheet.readers.models import Invitation

from . import adoption, invitations, mail
from .models import Account

log = logging.getLogger("broadsheet.mail")
INVITED = "broadsheet_invitation"  # in the session of a browser that opened an invitation
SAID = "broadsheet_said"  # in the session: what the next page says was done

# Without these nobody gets on, so their failing is shown; of the others only the log is told.
_NEEDED = {
    f"account/email/{name}"
    for name in (
        "email_confirmation",
        "email_confirmation_signup",
        "password_reset_key",
        "unknown_account",
        "account_already_exists",
    )
}
_SENTENCES = {
    "account/messages/password_changed.txt": noop("Your password is changed. Other sessions have ended."),
    "account/messages/password_set.txt": noop("Your password is set."),
    "account/messages/email_confirmed.txt": noop("Your address is confirmed."),
    "account/messages/email_confirmation_failed.txt": noop("That address is in use by another account."),
    "account/messages/email_confirmation_sent.txt": noop("A mail with a link is on its way."),
    "account/messages/email_deleted.txt": noop("The address is removed."),
    "mfa/messages/totp_activated.txt": noop("One-time codes are on."),
    "mfa/messages/totp_deactivated.txt": noop("One-time codes are off."),
    "mfa/messages/recovery_codes_generated.txt": noop("New recovery codes are made; the old ones are void."),
    "mfa/messages/webauthn_added.txt": noop("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": noop("The passkey is removed."),
    "socialaccount/messages/account_connected.txt": noop("The way to sign in is connected."),
    "socialaccount/messages/account_disconnected.txt": noop("The way to sign in is removed."),
    "usersessions/messages/sessions_logged_out.txt": noop("All other sessions have ended."),
}


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The open invitation that this browser came with."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return invitations.by_id(request.session.get(INVITED), timezone.now())


def complete(request: HttpRequest, account: Account, name: str) -> None:
    """A new account: its reader with the chosen name, its invitation used up.

    Another browser may have used the invitation meanwhile; then the account goes again and the page says so.
    """
    now, invitation = timezone.now(), invitation_of(request)
    reader = adoption.adopt(account, None, now)
    adoption.name_it(reader, name or account.email.partition("@")[0])
    if invitation is not None:
        if not invitations.use(invitation, reader, now):
            account.delete()
            reader.delete()
            raise ImmediateHttpResponse(HttpResponseRedirect("/sign-up"))
        del request.session[INVITED]
        request._broadsheet_vouched = invitation.email  # type: ignore[attr-defined]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Addresses and passwords."""

    error_messages = {  # noqa: RUF012 - read only, as in the class above it
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": lazy("There is no account with this address and password. Nothing was done."),
        "incorrect_password": lazy("That is not the password."),
        "enter_current_password": lazy("That is not the present password."),
        "too_many_login_attempts": lazy("Too many attempts. None is looked at for five minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Open where everybody may register and addresses can be verified, or with an invitation."""
        if current().registration == "open" and mail.set_up():
            return True
        return current().registration != "closed" and invitation_of(request) is not None

    def clean_email(self, email: str) -> str:
        """An invitation to an address is for that address."""
        invitation = invitation_of(self.request)
        wanted = email.strip().lower()
        if invitation is not None and invitation.email and wanted != invitation.email:
            raise ValidationError(_("This invitation is for {email}.").format(email=invitation.email))
        return wanted

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The one who invited an address vouches for it."""
        vouched = str(getattr(request, "_broadsheet_vouched", ""))
        return bool(vouched) and vouched == email.strip().lower()

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Keep a sentence for the next page of the signed-in reader."""
        known = _SENTENCES.get(message_template or "")
        sentence = message or (_(known) if known else "")
        if sentence and (message or request.user.is_authenticated):
            request.session[SAID] = str(sentence)

    def is_safe_url(self, url: str) -> bool:
        """Where ``next`` may lead: a page at the very host that was asked, by https if this is https."""
        return bool(url) and url_has_allowed_host_and_scheme(
            url, {self.request.get_host()}, require_https=self.request.is_secure()
        )

    def format_email_subject(self, subject: str) -> str:
        """One line, with the site's name."""
        name = str(site.choice("name", "") or "Broadsheet")
        return " ".join(f"{name}: {subject}".split())

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Links in mail lead to ``site_url`` where it is set, whatever host was asked for."""
        return _public(str(super().get_reset_password_from_key_url(key)))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """See above."""
        return _public(str(super().get_email_confirmation_url(request, emailconfirmation)))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address as ``web/proxies.py`` found it: no header of a stranger is believed."""
        return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, unless no mail server is set: the pages say that then (``mail.set_up``)."""
        if not mail.set_up():
            return
        try:
            super().send_mail(template_prefix, email, {**context, "site": site.choice("name", "") or "Broadsheet"})
        except (OSError, SMTPException) as problem:
            log.error("A mail could not be sent by the server of `smtp_url`: %s: %s", type(problem).__name__, problem)
            if template_prefix in _NEEDED:
                raise ImmediateHttpResponse(render(self.request, "account/mail_failed.jinja", status=503)) from None


class CodesAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """One-time codes and passkeys. Secrets are encrypted with a key made from the installation's secret key."""

    def _get_site_name(self) -> str:
        return str(site.choice("name", "") or "Broadsheet")

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Passkey, Passkey 2, Passkey 3."""
        from allauth.mfa.models import Authenticator

        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey {number}").format(number=count + 1) if count else _("Passkey")

    def encrypt(self, text: str) -> str:
        """Fernet (AES-128-CBC with HMAC-SHA-256)."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text; a random one when the installation's key has changed, so that no code fits, and none is known."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error("A secret of one-time codes cannot be read: `secret-key` has changed. Its codes fit no more.")
            return base64.b32encode(secrets.token_bytes(20)).decode()


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OpenID Connect."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whom the provider knows may come, if the keeper says so; else the rules of registration hold."""
        from allauth.account.adapter import get_adapter

        return current().oidc_signup or get_adapter(request).is_open_for_signup(request)

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """A new account from the provider; its name as the provider tells it."""
        account = super().save_user(request, sociallogin, form)
        if form is None:
            told = sociallogin.account.extra_data
            told = told.get("userinfo") or told.get("id_token") or told
            complete(request, account, str(told.get("name") or "")[:60])
        return account

    def get_requests_session(self) -> Any:
        """Through the proxy of the settings, and not at all where the site is offline."""
        import requests

        session = super().get_requests_session()
        config = current()
        if config.offline:
            raise requests.ConnectionError("This site is set to be offline.")
        session.trust_env = False
        if config.proxy:
            session.proxies.update({"http": config.proxy, "https": config.proxy})
        return session


def _box() -> Fernet:
    key = hmac.digest(settings.SECRET_KEY.encode(), b"broadsheet one-time codes", "sha256")
    return Fernet(base64.urlsafe_b64encode(key))


def _public(address: str) -> str:
    """The same address at ``site_url``."""
    site_url = current().site_url.rstrip("/")
    if not site_url:
        return address
    return site_url + "/" + address.split("://", 1)[-1].partition("/")[2]
