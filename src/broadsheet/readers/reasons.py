"""Why a stream takes a paper, in one line; spoken in the language of whoever reads."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ..spoken import sentence


@sentence("stream")
def of_stream(words: Sequence[str], near: str) -> str:
    """The wanted words that it says, and the title that it is near to; one of them may be empty."""
    quoted = ", ".join(_("“{word}”").format(word=one) for one in words)
    if not near:
        return _("Says {words}").format(words=quoted)
    if not words:
        return _("Near “{title}”").format(title=near)
    return _("Says {words}; near “{title}”").format(words=quoted, title=near)


@sentence("stream category")
def inside(category: str) -> str:
    """The category that lies in one of the stream's."""
    return _("In {category}").format(category=category)
