"""What an index says, as plain values, so that two indexes can be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tantivy

from broadsheet.search import schema
from broadsheet.search.reader import IndexReader, Snapshot


def rows_with(snapshot: Snapshot, word: str) -> set[int]:
    """Rows whose title or abstract holds ``word``, by the words alone and whatever the columns say."""
    found: set[int] = set()
    for term in schema.stems(word):
        for field in (schema.F_TITLE, schema.F_ABSTRACT):
            query = tantivy.Query.term_query(snapshot.schema, field, term, index_option="freq")
            hits = [address for _, address in snapshot.searcher.search(query, 10_000).hits]
            found.update(int(row) for row in snapshot.searcher.fast_field_values(schema.F_ROW, hits))
    return found


def all_rows(snapshot: Snapshot) -> list[int]:
    """Every row in the words, doubles included, sorted."""
    hits = [a for _, a in snapshot.searcher.search(schema.all_papers(snapshot.schema), 100_000).hits]
    return sorted(int(row) for row in snapshot.searcher.fast_field_values(schema.F_ROW, hits)) if hits else []


def contents(index_dir: Path, words: tuple[str, ...]) -> dict[str, Any]:
    """All that can be found: rows, postings of ``words``, and every column of every live row."""
    snapshot = IndexReader(index_dir).refresh()
    columns = snapshot.columns
    live = [int(row) for row in columns.live.nonzero()[0]]
    return {
        "rows": all_rows(snapshot),
        "postings": {word: rows_with(snapshot, word) for word in words},
        "live": live,
        "columns": {
            row: (
                columns.vectors[row].tobytes(), columns.codes[row].tobytes(), float(columns.scales[row]),
                int(columns.kind[row]), int(columns.hashes[row]), int(columns.days[row]), int(columns.votes[row]),
                [columns.category_names[code] for code in columns.categories[row] if code],
            )
            for row in live
        },
    }
