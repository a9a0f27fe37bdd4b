"""Addresses of accounts: django-allauth's views at the house's addresses, and the house's own.

The names are those that django-allauth reverses. A module of it is loaded when its page is first asked for. Only what
stands here exists: views of django-allauth that the house does not use have no address.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, re_path

from . import lazy
from .lazy import View
from .visits import visit_of


def _of(module: str, name: str) -> View:
    """A view of django-allauth: none in local mode, never kept by a cache, and no form that ends at another host."""

    def view(request: HttpRequest, *given: Any, **arguments: Any) -> HttpResponseBase:
        from .views import accounts

        if visit_of(request).local:
            return accounts.not_needed(request)
        function: View = getattr(import_module(f"allauth.{module}"), name)
        response = (
            accounts.at_provider(function, request, **arguments)
            if module == _OIDC
            else function(request, *given, **arguments)
        )
        response["Cache-Control"] = "private, no-store"
        if isinstance(response, HttpResponse) and response.status_code == 302:
            return accounts.going_on(request, response)
        return response

    view.__name__ = name
    return view


def _own(name: str, module: str = "accounts") -> View:
    """A view of ``views/accounts.py`` or ``views/members.py``, never kept by a cache."""
    return lazy.view(module, name, Cache_Control="private, no-store")


_ACCOUNT, _MFA, _SOCIAL = "account.views", "mfa.base.views", "socialaccount.views"
_KEYS, _CODES, _SPARE = "mfa.webauthn.views", "mfa.totp.views", "mfa.recovery_codes.views"
_OIDC = "socialaccount.providers.openid_connect.views"

urlpatterns: list[URLPattern] = [
    path("sign-in", _of(_ACCOUNT, "login"), name="account_login"),
    path("sign-in/code", _of(_MFA, "authenticate"), name="mfa_authenticate"),
    path("sign-in/passkey", _of(_KEYS, "login_webauthn"), name="mfa_login_webauthn"),
    path("sign-in/blocked", _of(_ACCOUNT, "account_inactive"), name="account_inactive"),
    path("sign-in/reset", _own("reset"), name="account_reset_password"),
    path("sign-in/reset/sent", _of(_ACCOUNT, "password_reset_done"), name="account_reset_password_done"),
    path(
        "sign-in/reset/done", _of(_ACCOUNT, "password_reset_from_key_done"), name="account_reset_password_from_key_done"
    ),
    re_path(
        r"^sign-in/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        _of(_ACCOUNT, "password_reset_from_key"),
        name="account_reset_password_from_key",
    ),
    path("sign-in/cancelled", _of(_SOCIAL, "login_cancelled"), name="socialaccount_login_cancelled"),
    path("sign-in/failed", _of(_SOCIAL, "login_error"), name="socialaccount_login_error"),
    path("sign-out", _of(_ACCOUNT, "logout"), name="account_logout"),
    path("sign-up", _of(_ACCOUNT, "signup"), name="account_signup"),
    path("sign-up/sent", _of(_ACCOUNT, "email_verification_sent"), name="account_email_verification_sent"),
    path("sign-up/provider", _of(_SOCIAL, "signup"), name="socialaccount_signup"),
    path("invitation/<str:secret>", _own("invitation"), name="invitation"),
    path("account", _own("account"), name="account"),
    path("account/name", _own("name"), name="account-name"),
    path("account/confirm", _of(_ACCOUNT, "reauthenticate"), name="account_reauthenticate"),
    path("account/confirm/code", _of(_MFA, "reauthenticate"), name="mfa_reauthenticate"),
    path("account/confirm/passkey", _of(_KEYS, "reauthenticate_webauthn"), name="mfa_reauthenticate_webauthn"),
    path("account/email", _of(_ACCOUNT, "email"), name="account_email"),
    path("account/verify/<str:key>", _of(_ACCOUNT, "confirm_email"), name="account_confirm_email"),
    path("account/password", _of(_ACCOUNT, "password_change"), name="account_change_password"),
    path("account/password/first", _of(_ACCOUNT, "password_set"), name="account_set_password"),
    path("account/protection", _own("protection"), name="mfa_index"),
    path("account/passkeys", _own("protection"), name="mfa_list_webauthn"),
    path("account/passkeys/add", _of(_KEYS, "add_webauthn"), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/name", _of(_KEYS, "edit_webauthn"), name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove", _of(_KEYS, "remove_webauthn"), name="mfa_remove_webauthn"),
    path("account/codes/on", _of(_CODES, "activate_totp"), name="mfa_activate_totp"),
    path("account/codes/off", _of(_CODES, "deactivate_totp"), name="mfa_deactivate_totp"),
    path("account/recovery", _of(_SPARE, "view_recovery_codes"), name="mfa_view_recovery_codes"),
    path("account/recovery/new", _of(_SPARE, "generate_recovery_codes"), name="mfa_generate_recovery_codes"),
    path("account/recovery/download", _of(_SPARE, "download_recovery_codes"), name="mfa_download_recovery_codes"),
    path("account/sessions", _own("sessions"), name="usersessions_list"),
    path("account/tokens", _own("tokens"), name="tokens"),
    path("account/connections", _of(_SOCIAL, "connections"), name="socialaccount_connections"),
    path("account/oidc/<str:provider_id>/login", _of(_OIDC, "login"), name="openid_connect_login"),
    path("account/oidc/<str:provider_id>/login/callback", _of(_OIDC, "callback"), name="openid_connect_callback"),
    path("setup/administrator", _own("first_administrator"), name="setup-administrator"),
    path("members", _own("members", "members"), name="members"),
    path("members/invitations", _own("invitations", "members"), name="invitations"),
    path("members/programs", _own("programs", "members"), name="programs"),
]
