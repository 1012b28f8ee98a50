"""A target whose disk is full for real: told with the table, and gone on with once there is room."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from foundation import receipts
from foundation.errors import Refused, Unavailable
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.postgres.own_servers import SMALL, Own
from tests.anonymizer.postgres.test_resume import SCHEMA, Copy

pytestmark = pytest.mark.integration


def test_the_same_command_finishes_when_the_target_s_disk_has_room_again(
    own_server: Own, make_database: MakeDatabase, tmp_path: Path
) -> None:
    target = own_server.database("narrow", SCHEMA, where="small")
    copy = Copy(make_database, tmp_path, 4_000, target=target)
    # What is left is less than the notes take.
    own_server.shell(
        f"head -c $(( $(df --output=avail -B1 {SMALL} | tail -1) - 1500000 )) /dev/zero > {SMALL}/x"
    )
    with pytest.raises(Unavailable, match=r"^target, (people|notes).*: the server's disk is full") as refused:
        copy.run()
    assert not any(word in f"{refused.value} {refused.value.hint}" for word in ("firma.pl", "a word or two"))
    with psycopg.connect(target) as connection, pytest.raises(Refused, match="was not finished"):
        receipts.require(connection)
    own_server.shell(f"rm {SMALL}/x")
    assert copy.run().verified
    assert copy.same_as_a_single_run()
