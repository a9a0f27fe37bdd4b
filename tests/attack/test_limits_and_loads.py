"""Numbers without end, invented addresses and costly texts: nobody gets more than a share, and nothing ends in 500."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import RequestFactory
from tests.support.accounts import site

from broadsheet.web import feed_paging, limits


@pytest.mark.parametrize("page", ["00000199999999999999999", "1" * 4400, "000001" + "9" * 5000, "10001", "-1", "²"])
def test_a_page_of_a_feed_is_a_number_that_a_database_can_hold(page: str, rf: RequestFactory) -> None:
    with pytest.raises(Http404):
        feed_paging.page_of(rf.get("/feeds/front.atom", {"page": page}))


def test_where_proxies_are_named_nobody_else_says_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, trusted_proxies=("10.0.0.1/32",))
    # REMOTE_ADDR is what the named proxy said by then, or who came past it.
    for invented in ("198.51.100.1", "198.51.100.2, 203.0.113.9", ""):
        assert limits.client_in({"REMOTE_ADDR": "10.7.7.7", "HTTP_X_FORWARDED_FOR": invented}) == "10.7.7.7"
