"""Cleaning of text as sources send it: entities, JATS and HTML tags, control characters, runs of blanks."""

from __future__ import annotations

import html
import re

# C0 and C1 controls, non-characters, lone surrogates, and the marks that reorder or hide text (bidi overrides).
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SEPARATORS = re.compile("[\u2028\u2029\x85]")
_BLANKS = re.compile(r"\s+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_DROPPED = re.compile(
    r"<(script|style|iframe|object|svg|tex-math|mml:annotation)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|"
    r"<!\[CDATA\[|\]\]>|<((?:jats:)?title)>\s*abstract\s*</\2>",
    re.I | re.S,
)
_HEADING = re.compile(r"\s*[:.]?\s*</(?:jats:)?title>", re.I)
_BREAKING = re.compile(
    r"</?(?:(?:jats:)?(?:p|sec|title|list|list-item|break)|br|div|li|ul|ol|h[1-6]|tr|td)\b[^<>]*>", re.I
)
# Only names that are tags somewhere: "a <b and c> d" in an abstract about inequalities stays as it is.
_INLINE = re.compile(
    r"</?(?:(?:jats|mml|xlink|xhtml|ns\d):[a-z][\w-]*|italic|bold|sup|sub|sc|monospace|underline|strike|overline|"
    r"inline-formula|disp-formula|math|mrow|mi|mn|mo|msub|msup|msubsup|mfrac|mtext|mspace|msqrt|mover|munder|mstyle|"
    r"semantics|annotation|fixed-case|tex-math|"
    r"ext-link|xref|named-content|styled-content|abstract|a|abbr|b|big|cite|code|em|font|html|body|head|i|img|"
    r"input|form|button|link|meta|base|embed|video|audio|source|kbd|pre|q|s|samp|small|span|strong|table|tbody|thead|"
    r"tt|u|var|script|style|iframe|object|svg|url|blockquote|center)(?:\s+[a-z][\w:.-]*\s*=[^<>]*|\s*/?)>",
    re.I,
)


def clean(text: str) -> str:
    """Plain text on one line: no tags, entities decoded, no control characters, single blanks, trimmed. Idempotent.

    Comparison signs stay: ``"p < 0.05 and n > 3"`` is text. Content of ``script`` and ``style`` is dropped.
    """
    if not text.isprintable():  # printable text has no blank but the plain one
        text = _tidy(text)
    if "<" in text or "&" in text:
        text = _strip(text)
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        text = _BLANKS.sub(" ", text).strip()
    return text


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", _CONTROLS.sub("", _SEPARATORS.sub(" ", text)))


def _strip(text: str) -> str:
    """Tags and entities, until nothing changes: sources escape once, twice, and some three times."""
    for _ in range(8):
        before = text
        if "<" in text:
            text = _HEADING.sub(": ", _DROPPED.sub(" ", text))
            text = _INLINE.sub("", _BREAKING.sub(" ", text))
        if "&" in text:
            text = _ENTITY.sub(_decode, text)
        if text == before:
            return text
        text = _tidy(text)
    return text.replace("<", "\u2039").replace("&", "+")  # nested beyond reason: nothing of it may act as markup


def _decode(match: re.Match[str]) -> str:
    return html.unescape(match.group())
