"""What MariaDB's error numbers mean: 69 only where the same can succeed later, and no value is repeated."""

from __future__ import annotations

import socket

import pymysql
import pytest

from anonymizer.mariadb import connections
from anonymizer.mariadb.connections import translated
from foundation.errors import InputError, PeakproofError, Unavailable


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1054, InputError),
        (1146, InputError), (1064, InputError), (1290, InputError), (1062, InputError), (1406, InputError),
        (1142, InputError), (1040, Unavailable), (1053, Unavailable), (1205, Unavailable),
        (1213, Unavailable), (2013, Unavailable), (2003, Unavailable), (1021, Unavailable),
    ],
)  # fmt: skip
def test_only_what_may_succeed_later_says_so(code: int, kind: type[PeakproofError]) -> None:
    with pytest.raises(PeakproofError) as told, translated("target, people"):
        raise pymysql.err.OperationalError(code, "words that may quote a row")
    assert type(told.value) is kind
    assert str(told.value).startswith("target, people: ")
    assert told.value.hint
    assert "quote" not in f"{told.value} {told.value.hint}"


def test_a_server_that_never_greets_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a PostgreSQL, which waits for its client to begin."""
    monkeypatch.setattr(connections, "_PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"mysql://me:secret@127.0.0.1:{silent.getsockname()[1]}/shop"
        with pytest.raises(Unavailable, match="nobody answers") as told, connections.session(dsn, "source"):
            pass
    assert "a MariaDB or MySQL server" in (told.value.hint or "")
