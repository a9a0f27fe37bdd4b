"""The rows of the permission matrix, by family of pages."""

from __future__ import annotations

from .matrix import Row
from .matrix_api import ROWS as API
from .matrix_mine import ROWS as MINE
from .matrix_raising import ROWS as RAISING

PAPER = {"path": "@path"}
SHUT = {"blocked": "403", "local": "403"}  # the keeper at the machine has no reader before the first act


def _reading() -> list[Row]:
    """Pages that whoever may read the site reads."""
    key = {"path": "@hidden_path"}
    return [
        Row("front"), Row("day", args={"day": "@day"}), Row("week", args={"week": "@week"}),
        Row("day-print", args={"day": "@day"}), Row("yesterday", yes="go"),
        Row("month", args={"month": "@month"}), Row("archive"), Row("trending"),
        Row("field", args={"slug": "for-group"}), Row("formula", args={"name": "edition"}), Row("robots"),
        Row("abstract", args={"path": "@paper"}, yes="go"), Row("abstract", args={"path": "@paper"}, query="?part=1",
                                                               variant="part"),
        Row("abstract", args={"path": "@hidden"}, variant="hidden", may="nobody"),
        Row("bibtex", args=PAPER), Row("bibtex", args=key, variant="hidden", may="nobody"),
        Row("paper", args=PAPER), Row("paper", args=key, variant="hidden", may="nobody"),
        Row("search", query="?q=bridges"), Row("feeds"), Row("feeds-opml"),
        Row("feed", args={"path": "private/@feed_secret/saved.atom"}, variant="private"),
        Row("feed", args={"path": "private/@feed_secret/collections/@collection_private.atom"}, variant="private-list"),
        Row("feed", args={"path": "private/@feed_secret/collections/@other_collection_private.atom"}, may="nobody",
            variant="private-foreign"),
        Row("feed", args={"path": "private/wrongwrongwrongwrongwrong/saved.atom"}, may="nobody",
            variant="private-wrong"),
        Row("feed", args={"path": "collections/@collection_shared.atom"}, variant="collection"),
        Row("feed", args={"path": "collections/@collection_private.atom"}, may="nobody", variant="collection-private"),
        Row("feed", args={"path": "streams/@stream_shared.atom"}, variant="stream"),
        Row("feed", args={"path": "streams/@stream_private.atom"}, may="nobody", variant="stream-private"),
        Row("feed", args={"path": "front.atom"}), Row("feed", args={"path": "nothing.atom"}, variant="none",
                                                      may="nobody"),
        Row("topic", args={"slug": "bridges"}), Row("author", args={"slug": "ada-lovelace"}),
        Row("organisation", args={"slug": "bridge-institute"}), Row("about"), Row("health"),
        Row("hf-daily"), Row("hf-papers", query="?q=bridges"), Row("hf-search", query="?q=bridges"),
        Row("hf-paper", args=PAPER), Row("hf-paper", args=key, variant="hidden", may="nobody"),
        Row("hf-read", args=PAPER), Row("hf-read", args=key, variant="hidden", may="nobody"),
    ]


