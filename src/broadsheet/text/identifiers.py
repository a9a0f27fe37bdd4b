"""Names of papers: ``(scheme, value)``, normalised, always text. A version is never part of an identifier."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote, urlsplit

Identifier = tuple[str, str]

# In the order in which one of a paper's identifiers becomes its address.
SCHEMES: tuple[str, ...] = (
    "arxiv", "doi", "acl", "openreview", "pmid", "pmcid", "pmlr", "cvf", "ijcai", "ieee", "hal", "dblp", "s2",
    "openalex", "paperlists", "asreview", "endnote", "medline", "sample", "url",
)  # fmt: skip
_RANK = {scheme: rank for rank, scheme in enumerate(SCHEMES)}

# https://info.arxiv.org/help/arxiv_identifier.html: new style since April 2007, five digits since 2015.
_ARXIV_NEW = re.compile(r"(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d{1,3})?", re.A)
_ARXIV_OLD = re.compile(r"([a-z]+(?:-[a-z]+)*)(?:\.[a-z]{2})?/(\d{2}(?:0[1-9]|1[0-2])\d{3})(?:v\d{1,3})?", re.I | re.A)
_ARXIV_ARCHIVES = frozenset(
    [
        "acc-phys",
        "adap-org",
        "alg-geom",
        "ao-sci",
        "astro-ph",
        "atom-ph",
        "bayes-an",
        "chao-dyn",
        "chem-ph",
        "cmp-lg",
        "comp-gas",
        "cond-mat",
        "cs",
        "dg-ga",
        "funct-an",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math",
        "math-ph",
        "mtrl-th",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "patt-sol",
        "physics",
        "plasm-ph",
        "q-alg",
        "q-bio",
        "q-fin",
        "quant-ph",
        "solv-int",
        "stat",
        "supr-con",
        "econ",
        "eess",
    ]
)
# DOI Handbook 2.2: prefix 10.NNNN[.N...], suffix of any printable characters, case-insensitive.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\x00-\x1f\x7f<>\"]{1,300}", re.A)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.I)
_ACL = re.compile(r"[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d{1,4}", re.I | re.A)
_OPENREVIEW = re.compile(r"[A-Za-z0-9_-]{6,32}", re.A)
_DIGITS = re.compile(r"\d{1,12}", re.A)
_DIGEST = re.compile(r"[0-9a-f]{12,64}", re.I | re.A)
_PMCID = re.compile(r"(?:PMC)?(\d{1,10})", re.I | re.A)
_OTHER = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+(?: [^\s\x00-\x1f\x7f-\x9f]+)*")
_PREFIXED = re.compile(r"(arxiv|doi|pmid|pmcid|acl|openreview|url|ieee|hal)\s*:\s*(\S+)", re.I)
_TRAILING = ".,;:!?)]}>'\"”’"


def normalise(scheme: str, value: str) -> Identifier:
    """The one form of an identifier. Raises ValueError, naming scheme and value, when it is not one."""
    rule = _RULES.get(scheme)
    if rule is None:
        raise ValueError(f"unknown scheme of identifier: {scheme[:40]!r}")
    found = rule(value.strip())
    if found is None or len(found[1]) > 500:
        raise ValueError(f"not an identifier of scheme {scheme}: {value[:120]!r}")
    return found


def from_record_id(text: str) -> Identifier:
    """Read ``scheme:value`` as import files write it ("arxiv:2405.12345v2"). Raises ValueError."""
    scheme, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"not a record id: {text[:120]!r} (wanted scheme:value, as in arxiv:2405.12345)")
    return normalise(scheme.strip().lower(), value)


def _arxiv(value: str) -> Identifier | None:
    if match := _ARXIV_NEW.fullmatch(value):
        return "arxiv", match[1]
    if value[:6].lower() == "arxiv:":
        return _arxiv(value[6:].strip())
    if match := _ARXIV_OLD.fullmatch(value):
        archive = match[1].lower()
        return ("arxiv", f"{archive}/{match[2]}") if archive in _ARXIV_ARCHIVES else None
    return None


def _doi(value: str) -> Identifier | None:
    lower = value.lower()
    if not lower.startswith("10."):
        start = lower.find("10.")
        if start < 0 or not re.fullmatch(r"(?:https?://)?(?:dx\.)?(?:doi\.org/)?(?:doi:\s*)?", lower[:start]):
            return None
        lower = lower[start:]
    if "%" in lower:
        lower = unquote(lower).lower()
    lower = lower.rstrip(".,;")
    if not _DOI.fullmatch(lower):
        return None
    if match := _ARXIV_DOI.fullmatch(lower):  # arXiv's own DOIs name the arXiv paper
        return _arxiv(match[1])
    return "doi", lower


def _acl(value: str) -> Identifier | None:
    if not _ACL.fullmatch(value):
        return None
    return "acl", value.upper() if value[0].isalpha() else value.lower()


def _by_pattern(scheme: str, pattern: re.Pattern[str]) -> Callable[[str], Identifier | None]:
    def rule(value: str) -> Identifier | None:
        return (scheme, value) if pattern.fullmatch(value) else None

    return rule


def _number(scheme: str) -> Callable[[str], Identifier | None]:
    def rule(value: str) -> Identifier | None:
        return (scheme, value.lstrip("0") or "0") if _DIGITS.fullmatch(value) else None

    return rule


def _pmcid(value: str) -> Identifier | None:
    match = _PMCID.fullmatch(value)
    return ("pmcid", f"PMC{match[1]}") if match else None


def _url(value: str) -> Identifier | None:
    """Host in lower case, no fragment, no default port; http and https name one page. Files may give its digest."""
    if _DIGEST.fullmatch(value):
        return "url", value.lower()
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f\x7f]", value):
        return None
    host = parts.hostname.lower() + (f":{port}" if port and port not in (80, 443) else "")
    query = f"?{parts.query}" if parts.query else ""
    return "url", f"https://{host}{parts.path.rstrip('/')}{query}"


_RULES: dict[str, Callable[[str], Identifier | None]] = {
    "arxiv": _arxiv,
    "doi": _doi,
    "acl": _acl,
    "openreview": _by_pattern("openreview", _OPENREVIEW),
    "pmid": _number("pmid"),
    "pmcid": _pmcid,
    "ieee": _number("ieee"),
    "url": _url,
}
for _scheme in SCHEMES:
    _RULES.setdefault(_scheme, _by_pattern(_scheme, _OTHER))


def recognise(text: str) -> Identifier | None:
    """The paper that a pasted text names: a bare identifier, "arXiv:...", "doi:...", or an address. None if no paper.

    The whole text must be the identifier; words around it make it a query.
    """
    text = text.strip()
    if (
        not text
        or len(text) > 600
        or (any(character.isspace() for character in text.rstrip(_TRAILING)) and not _PREFIXED.fullmatch(text))
    ):
        return None
    for candidate in (text, text.strip("<([{'\"“‘").rstrip(_TRAILING)):
        found = _recognise(candidate)
        if found:
            return found
    return None


def _recognise(text: str) -> Identifier | None:
    found = _arxiv(text) or _doi(text)
    if found:
        return found
    if match := _PREFIXED.fullmatch(text):
        rule = _RULES[match[1].lower()]
        if match[1].lower() != "url":
            return rule(match[2])
    if "/" in text and "." in text:
        found = _from_address(text)
        if found:
            return found
    if _ACL.fullmatch(text):
        return _acl(text)
    if re.fullmatch(r"PMC\d{3,10}", text, re.I | re.A):
        return _pmcid(text)
    return None


def _from_address(text: str) -> Identifier | None:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https"):
        return None
    host = host.removeprefix("www.")
    path = unquote(parts.path).rstrip("/")
    for suffix, reader in _HOSTS:
        if host == suffix or host.endswith("." + suffix):
            return reader(path, parts.query)
    return None


def _arxiv_address(path: str, query: str) -> Identifier | None:
    match = re.match(r"/(?:abs|pdf|html|format|ps|e-print|src|papers|overview|abs/arxiv:|pdf/arxiv:)/(.+)", path, re.I)
    return _arxiv(match[1].removesuffix(".pdf").removesuffix(".md")) if match else None


def _acl_address(path: str, query: str) -> Identifier | None:
    value = re.sub(r"\.(?:pdf|bib|xml|endf)$", "", path.rsplit("/", 1)[-1])
    return _acl(re.sub(r"v\d$", "", value))


def _openreview_address(path: str, query: str) -> Identifier | None:
    match = re.search(r"(?:^|&)id=([A-Za-z0-9_-]+)", query)
    rule = _RULES["openreview"]
    return rule(match[1]) if match and path in ("/forum", "/pdf", "/attachment", "/revisions", "/references") else None


def _pubmed_address(path: str, query: str) -> Identifier | None:
    if match := re.search(r"/(PMC\d+)", path, re.I | re.A):
        return _pmcid(match[1])
    match = re.match(r"/(?:pubmed/)?(\d{1,9})$", path, re.A)
    return ("pmid", match[1].lstrip("0")) if match else None


def _ieee_address(path: str, query: str) -> Identifier | None:
    match = re.match(r"/(?:abstract/)?document/(\d+)", path, re.A)
    return ("ieee", match[1]) if match else None


def _pmlr_address(path: str, query: str) -> Identifier | None:
    match = re.match(r"/v(\d+)/([A-Za-z0-9_-]+?)(?:/\2)?(?:\.html|\.pdf)?$", path, re.A)
    return ("pmlr", f"{match[1]}/{match[2]}") if match else None


def _doi_inside(path: str, query: str) -> Identifier | None:
    """Publishers that carry the DOI in their address: dl.acm.org/doi/abs/10..., link.springer.com/article/10..."""
    match = re.search(r"10\.\d{4,9}/[^\s?#]+", path, re.A)
    return (
        _doi(re.sub(r"(?:\.(?:full|abstract|pdf|full\.pdf)|v\d+(?:\.full)?(?:\.pdf)?)$", "", match[0]))
        if match
        else None
    )


_HOSTS: tuple[tuple[str, Callable[[str, str], Identifier | None]], ...] = (
    ("arxiv.org", _arxiv_address),
    ("alphaxiv.org", _arxiv_address),
    ("huggingface.co", _arxiv_address),
    ("ar5iv.org", _arxiv_address),
    ("ar5iv.labs.arxiv.org", _arxiv_address),
    ("doi.org", _doi_inside),
    ("aclanthology.org", _acl_address),
    ("aclweb.org", _acl_address),
    ("openreview.net", _openreview_address),
    ("pubmed.ncbi.nlm.nih.gov", _pubmed_address),
    ("ncbi.nlm.nih.gov", _pubmed_address),
    ("ieeexplore.ieee.org", _ieee_address),
    ("proceedings.mlr.press", _pmlr_address),
    ("dl.acm.org", _doi_inside),
    ("link.springer.com", _doi_inside),
    ("biorxiv.org", _doi_inside),
    ("medrxiv.org", _doi_inside),
    ("onlinelibrary.wiley.com", _doi_inside),
    ("journals.aps.org", _doi_inside),
    ("tandfonline.com", _doi_inside),
    ("pnas.org", _doi_inside),
    ("science.org", _doi_inside),
)


def canonical(identifiers: Sequence[Identifier]) -> Identifier:
    """The one identifier whose address is the paper's own, by the order of SCHEMES. Raises ValueError when empty."""
    if not identifiers:
        raise ValueError("a paper without an identifier has no canonical one")
    return min(identifiers, key=lambda item: (_RANK.get(item[0], len(_RANK)), item[1]))


