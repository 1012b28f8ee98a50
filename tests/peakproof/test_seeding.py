"""What journeys draw from: rows of the seeded database, as the platform's own SQL gives them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof import season, seeding
from peakproof.season import Season
from tests.peakproof.kiosks import TINY
from tests.servers import Server

pytestmark = pytest.mark.integration


@pytest.fixture
def dsn(postgres_server: Server) -> Secret:
    """A store with two members and no show."""
    name = f"feeds_{uuid4().hex[:12]}"
    postgres_server.create_database(name)
    with psycopg.connect(postgres_server.dsn(name)) as connection:
        connection.execute((TINY / "kiosk" / "app" / "kiosk" / "tables.sql").read_bytes())
        connection.execute(
            """INSERT INTO members VALUES (1, 'Ada "A", Lis', 'a@x', 9), (2, 'Zoë', 'z@x', 9)"""
        )
    return Secret(postgres_server.dsn(name))


def kiosk(**feeds: str) -> Season:
    """The tiny platform's season with these feeds."""
    loaded = season.load("./season.yaml", beside=TINY)
    written = loaded.platform.written.model_copy(update={"feeds": feeds})
    return replace(loaded, platform=replace(loaded.platform, written=written))


def test_a_feed_is_a_csv_file_with_a_heading(dsn: Secret) -> None:
    plan = kiosk(members="SELECT number AS member, full_name AS name FROM members ORDER BY 1")
    ((path, content, _),) = seeding.feeds(plan, dsn, "/load/feeds")
    assert path == "/load/feeds/members.csv"
    assert list(csv.DictReader(io.StringIO(content.decode()))) == [
        {"member": "1", "name": 'Ada "A", Lis'},
        {"member": "2", "name": "Zoë"},
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT number FROM shows", "the feed 'members' has no rows"),
        ("SELECT number FROM nowhere", 'relation "nowhere" does not exist'),
        ("DELETE FROM members RETURNING number", "read-only"),
    ],
)
def test_a_feed_that_journeys_cannot_live_on_is_told_with_its_line(
    dsn: Secret, query: str, expected: str
) -> None:
    with pytest.raises(InputError, match=expected) as raised:
        list(seeding.feeds(kiosk(members=query), dsn, "/load/feeds"))
    lines = (TINY / "kiosk" / "platform.yaml").read_text().splitlines()
    assert raised.value.where is not None
    assert lines[int(raised.value.where.rpartition(":")[2]) - 1].strip().startswith("members:")
