"""LaTeX as it stands in titles and abstracts: to Unicode, to words for the index, to MathML for pages."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from broadsheet.text import latex_tables as tables
from broadsheet.text.typography import typeset

# Formulas between dollars as Pandoc's ``tex_math_dollars`` reads them (no blank inside the dollars, no digit behind:
# "$5 and $6" are prices), or with a blank inside when something of TeX stands there.
MATH = re.compile(
    r"(?<!\\)\$\$(?P<d>.{1,600}?)(?<!\\)\$\$|"
    r"(?<!\\)\$(?=[^\s$])(?P<i>(?:[^$\\]|\\.)+?)(?<=\S)\$(?!\d)|"
    r"(?<!\\)\$(?P<s>[^$\\^_]{0,80}[\\^_](?:[^$\\]|\\.)*)\$|"
    r"(?<!\\)\$(?P<t>[^$\\=<>]{0,80}[=<>][^$\\]*|[^$\\]{1,4})\$(?!\d)|"
    r"\\\((?P<p>.{1,600}?)\\\)|\\\[(?P<b>.{1,600}?)\\\]",
    re.S,
)
_ACCENT = re.compile(
    r"\\(?P<mark>[`'^\"~=.]|[uvHckbdrt](?![A-Za-z]))\s*"
    r"(?:\{\s*(?P<braced>\\?[A-Za-z]{0,2})\s*\}|(?P<letter>\\[ijlL](?![A-Za-z])|[A-Za-z]))"
)
_SYMBOL = re.compile(r"\\(?P<name>[A-Za-z]+)(?P<after>\s*\{\}|\s(?=\s*[a-z])|(?![A-Za-z]))")
_STYLED = re.compile(
    r"\\(?:text(?:bf|it|tt|sc|rm|sf|sl|up|md|normal)?|emph|mbox|underline|uline|textsuperscript|textsubscript|url|path|"
    r"hbox|enquote|protect|mathrm|texttt)\s*\{(?P<in>[^{}]*)\}"
)
_OLD_STYLE = re.compile(
    r"\{\s*\\(?:bf|it|em|tt|sc|rm|sf|sl|bfseries|itshape|scshape|emph)(?![A-Za-z])\s*(?P<in>[^{}]*)\}"
)
_HREF = re.compile(r"\\href\s*\{(?P<to>[^{}]*)\}\s*\{(?P<in>[^{}]*)\}")
_SHORTHAND = {"eg": "e.g.", "ie": "i.e.", "etal": "et al.", "etc": "etc.", "wrt": "w.r.t.", "vs": "vs."}
# References and labels say nothing outside their paper; a footnote is not part of the sentence.
_DROPPED = re.compile(
    r"[~ ]?\\(?:[cC]ite[a-zA-Z]*|ref|eqref|cref|Cref|autoref|label|footnote|footnotemark|thanks|vspace|hspace|input)\*?"
    r"\s*(?:\[[^\]]*\]\s*)*\{[^{}]*\}"
)
_COLOURED = re.compile(r"\\(?:textcolor|color|colorbox)\s*\{[^{}]*\}\s*(?:\{(?P<in>[^{}]*)\})?")
_THIN = re.compile(r"\\[,;:]")  # blanks of TeX: "10\\,km"
_ESCAPED = re.compile(r"\\([&%#_$ ])")  # escaped braces stay: without the backslash they would mean something
_BRACED = re.compile(r"(?P<command>\\[A-Za-z]+\*?\s*)?\{(?P<in>[^{}\\$]*)\}")
_QUOTES = re.compile(r"``|''")
# A sign alone between dollars is part of a name or stands before a number: "J1712$-$2435", "M$>$5".
_SIGN = re.compile(r"(?<!\\)\$\s*(?:(?P<sign>[-+])|(?P<relation>[=<>]|\\[A-Za-z]{2,12})(?=\s*\$\d))\s*\$")
_BLANKS = re.compile(r"[ \t\r\n]+")


def _tex(match: re.Match[str]) -> str:
    """What stands between the marks of a formula."""
    return match[match.lastgroup] if match.lastgroup else ""


def to_unicode(text: str) -> str:
    """Accents, symbols and text commands as Unicode; formulas between dollars stay untouched. Idempotent, never raises.

    A command that is not known stays as it is: what the source said is never lost here.
    """
    if "\\" not in text and "{" not in text and "``" not in text:
        return text
    out: list[str] = []
    last = 0
    for match in MATH.finditer(text):
        out.append(_plain(text[last : match.start()]))
        out.append(match.group())
        last = match.end()
    out.append(_plain(text[last:]))
    return "".join(out).strip(" ")


def _plain(text: str) -> str:
    """Text outside formulas."""
    if "\\" not in text and "{" not in text and "``" not in text:
        return text
    text = text.replace("\\\\", " ")
    for _ in range(6):  # commands nest; each pass opens the innermost
        before = text
        if "\\" in text:
            text = _ACCENT.sub(_accent, text)
            text = _COLOURED.sub(lambda m: m["in"] or "", text)
            text = _HREF.sub(lambda m: m["in"] or m["to"], text)
            text = _STYLED.sub(lambda m: m["in"], _OLD_STYLE.sub(lambda m: m["in"], text))
            text = _SYMBOL.sub(_symbol, text)
        text = _BRACED.sub(lambda m: m.group() if m["command"] else m["in"], text)
        if "\\" in text:
            text = _THIN.sub(" ", _ESCAPED.sub(r"\1", text))
        if text == before:
            break
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.replace("``", "“").replace("''", "”") if "``" in text else text


def _accent(match: re.Match[str]) -> str:
    letter = (match["braced"] if match["braced"] is not None else match["letter"] or "").lstrip("\\")
    combining = tables.ACCENTS[match["mark"]]
    if not letter:
        return match.group()
    return tables.combine(letter, combining)


def _symbol(match: re.Match[str]) -> str:
    name = match["name"]
    if name in _SHORTHAND:
        return _SHORTHAND[name] + (" " if match["after"].isspace() else "")
    found = tables.TEXT_SYMBOLS.get(name)
    if found is not None:
        return found
    drawn = tables.GREEK.get(name) or tables.MATH_SYMBOLS.get(name)  # meant as a formula, the dollars forgotten
    return match.group() if drawn is None else drawn + (" " if match["after"].isspace() else "")


def to_words(text: str) -> str:
    """Words for index and sketch: formulas become the names a reader would type, commands and braces go.

    ``"$\\alpha$-decay of $^{12}C$"`` gives ``"alpha-decay of 12C"``. Never raises; plain text passes unchanged.
    """
    if "\\" not in text and "$" not in text and "{" not in text:
        return text
    text = to_unicode(text)
    text = MATH.sub(lambda m: _math_words(_tex(m)), _DROPPED.sub("", text))
    if "\\" in text or "{" in text or "$" in text:
        text = _math_words(text)
    return _BLANKS.sub(" ", text).strip()


_COMMAND = re.compile(r"\\([A-Za-z]+)\*?|\\.", re.S)
_SCRIPT = re.compile(r"[{}$^_&]|\\\\")


def _math_words(math: str) -> str:
    named = _COMMAND.sub(_command_word, math).replace("\\", " ")
    return _BLANKS.sub(" ", _SCRIPT.sub("", named)).strip()


def _command_word(match: re.Match[str]) -> str:
    name = match[1]
    if not name:
        return " "
    if name in tables.SILENT:
        return ""
    return tables.MATH_WORDS.get(name, f" {name} ")


def to_html(text: str) -> str:
    """Escaped HTML with formulas as ``<math>``. What cannot be drawn becomes plain readable text, never raw TeX."""
    if "$" not in text and "\\" not in text and "{" not in text and "}" not in text:
        return html.escape(typeset(text))
    text = _SIGN.sub(_sign, to_unicode(text))
    out: list[str] = []
    last = 0
    for match in MATH.finditer(text):
        out.append(html.escape(_between(text, last, match.start())))
        out.append(formula(_tex(match)))
        last = match.end()
    out.append(html.escape(_between(text, last, len(text))))
    return _CLINGING.sub(r'<span class="nb">\1</span>', "".join(out))


# Browsers break a line between a formula and the comma behind it; the style's class "nb" forbids it.
_CLINGING = re.compile(r"(<math(?:(?!<math).)*?</math>(?:[,.;:!?)\]’”]|-\w{1,12})+)", re.S)


def _sign(match: re.Match[str]) -> str:
    sign = match["sign"]
    return ("−" if sign == "-" else "+") if sign else _stripped(match["relation"])


def _between(text: str, start: int, end: int) -> str:
    """What stands between two formulas, set with a letter in their place: "$x$'s" has an apostrophe."""
    before, after = "x" * (start > 0), "x" * (end < len(text))
    made = typeset(before + _stripped(text[start:end]) + after)
    return made[len(before) : len(made) - len(after)]


@lru_cache(maxsize=4096)
def formula(tex: str) -> str:
    """One formula as MathML, or as escaped plain text when it cannot be drawn. Never raises."""
    drawn = mathml(tex)
    return drawn or html.escape(_spoken(tex))


@lru_cache(maxsize=8192)
def mathml(tex: str) -> str:
    """MathML of one formula, or "" when it has commands that are unknown or do not parse."""
    tex = tex.strip()
    if not tex or len(tex) > 600 or tex.count("{") != tex.count("}"):
        return ""
    from latex2mathml.converter import convert  # 20 ms to load; only pages with formulas pay

    try:
        drawn: str = convert(tex)
    except Exception:  # the library raises many kinds for broken TeX; plain text is shown in its place
        return ""
    return drawn if _is_safe(drawn) else ""


# What MathML Core and latex2mathml have in common. The library passes ``\\href``, ``\\class`` and tags in ``\\text``
# through, so what it drew is checked: a tag or attribute that is not here makes the formula plain text.
_TAG = re.compile(
    r"</?(?:math|mrow|mi|mn|mo|ms|mtext|mspace|msub|msup|msubsup|munder|mover|munderover|mfrac|msqrt|mroot|mtable|mtr|mtd|"
    r"mstyle|mpadded|mphantom|mmultiscripts|mprescripts|none|menclose)"
    r"(?: (?:display|xmlns|stretchy|fence|form|mathvariant|accent|accentunder|columnalign|linethickness|lspace|rspace|"
    r"width|height|depth|voffset|minsize|maxsize|scriptlevel|displaystyle|separator|movablelimits|symmetric|largeop|"
    r'rowspacing|columnspacing|columnlines|rowlines|notation)="[\w .:/%#;&+-]*")*\s*/?>',
    re.A,
)


def _is_safe(drawn: str) -> bool:
    rest = _TAG.sub("", drawn)
    return "<" not in rest and ">" not in rest and "\\" not in drawn and "&amp;#" not in drawn


def is_drawable(text: str) -> bool:
    """Whether every formula of ``text`` becomes MathML and no command is left outside of them."""
    text = to_unicode(text)
    if any(not mathml(_tex(m)) for m in MATH.finditer(text)):
        return False
    rest = MATH.sub("", text)
    return "\\" not in rest and rest.count("$") < 2


def readable(text: str) -> str:
    """Text for human eyes where no formula can be drawn: symbols as Unicode, nothing of TeX, set as print."""
    if "\\" not in text and "{" not in text and "$" not in text and "}" not in text:
        return typeset(text)
    text = MATH.sub(lambda m: _spoken(_tex(m)), _SIGN.sub(_sign, text))
    return typeset(_stripped(text))


def _stripped(text: str) -> str:
    """Commands as the characters they draw; no backslash or brace is left."""
    if "\\" not in text and "{" not in text and "}" not in text:
        return text
    text = _COMMAND.sub(lambda m: tables.symbol(m[1]) if m[1] else m.group()[1:], _DROPPED.sub("", text))
    return _BLANKS.sub(" ", text.replace("{", "").replace("}", "").replace("\\", ""))


_FRACTION = re.compile(r"\\[dt]?frac\s*\{(?P<over>[^{}]*)\}\s*\{(?P<under>[^{}]*)\}")
_RAISED = re.compile(r"\^(?:\{(?P<braced>[-+0-9n]{1,6})\}|(?P<one>[0-9n]))")
_LOWERED = re.compile(r"_(?:\{(?P<braced>[-+0-9]{1,6})\}|(?P<one>[0-9]))")


def _spoken(tex: str) -> str:
    """A formula as one line of text: ``x_1^2 \\le \\frac{1}{2}`` gives ``x₁² ≤ 1/2``."""
    tex = _FRACTION.sub(lambda m: f"{m['over']}/{m['under']}", tex)
    tex = _RAISED.sub(lambda m: (m["braced"] or m["one"]).translate(tables.RAISED), tex)
    tex = _LOWERED.sub(lambda m: (m["braced"] or m["one"]).translate(tables.LOWERED), tex)
    return _stripped(tex.replace("~", " "))
