"""One paper that somebody names: asked of the service that keeps its record, through the one guarded way out.

arXiv by OAI-PMH (the record that a harvest would bring), a DOI of Crossref and then DataCite, any other address by the
citation tags of its page. What a page says of itself is believed only of the page: where it names a DOI or an arXiv
number, the registry is asked, and the page's own words are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import quote, urlencode

import orjson
from django.utils.translation import gettext_noop as noop

from ..catalogue.records import Incoming
from ..config import Config
from ..spoken import message
from ..text import identifiers
from ..text.identifiers import Identifier
from . import works
from .arxiv_oai import items_of
from .errors import PASTE, ParseError, SourceError
from .http import Client
from .messages import MEGABYTE, Answer, Request
from .oai import read_page

RECORD_LIMIT, PAGE_LIMIT = 4 * MEGABYTE, 2 * MEGABYTE
KEPT_LIMIT = 300_000  # bytes of one record that is kept: a page of a paper with ten authors has 5,000
_TAGS = ("citation_", "dc.", "dcterms.")
_MOST_TAGS, _LONGEST_TAG = 3000, 20_000
_ABSENT = frozenset({404, 410})


class Ways(NamedTuple):
    """Two clients that keep nobody waiting: for the services that the keeper chose, and for the addresses that readers
    send, which never lead into the keeper's network."""

    services: Client
    pages: Client

    def close(self) -> None:
        """Close both connections."""
        self.services.close()
        self.pages.close()


def ways(config: Config) -> Ways:
    """Clients for one question."""
    return Ways(Client(config, hurry=True), Client(config, hurry=True, public_only=True))


def fetch(name: Identifier, config: Config, by: Ways) -> Incoming:
    """The record of the paper with this identifier. Raises :class:`SourceError`: what cannot be asked, or ``absent``
    when the service knows no such paper."""
    scheme, value = name
    if scheme == "arxiv":
        return _arxiv(value, config, by.services)
    if scheme == "doi":
        return _doi(value, config, by.services)
    return _page(name, config, by)


def _arxiv(value: str, config: Config, client: Client) -> Incoming:
    query = {"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": f"oai:arXiv.org:{value}"}
    answer = client.get(Request(f"{config.arxiv_oai_url}?{urlencode(query, safe=':/')}", limit=RECORD_LIMIT))
    page = read_page(answer.body, "arXiv")
    if page.error:
        raise _unknown(message(noop("arXiv has no paper {value}."),
                               value=value), f"OAI-PMH error {page.error[0]}: {page.error[1]}")
    items, rejects = items_of(page)
    found = [item for item in items if item.source_key == value and not item.record.deleted]
    if not found:
        why = rejects[0].reason if rejects else "another record, or a deleted one"
        raise _unknown(message(noop("arXiv sent no readable record of {value}."), value=value), f"arXiv {value}: {why}")
    return found[0]


def _doi(value: str, config: Config, client: Client) -> Incoming:
    for source, address, form in (("crossref", f"{config.crossref_url}/works/", works.CROSSREF_FORM),
                                  ("datacite", f"{config.datacite_url}/dois/", works.DATACITE_FORM)):
        asked = Request(f"{address}{quote(value, safe='')}", wants="json", limit=RECORD_LIMIT, absent=_ABSENT)
        answer = client.get(asked)
        if answer.status == 200:
            return _kept(source, ("doi", value), _shortened(answer.body), form)
    raise _unknown(message(noop("Neither Crossref nor DataCite knows the DOI {value}."),
                           value=value), f"404 for doi {value} at both registries")


def _page(name: Identifier, config: Config, by: Ways) -> Incoming:
    address = identifiers.url(*name)
    if not address:
        raise _unknown(message(noop("There is no address to ask for {scheme}:{value}."),
                               scheme=name[0], value=name[1]), f"no public address of scheme {name[0]}")
    answer = by.pages.get(Request(address, wants="page", limit=PAGE_LIMIT, absent=_ABSENT))
    if answer.status != 200:
        raise _unknown(message(noop("There is no such page: {address}."),
                               address=address), f"HTTP {answer.status} for {address}")
    tags = tags_of(_decoded(answer))
    named = _named(tags)
    if named is not None:
        try:
            return fetch(named, config, by)
        except SourceError as problem:
            if problem.kind != "absent":
                raise
    body = orjson.dumps({"scheme": name[0], "value": name[1], "meta": tags})
    return _kept("page", name, body, works.PAGE_FORM)


def _kept(source: str, name: Identifier, body: bytes, form: str) -> Incoming:
    """The record, checked to be of the paper that was asked for."""
    if len(body) > KEPT_LIMIT:
        raise SourceError("too-large", message(noop("The record of this paper is larger than any paper’s should be.")),
                          PASTE, cause=f"{source} {name}: {len(body)} bytes")
    try:
        record = works.FORMS[form](body)
    except ParseError as problem:
        if form == works.PAGE_FORM:
            raise _unknown(message(noop("This page does not say which paper it is about.")),
                           f"{name[1]}: {problem}") from None
        raise SourceError("malformed", message(noop("The record of {name} cannot be read."),
                                               name=name[1]), PASTE,
                          cause=f"{source} {name}: {problem}") from None
    if name not in record.identifiers:
        raise SourceError("malformed", message(noop("Asked for {name}, the service sent another paper."), name=name[1]),
                          PASTE, cause=f"{source}: asked {name}, got {record.identifiers}")
    return Incoming(source, f"{name[0]}:{name[1]}", body, form, record)


def _shortened(body: bytes) -> bytes:
    """The record without its list of references, which can be a hundred times as long and is not read."""
    try:
        whole = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    work = whole.get("message") if isinstance(whole, dict) else None
    if isinstance(work, dict) and "reference" in work:
        del work["reference"]
        return orjson.dumps(whole)
    return body


def _named(tags: Iterable[list[str]]) -> Identifier | None:
    """The arXiv number or DOI that a page's citation tags name."""
    for wanted, scheme in (("citation_arxiv_id", "arxiv"), ("citation_doi", "doi"), ("dc.identifier", "doi")):
        for key, value in tags:
            if key == wanted:
                try:
                    return identifiers.normalise(scheme, value)
                except ValueError:
                    continue
    return None


def _decoded(answer: Answer) -> str:
    """The page as text: UTF-8, as nearly all are, else Latin-1, in which every byte is a letter."""
    try:
        return answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return answer.body.decode("latin-1")


class _Tags(HTMLParser):
    """Collects the citation tags of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta" or len(self.found) >= _MOST_TAGS:
            return
        given = {name: value or "" for name, value in attrs}
        name = (given.get("name") or given.get("property") or "").lower()
        if name.startswith(_TAGS) and given.get("content"):
            self.found.append([name[:60], given["content"][:_LONGEST_TAG]])


def tags_of(text: str) -> list[list[str]]:
    """``[name, content]`` of the citation tags, in order, names in lower case."""
    parser = _Tags()
    parser.feed(text)
    return parser.found


def _unknown(sentence: str, cause: str) -> SourceError:
    return SourceError("absent", sentence, message(noop("Check what you pasted, or paste the paper’s BibTeX instead.")),
                       cause=cause)
