"""What the sign-up form asks beyond address and password."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as lazy

from .models import Account


class SignupExtra(forms.Form):
    """The name that others see beside votes and comments."""

    name = forms.CharField(max_length=60, label=lazy("Name"),
                           help_text=lazy("Others see it beside your votes and comments."))

    field_order = ("email", "name", "password1")

    def clean_name(self) -> str:
        """One line, without control characters."""
        return " ".join(str(self.cleaned_data["name"]).replace("\0", " ").split())

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Called by django-allauth once the account is made."""
        from .adapter import complete

        complete(request, user, self.cleaned_data.get("name", ""))
