"""Tables for ``latex``: accents, text symbols, and what commands of formulas are called."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Command of an accent -> combining character (TeXbook, chapter 9; LaTeX2e, section 3.2).
ACCENTS: dict[str, str] = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "b": "\u0331", "d": "\u0323",
    "r": "\u030a", "t": "\u0361",
}  # fmt: skip
_DOTLESS = {"i": "i", "j": "j"}


@lru_cache(maxsize=512)
def combine(letters: str, mark: str) -> str:
    """``letters`` with ``mark`` on the first, composed where Unicode has the letter."""
    return unicodedata.normalize("NFC", letters[0] + mark) + letters[1:]


TEXT_SYMBOLS: dict[str, str] = {
    "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "o": "ø", "O": "Ø", "oe": "œ", "OE": "Œ", "l": "ł", "L": "Ł",
    "ss": "ß", "SS": "SS", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "ng": "ŋ", "NG": "Ŋ", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€", "dag": "†",
    "ddag": "‡", "dots": "…", "ldots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—",
    "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”",
    "textregistered": "®", "texttrademark": "™", "textdegree": "°", "degree": "°", "textmu": "µ", "textohm": "Ω",
    "textasciitilde": "~", "texttimes": "×", "textpm": "±", "textalpha": "α", "textbeta": "β", "textgamma": "γ",
    "boldmath": "",
    "bf": "", "em": "", "it": "",
    "textbackslash": "", "textbar": "|", "textless": "<", "textgreater": ">",
    "textunderscore": "_", "textbullet": "•", "textperiodcentered": "·", "LaTeX": "LaTeX", "TeX": "TeX",
    "newline": " ", "linebreak": " ", "par": " ", "noindent": "", "xspace": "", "and": "and", "quad": " ",
    "qquad": " ", "protect": "", "centering": "", "smallskip": " ", "medskip": " ", "bigskip": " ", "slash": "/",
}  # fmt: skip

GREEK: dict[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ",
    "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω",
}  # fmt: skip

MATH_SYMBOLS: dict[str, str] = {
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠",
    "ne": "≠", "approx": "≈", "sim": "∼", "simeq": "≃", "equiv": "≡", "propto": "∝", "infty": "∞", "ell": "ℓ",
    "hbar": "ℏ", "nabla": "∇", "partial": "∂", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√", "in": "∈",
    "notin": "∉", "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "Rightarrow": "⇒", "leftrightarrow": "↔", "mapsto": "↦", "ll": "≪", "gg": "≫",
    "lesssim": "≲", "gtrsim": "≳", "odot": "⊙", "oplus": "⊕", "otimes": "⊗", "dagger": "†", "star": "⋆",
    "ast": "∗", "circ": "°", "prime": "′", "forall": "∀", "exists": "∃", "emptyset": "∅", "langle": "⟨",
    "rangle": "⟩", "lceil": "⌈", "rceil": "⌉", "lfloor": "⌊", "rfloor": "⌋", "ldots": "…", "dots": "…",
    "cdots": "⋯", "vert": "|", "mid": "|", "parallel": "∥", "perp": "⊥", "deg": "deg", "bullet": "•",
    "setminus": "∖", "wedge": "∧", "vee": "∨", "neg": "¬", "lt": "<", "gt": ">", "quad": " ", "qquad": " ",
    "leqslant": "≤", "geqslant": "≥", "triangle": "△", "square": "□", "angle": "∠", "Re": "ℜ", "Im": "ℑ",
    "aleph": "ℵ", "earth": "⊕", "sun": "☉", "micro": "µ", "percent": "%", "colon": ":", "backslash": "",
}  # fmt: skip

# Commands of layout and style: they say nothing.
SILENT = frozenset(
    [
        "mathrm",
        "mathbf",
        "mathcal",
        "mathbb",
        "mathit",
        "mathsf",
        "mathtt",
        "mathfrak",
        "mathscr",
        "boldsymbol",
        "bm",
        "bf",
        "it",
        "rm",
        "sf",
        "tt",
        "em",
        "text",
        "textrm",
        "textbf",
        "textit",
        "texttt",
        "textsc",
        "textsf",
        "textsl",
        "operatorname",
        "mbox",
        "hbox",
        "left",
        "right",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "displaystyle",
        "textstyle",
        "limits",
        "nolimits",
        "ensuremath",
        "rm",
        "cal",
        "xspace",
        "emph",
        "label",
        "ref",
        "cite",
        "citep",
        "citet",
        "protect",
        "frac",
        "dfrac",
        "tfrac",
        "underline",
        "overline",
        "hat",
        "tilde",
        "bar",
        "vec",
        "dot",
        "ddot",
        "widehat",
        "widetilde",
        "check",
        "acute",
        "grave",
        "breve",
        "mathring",
        "begin",
        "end",
        "hspace",
        "vspace",
        "kern",
        "phantom",
        "nonumber",
        "notag",
        "scriptstyle",
        "middle",
        "mathop",
        "mathrel",
        "mathbin",
        "unit",
        "SI",
        "si",
        "num",
        "url",
        "href",
        "underbrace",
        "overbrace",
        "not",
        "hfill",
        "footnote",
        "small",
        "large",
        "tiny",
        "it",
        "textnormal",
        "upmu",
    ]
)
MATH_WORDS: dict[str, str] = {
    "times": " x ", "cdot": " ", "pm": " ", "mp": " ", "leq": " ", "le": " ", "geq": " ", "ge": " ", "neq": " ",
    "approx": " ", "sim": " ", "simeq": " ", "rightarrow": " to ", "to": " to ", "ldots": " ", "dots": " ",
    "cdots": " ", "lesssim": " ", "gtrsim": " ", "odot": " sun ", "lt": " ", "gt": " ", "ll": " ", "gg": " ",
    "quad": " ", "qquad": " ", "in": " in ", "prime": " ", "circ": " ", "langle": " ", "rangle": " ", "mid": " ",
    "vert": " ", "varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho",
    "varsigma": "sigma", "varpi": "pi", "hbar": "hbar", "ell": "ell", "infty": "infinity",
} | {name: name for name in GREEK if not name.startswith("var")}  # fmt: skip


RAISED = str.maketrans("0123456789-+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ")
LOWERED = str.maketrans("0123456789-+", "₀₁₂₃₄₅₆₇₈₉₋₊")


def symbol(name: str) -> str:
    """The character that a command draws; the name itself when there is none, "" for commands of layout."""
    if name in SILENT:
        return ""
    return GREEK.get(name) or MATH_SYMBOLS.get(name) or TEXT_SYMBOLS.get(name, name)
