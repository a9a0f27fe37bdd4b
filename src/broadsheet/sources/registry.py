"""All connectors and the forms their records are stored in. A new source is one module and a line here."""

from __future__ import annotations

from ..catalogue.forms import PARSERS, register
from . import arxiv_records, arxiv_rss, hf_daily, works
from .arxiv_oai import ArxivOai
from .arxiv_rss import ArxivRss
from .connector import Connector
from .hf_daily import HfDaily

__all__ = ["CONNECTORS", "PARSERS", "connector", "register_forms"]

CONNECTORS: dict[str, Connector] = {one.name: one for one in (ArxivRss(), HfDaily(), ArxivOai())}


def register_forms() -> None:
    """Make the stored records of all connectors readable; called when Django starts."""
    register(arxiv_records.RAW_FORM, arxiv_records.parse_record)
    register(arxiv_records.ARXIV_FORM, arxiv_records.parse_record)
    register(arxiv_rss.FORM, arxiv_rss.parse_item)
    register(hf_daily.FORM, hf_daily.parse_entry)
    for form, parser in works.FORMS.items():
        register(form, parser)


def connector(name: str) -> Connector:
    """The connector called ``name``; raises KeyError, which only a row of a newer version can cause."""
    return CONNECTORS[name]