def _marks() -> list[Row]:
    """What a browser without an account may keep too, and votes."""
    return [
        Row("saved"),
        Row("saved", "POST", data={"do": "up:@paper"}, yes="go"),
        Row("saved", "POST", data={"do": "up:0000000000"}, variant="nothing", may="nobody"),
        Row("saved-papers", args={"ending": "bib"}), Row("saved-papers", args={"ending": "json"}, variant="json"),
        Row("language", "POST", data={"language": "de"}, yes="go"),
        Row("language", "POST", data={"language": "xx"}, may="nobody", variant="unknown"),
        Row("acts", query="?act=save:@paper"),
        Row("acts", query="?act=vote:@paper", variant="vote", may="member", anon="door", no="403"),
        Row("acts", query="?act=save:0000000000", variant="nothing", may="nobody"),
        Row("acts", "POST", data={"act": "save:@paper"}, yes="go", variant="save", but={"stranger": "ok"}),
        Row("acts", "POST", data={"act": "save:@paper", "keep": "1"}, yes="go", variant="save-keep"),
        Row("acts", "POST", data={"act": "save:@hidden"}, may="nobody", variant="save-hidden"),
        Row("acts", "POST", data={"act": "vote:@paper"}, may="member", yes="go", anon="door", no="403",
            variant="vote"),
        Row("acts", "POST", data={"act": "vote:@hidden"}, may="nobody", anon="door", variant="vote-hidden",
            but={"blocked": "403"}),
        Row("acts", "POST", data={"act": "undo"}, yes="go", variant="undo", may="somebody"),
        Row("control", "POST", data={"order": "newest"}, yes="go"),
        Row("settings"), Row("settings", "POST", data={"order": "newest", "theme": "dark"}, yes="go"),
        Row("settings-site", "POST", data={"name": "Ours"}, may="administer", yes="go", no="403"),
        Row("settings-marks", "POST", data={"erase": "read"}, yes="go"),
        Row("settings-export"),
        Row("settings-name", "POST", data={"name": "Another Name"}, may="member", yes="go", no="door"),
    ]


def _talk() -> list[Row]:
    """Comments, readers' pages, notifications."""
    write = {"paper": "@paper", "place": "new", "text": "Well said.", "once": "1"}
    return [
        Row("comments"),
        Row("comments", "POST", data=write, may="member", yes="go", no="403"),
        Row("comments", "POST", data={**write, "paper": "@hidden"}, may="nobody", variant="hidden-paper"),
        Row("comments", "POST", data={**write, "place": "reply:@comment"}, may="member", yes="go", no="403",
            variant="reply"),
        Row("comment", args={"key": "@comment"}, yes="go"),
        Row("comment", args={"key": "@comment_hidden"}, may="author", yes="go", variant="hidden"),
        Row("comment", args={"key": "@comment_gone"}, may="author", yes="go", variant="gone"),
        Row("comment", args={"key": "0000000000"}, may="nobody", variant="nothing"),
        Row("comment", "POST", args={"key": "@comment"}, data={"do": "edit", "text": "Other words"}, may="author",
            yes="go", anon="403", but=SHUT),
        Row("comment", "POST", args={"key": "@comment"}, data={"do": "take-back"}, may="author", yes="go", anon="403",
            variant="take-back", but=SHUT),
        Row("comment", "POST", args={"key": "@comment_gone"}, data={"do": "bring-back"}, may="author", yes="go",
            variant="bring-back"),
        Row("comment", "POST", args={"key": "@comment_hidden"}, data={"do": "edit", "text": "x"}, may="author",
            yes="422", variant="hidden"),
        Row("reader", args={"slug": "@author_slug"}),
        Row("reader", args={"slug": "@blocked_slug"}, may="nobody", variant="blocked"),
        Row("notifications", may="member", no="door"),
        Row("notifications", "POST", data={"up_to": "@notification"}, may="member", yes="go", no="door"),
    ]


def _mail() -> list[Row]:
    """Mail: who holds the secret address of a subscription may."""
    mine, asked, stopped = {"key": "@mail"}, {"key": "@mail_asked"}, {"key": "@mail_stopped"}
    wrong = {"key": "0" * 32}
    return [
        Row("mail"), Row("mail", "POST", data={"email": "new@example.org"}),
        Row("mail", query="?kind=collection&value=@collection_private", variant="private", may="author"),
        Row("mail", query="?kind=stream&value=@stream_private", variant="private-stream", may="author"),
        Row("mail-preview", shut="404"), Row("mail-letter", shut="404"),
        # A trial goes to an address of one's own; the mail server of this site takes nothing, and the page says so.
        Row("mail-trial", "POST", data={"kind": "site"}, may="signed-in", yes="409", shut="404"),
        Row("mail-trial", "POST", data={"to": "somebody@example.org"}, variant="stranger", may="nobody"),
        Row("mail-letter", query="?kind=collection&value=@collection_private", variant="private", may="author"),
        Row("mail-confirm", args=asked), Row("mail-confirm", args=wrong, variant="wrong", may="nobody"),
        Row("mail-confirm", "POST", args=asked, yes="go"),
        Row("mail-stop", args=mine), Row("mail-stop", args=wrong, variant="wrong", may="nobody"),
        Row("mail-stop", "POST", args=mine), Row("mail-resume", "POST", args=stopped, yes="go"),
        Row("mail-act", args={"token": "@mail_act"}), Row("mail-act", args={"token": "wrong.@mail_act"},
                                                          variant="wrong", may="nobody"),
        Row("mail-act", "POST", args={"token": "@mail_act"}),
        Row("mail-subscription", args=mine), Row("mail-subscription", args=wrong, variant="wrong", may="nobody"),
        Row("mail-subscription", "POST", args=mine, data={"cadence": "weekly"}, yes="go"),
    ]


