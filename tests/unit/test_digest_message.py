"""The mail as servers and readers see it: headers, structure, both parts, any script, nothing injected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from broadsheet.digest.letter import Letter, Line, Zone
from broadsheet.digest.message import WIDTH, Envelope, build, message_id, wrapped

LINE = Line("On sparse attention & <memory>", "https://p.example.org/papers/2605.00001", "It halves the memory.",
            "Ada Łovelace and Ben Ünal. 8\u00a0May", "9 votes in your group", "https://p.example.org/v/x", "")
LETTER = Letter(
    "Broadsheet", "https://p.example.org/", "Tuesday 12 May 2026, No. 214", "Two of 310 papers.",
    (Zone("", (LINE,)), Zone("For you", (replace(LINE, title="深層学習による論文検索の改善について", claim=""),))),
    ("cs.AI is late since 02:00 UTC, 212 expected.",), "https://p.example.org/papers/date/2026-05-12",
    "All 310 papers of today", "Wednesday 06:30", "Sent to r@example.org because you asked for it on 4 May 2026.",
    "https://p.example.org/mail/stop/KEY", "https://p.example.org/mail/KEY")
ENVELOPE = Envelope("paper@p.example.org", "Broadsheet, Łódź", "r@example.org", "site.p.example.org", "Broadsheet",
                    "https://p.example.org/mail/stop/KEY", "7:digest:2026-05-12", datetime(2026, 5, 12, 4, tzinfo=UTC))


def _parsed(letter: Letter = LETTER, envelope: Envelope = ENVELOPE) -> EmailMessage:
    made = message_from_bytes(build(letter, envelope), policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def test_the_headers_that_lists_need() -> None:
    made = _parsed()
    assert made["Subject"] == "On sparse attention & <memory> and one more"
    assert made["From"].addresses[0].display_name == "Broadsheet, Łódź"
    assert made["List-Unsubscribe"] == "<https://p.example.org/mail/stop/KEY>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert made["List-Id"].endswith("<site.p.example.org>") and made["Auto-Submitted"] == "auto-generated"
    assert made["Message-ID"] == message_id(ENVELOPE.name, ENVELOPE.sender)
    assert not made.defects and all(not header.defects for header in made.values())


def test_both_parts_say_the_same() -> None:
    made = _parsed()
    assert made.get_content_type() == "multipart/alternative"
    text, page = (part.get_content() for part in made.iter_parts())
    shown = " ".join(html.fromstring(page).text_content().split())
    for said in (LINE.title, LINE.claim, LINE.reason, LETTER.notes[0], LETTER.zones[1].lines[0].title,
                 "Ada Łovelace and Ben Ünal", "Wednesday 06:30", "You have read today’s mail."):
        assert said in shown and said in " ".join(text.split()), said
    assert LINE.url in text and f'href="{LINE.url}"' in page
    assert len(build(LETTER, ENVELOPE)) < 20_000


def test_nothing_is_loaded_and_every_style_is_inline() -> None:
    page = html.fromstring(list(_parsed().iter_parts())[1].get_content())
    assert not page.xpath("//img|//link|//script|//iframe|//@background")
    assert page.xpath("//h1/@style") and "Georgia" in page.xpath("//h1/@style")[0]
    (kept,) = page.xpath("//style")
    assert "prefers-color-scheme" in kept.text and ".name{font-size:38px" not in kept.text.replace(" ", "")


def test_lines_of_the_message_fit_any_server() -> None:
    raw = build(replace(LETTER, about="word " * 400), ENVELOPE)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")) and b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()


@given(st.text(max_size=80))
def test_no_title_injects_a_header(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    letter = replace(LETTER, zones=(Zone("", (replace(LINE, title=f"{text}\r\nBcc: x@example.org"),)),))
    made = _parsed(letter, replace(ENVELOPE, sender_name=f"{text}\nBcc: y@example.org", list_name=text))
    assert made["Bcc"] is None and len(made.get_all("Subject") or []) == 1


def test_text_is_wrapped_by_what_it_shows() -> None:
    for text in ("word " * 60, "深層学習" * 40, "https://example.org/" + "a" * 200):
        made = wrapped(text, "1. ", "   ")
        assert all(len(line) <= WIDTH or "https" in line for line in made.split("\n"))
        if "深" in text:
            assert all(len(line) * 2 - 3 <= WIDTH for line in made.split("\n"))