def path(scheme: str, value: str) -> str:
    """What follows ``/papers/``: ``2405.12345`` for arXiv, else ``scheme/value``, percent-encoded where needed."""
    if scheme == "arxiv":
        return value
    return f"{scheme}/{quote(value, safe='/:;=@,.()-_~!$*+')}"


_URLS: dict[str, str] = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "acl": "https://aclanthology.org/{}/",
    "openreview": "https://openreview.net/forum?id={}",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "pmcid": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "ieee": "https://ieeexplore.ieee.org/document/{}",
    "hal": "https://hal.science/{}",
    "dblp": "https://dblp.org/rec/{}",
    "s2": "https://www.semanticscholar.org/paper/{}",
    "openalex": "https://openalex.org/{}",
}


def url(scheme: str, value: str) -> str:
    """Where the paper lives at its source, or "" when the scheme has no public address."""
    if scheme == "url":
        return value
    if scheme == "pmlr":
        volume, _, key = value.partition("/")
        return f"https://proceedings.mlr.press/v{quote(volume)}/{quote(key)}.html" if key else ""
    if scheme == "doi" and value.startswith("10.5555/"):  # the ACM library's own numbers do not resolve
        return f"https://dl.acm.org/doi/{quote(value, safe='/:;=@,.()-_~!$*+')}"
    template = _URLS.get(scheme)
    return template.format(quote(value, safe="/:;=@,.()-_~!$*+")) if template else ""
