"""The mail as it was looked at and found good: HTML and text of a letter, byte for byte.

After a change that is meant, ``GOLDEN=write`` writes the files anew; look at them before they are kept.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.test_digest_message import LETTER, LINE

from broadsheet.digest.letter import Letter, Zone
from broadsheet.digest.message import html_of, text_of

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


@pytest.mark.parametrize(("name", "letter"), [("letter", WHOLE), ("quiet", QUIET)])
def test_the_mail_is_the_one_that_was_looked_at(name: str, letter: Letter) -> None:
    for ending, made in (("html", html_of(letter)), ("txt", text_of(letter))):
        path = FOLDER / f"{name}.{ending}"
        if WRITE:
            path.write_text(made, "utf-8")
        assert made == path.read_text("utf-8"), f"{path.name} has changed: look at it, then GOLDEN=write"
        assert len(made.encode()) < 100_000