def _account() -> list[Row]:
    """django-allauth's pages and the house's own beside them. In local mode there is no account to look after."""
    here = {"local": "ok"}  # "No sign-in here"
    rows = []
    for name in ("account", "account_email", "account_change_password", "mfa_index", "mfa_list_webauthn",
                 "usersessions_list", "tokens", "socialaccount_connections"):
        rows.append(Row(name, may="signed-in", no="door", but=here))
    return [
        *rows,
        Row("account-name", "POST", data={"name": "Another Name"}, may="signed-in", yes="go", no="door", but=here),
        Row("usersessions_list", "POST", data={"end": "0"}, may="nobody", anon="door", but=here),
        Row("usersessions_list", "POST", data={"end": "others"}, may="signed-in", yes="go", no="door", but=here,
            variant="others"),
        Row("tokens", "POST", data={"name": "x", "scope": "read"}, may="signed-in", no="door",
            but=here),
        Row("tokens", "POST", data={"name": "x", "scope": "admin"}, variant="admin", may="administer", no="422",
            anon="door", but=here),
        Row("tokens", "POST", data={"revoke": "0"}, variant="revoke", may="nobody", anon="door", but=here),
        Row("account_login", may="away", no="go", but=here),
        Row("members", may="administer"), Row("invitations", may="administer"), Row("programs", may="administer"),
        Row("members", "POST", data={"account": "@other_account", "act": "roles", "role": "administrator"},
            may="administer"),
        Row("members", "POST", data={"account": "@other_account", "act": "block", "reason": "x"}, variant="block",
            may="administer"),
        Row("members", "POST", data={"account": "@other_account", "act": "link"}, variant="link", may="administer"),
        Row("members", "POST", data={"account": "@other_account", "act": "end"}, variant="end", may="administer"),
        Row("members", "POST", data={"account": "@other_account", "act": "remove", "sure": "other@example.org"},
            variant="remove", may="administer"),
        Row("invitations", "POST", data={"email": "x@example.org"}, may="administer"),
        Row("programs", "POST", data={"act": "renew"}, may="administer"),
        Row("programs", "POST", data={"act": "close"}, variant="close", may="administer"),
        Row("invitation", args={"secret": "@invitation"}), Row("invitation", "POST", args={"secret": "@invitation"},
                                                               yes="go", but=here),
        Row("invitation", args={"secret": "wrong"}, variant="wrong", may="nobody", but=here),
        Row("setup", may="administer", no="403"), Row("setup-progress", may="administer", no="403"),
        Row("setup", "POST", data={"field": "ai"}, may="administer", yes="go", no="403"),
        Row("setup", "POST", data={"code": "00000-00000"}, variant="code", may="administer", no="403"),
        Row("setup-administrator", may="nobody", but=here),
        Row("setup-administrator", "POST", data={"email": "x@example.org", "password": "quite a long phrase 9"},
            may="nobody", but=here),
    ]


