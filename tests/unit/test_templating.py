"""Texts in templates: filled, escaped, plural, and of the language of the moment."""

from __future__ import annotations

import pytest
from django.utils import translation
from jinja2 import Environment

from broadsheet.templating import teach


def said(source: str, escapes: bool = True, **values: object) -> str:
    """What a template writes."""
    environment = Environment(autoescape=escapes)
    teach(environment)
    return environment.from_string(source).render(**values)


def test_arguments_are_escaped_and_texts_are_not() -> None:
    assert said('{{ _("By <b>%(name)s</b>", name=x) }}', x="<i>") == "By <b>&lt;i&gt;</b>"
    assert said('{{ _("By %(name)s", name=x) }}', escapes=False, x="<i>") == "By <i>"
    assert said('{{ _("Half is 50%% of %(n)s", n=3) }}') == "Half is 50% of 3"
    assert said('{{ pgettext("on the button", "Plain") }}') == "Plain"


def test_a_name_in_an_argument_is_not_filled_again() -> None:
    assert said('{{ _("%(a)s and %(b)s", a=x, b=y) }}', x="%(b)s", y="{a}") == "%(b)s and {a}"


def test_plurals_and_trans() -> None:
    source = "{% trans count=n, x=n %}\n  {{ x }} <b>thing</b>\n{% pluralize count %}{{ x }} things{% endtrans %}"
    assert [said(source, n=n) for n in (1, 2)] == ["1 <b>thing</b>", "2 things"]
    assert said('{{ ngettext("%(num)s odd thing", "%(num)s odd things", 5) }}') == "5 odd things"
    assert said('{{ npgettext("x", "%(num)s odd thing", "%(num)s odd things", 1) }}') == "1 odd thing"


def test_each_language_has_its_own_text() -> None:
    texts = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            texts.append(said('{{ _("Settings") }}'))
    assert texts == ["Settings", "Einstellungen", "Settings"]


def test_what_was_forgotten_is_a_fault() -> None:
    with pytest.raises(KeyError):
        said('{{ _("By %(name)s") }}')
    with pytest.raises(ValueError, match="plain %"):
        said('{{ _("50% of it") }}')
