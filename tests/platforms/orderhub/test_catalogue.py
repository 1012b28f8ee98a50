"""Pages of the catalogue are read at most once in a second."""

from __future__ import annotations

import pytest
from cachetools import TTLCache


@pytest.mark.anyio
async def test_a_page_is_read_again_only_when_it_is_a_second_old(monkeypatch: pytest.MonkeyPatch) -> None:
    from orderhub import catalogue

    read: list[int] = []

    async def page(_pool: object, *, after: int, limit: int) -> bytes:
        read.append(after)
        return f"{after}/{limit}".encode()

    now = 0.0
    monkeypatch.setattr(catalogue, "page", page)
    pages = catalogue.Pages(pool=None)  # type: ignore[arg-type]  # nothing here reaches the database
    pages._fresh = TTLCache(maxsize=8, ttl=catalogue.FRESH, timer=lambda: now)
    assert [await pages.page(after=after, limit=20) for after in (0, 0, 20)] == [b"0/20", b"0/20", b"20/20"]
    assert read == [0, 20]
    now = 1.5
    await pages.page(after=0, limit=20)
    assert read == [0, 20, 0]
