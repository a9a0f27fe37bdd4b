"""What may be shown of an abstract: all of it, or its first sentences, as its source allows."""

from __future__ import annotations

from ..text import sentences

EXCERPT = 300  # letters of a members-only abstract that anybody may see


def may_show(rights: str, member: bool) -> bool:
    """Whether the whole abstract may stand before this visitor. ``rights``: public, members or excerpt."""
    return rights == "public" or (rights == "members" and member)


def shown(abstract: str, rights: str, member: bool) -> str:
    """All of the abstract, else its first sentence or sentences up to ``EXCERPT`` letters."""
    if may_show(rights, member) or len(abstract) <= EXCERPT // 2:
        return abstract
    kept = ""
    for sentence in sentences.split(abstract):
        if len(kept) + len(sentence) > EXCERPT:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or f"{abstract[:EXCERPT].rsplit(' ', 1)[0]} …"
