"""The mail as it was looked at and found good: HTML and text of a letter, byte for byte.

After a change that is meant, ``GOLDEN=write`` writes the files anew; look at them before they are kept.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext
from tests.unit.test_digest_message import LETTER, LINE

from broadsheet.digest import reasons as why
from broadsheet.digest.letter import Letter, Zone, counted, day_words
from broadsheet.digest.message import html_of, text_of
from broadsheet.digest.notes import list_late
from broadsheet.editions import reasons
from broadsheet.editions.reasons import zone_title
from broadsheet.languages import day_short, joined, number, weekday
from broadsheet.spoken import spoken

FOLDER = Path(__file__).parents[1] / "data" / "mail"
WRITE = os.environ.get("GOLDEN") == "write"
WHOLE: Letter = replace(
    LETTER, about="Four papers of 310, chosen for Vision group.", zones=(
        Zone("", (replace(LINE, save="https://p.example.org/mail/act/s"), replace(
            LINE, title="A survey that was retracted since", vote="", flag="Retracted", reason="On a topic you follow: "
            "surveys"))),
        *LETTER.zones[1:],
        Zone("Still talked about", (replace(LINE, title="Ångström-scale imaging of “soft” matter", claim="", vote="",
                                            reason="46 votes at Hugging Face by 11 May"),))))
QUIET: Letter = replace(LETTER, about="No new paper was announced.", zones=(), upcoming="Wednesday 06:30")


def _german() -> Letter:
    """The same letter as a German subscriber gets it: every text of ours spoken by the functions that speak it."""
    with override("de"):
        byline = f"{joined(['Ada Łovelace', 'Ben Ünal'])}. {day_short('2026-05-08', this_year=2026)}"
        lead, retracted = (replace(line, byline=byline) for line in WHOLE.zones[0].lines)
        lead = replace(lead, reason=spoken(reasons.said_there(46, 0, "huggingface", True)))
        retracted = replace(retracted, flag=_("Retracted"), reason=spoken(why.topic("surveys")))
        rest = tuple(replace(zone, title=spoken(zone_title("group")), lines=tuple(
            replace(line, byline=byline, reason=spoken(reasons.nearness("soft matter"))) for line in zone.lines))
            for zone in WHOLE.zones[1:-1])
        there = spoken(reasons.said_there(46, 3, "huggingface"))
        talked = replace(WHOLE.zones[-1].lines[0], byline=byline, reason=there)
        day = date(2026, 5, 12)
        papers = _("{papers} of {total}").format(papers=counted(4), total=number(1310))
        return replace(
            WHOLE, language="de", about=_("{papers}, chosen for {group}.").format(papers=papers, group="Vision group"),
            heading=_("{day}, No. {number}").format(day=day_words(day), number=212),
            notes=(spoken(list_late("cs.AI", "2026-05-12T02:00:00+00:00", True, 212)),),
            zones=(Zone("", (lead, retracted)), *rest, Zone(spoken(zone_title("talked")), (talked,))),
            all_words=ngettext("The one paper", "All {count} papers", 1310).format(count=number(1310)),
            upcoming=pgettext("moment", "{weekday} {time}").format(weekday=weekday(day), time="06:30"),
            why_sent=_("Sent to {email} because you asked for it.").format(email="reader@example.org"))


@pytest.mark.parametrize(("name", "letter"), [("letter", WHOLE), ("quiet", QUIET)])
def test_the_mail_is_the_one_that_was_looked_at(name: str, letter: Letter) -> None:
    _compare(name, letter)


def test_the_german_mail_is_the_one_that_was_looked_at() -> None:
    _compare("letter.de", _german())


def _compare(name: str, letter: Letter) -> None:
    for ending, made in (("html", html_of(letter)), ("txt", text_of(letter))):
        path = FOLDER / f"{name}.{ending}"
        if WRITE:
            path.write_text(made, "utf-8")
        assert made == path.read_text("utf-8"), f"{path.name} has changed: look at it, then GOLDEN=write"
        assert len(made.encode()) < 100_000