def _doors() -> list[Row]:
    """The rest of django-allauth: coming in, confirming, protecting. None of it in local mode."""
    here, wrong = {"local": "ok"}, {"uidb36": "1", "key": "wrong-key"}
    at_all = [Row(name, but=here) for name in (
        "account_inactive", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key_done", "socialaccount_login_cancelled", "account_email_verification_sent")]
    # What protects an account is changed by who has just confirmed the password; a code that nobody has is not there.
    rows = {"account_reauthenticate": "ok", "account_set_password": "go", "mfa_add_webauthn": "go",
            "mfa_activate_totp": "go", "mfa_deactivate_totp": "404", "mfa_view_recovery_codes": "404",
            "mfa_generate_recovery_codes": "go", "mfa_download_recovery_codes": "404", "mfa_reauthenticate": "go",
            "mfa_reauthenticate_webauthn": "go"}
    own = [Row(name, may="signed-in", no="door", but=here, yes=yes) for name, yes in rows.items()]
    return [
        *at_all, *own,
        Row("socialaccount_login_error", yes="401", but=here),
        Row("account_logout", may="signed-in", no="go", but=here), Row("account_logout", "POST", yes="go", but=here),
        Row("account_login", "POST", data={"login": "a@example.org", "password": "wrong wrong wrong"}, may="away",
            no="go", but=here),
        Row("account_reset_password", "POST", data={"email": "nobody@example.org"}, yes="go", but=here),
        Row("account_reset_password_from_key", args=wrong, but=here),
        Row("account_reset_password_from_key", "POST", args=wrong, data={"password1": "x"}, but=here),
        Row("account_signup", may="away", no="go", but=here),
        Row("account_signup", "POST", data={"email": "x@example.org", "name": "X", "password1": "long enough 7 words"},
            may="away", no="go", but=here),
        Row("socialaccount_signup", may="nobody", no="go", but=here),
        Row("socialaccount_signup", "POST", may="nobody", no="go", but=here),
        Row("socialaccount_connections", "POST", data={"account": "1"}, may="signed-in", no="door", but=here),
        Row("account_confirm_email", args={"key": "wrong"}, but=here),
        Row("account_confirm_email", "POST", args={"key": "wrong"}, may="nobody", but=here),
        Row("account_email", "POST", data={"email": "new@example.org", "action_add": ""}, may="signed-in", yes="go",
            no="door", but=here),
        Row("account_change_password", "POST", data={"oldpassword": "wrong"}, may="signed-in", no="door", but=here),
        Row("account_set_password", "POST", data={"password1": "x"}, may="signed-in", yes="go", no="door", but=here),
        Row("account_reauthenticate", "POST", data={"password": "wrong"}, may="signed-in", no="door", but=here),
        Row("mfa_authenticate", may="nobody", no="go", but=here),
        Row("mfa_authenticate", "POST", data={"code": "000000"}, may="nobody", no="go", but=here),
        Row("mfa_login_webauthn", yes="go", but=here),
        Row("mfa_login_webauthn", "POST", data={"credential": "{}"}, yes="go", but=here),
        Row("mfa_add_webauthn", "POST", data={"credential": "{}"}, may="signed-in", yes="go", no="door",
            but=here),
        Row("mfa_activate_totp", "POST", data={"code": "000000"}, may="signed-in", yes="go", no="door", but=here),
        *(Row(name, method, args={"pk": "1"}, may="signed-in", yes="go", no="door", but=here)
          for name in ("mfa_edit_webauthn", "mfa_remove_webauthn") for method in ("GET", "POST")),
        Row("mfa_deactivate_totp", "POST", may="nobody", anon="door", but=here),
        Row("mfa_generate_recovery_codes", "POST", may="signed-in", yes="go", no="door", but=here),
        Row("mfa_reauthenticate", "POST", data={"code": "0"}, may="nobody", no="go", anon="door", but=here),
        Row("mfa_reauthenticate_webauthn", "POST", data={"credential": "{}"}, may="nobody", no="go", anon="door",
            but=here),
        Row("openid_connect_login", args={"provider_id": "oidc"}, may="nobody", but=here),
        Row("openid_connect_login", "POST", args={"provider_id": "oidc"}, may="nobody", but=here),
        Row("openid_connect_callback", args={"provider_id": "oidc"}, may="nobody", but=here),
    ]


ROWS: list[Row] = [*_reading(), *_marks(), *_talk(), *_mail(), *_account(), *_doors(), *MINE, *API, *RAISING]
