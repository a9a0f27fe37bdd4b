"""How much a test tries: small counts for `make test`, full ones for `make soak` (HYPOTHESIS_PROFILE ci or soak)."""

from __future__ import annotations

import os

from hypothesis import settings

FULL = 20  # times the small count

settings.register_profile("ci", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("soak", max_examples=100 * FULL, deadline=None, print_blob=True)


def load_profile() -> str:
    """Load the profile that HYPOTHESIS_PROFILE names, else ``ci``. An unknown name ends the run with its own words."""
    name = os.environ.get("HYPOTHESIS_PROFILE") or "ci"
    settings.load_profile(name)
    return name


def examples(small: int, full: int | None = None) -> int:
    """``small`` examples in `make test`; ``full`` ones (else 20 times as many) in `make soak`."""
    if settings.get_current_profile_name() != "soak":
        return small
    return small * FULL if full is None else full
