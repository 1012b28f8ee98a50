"""Why nobody is let in is known by SQLSTATE, whatever language a server speaks. A socket plays the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from anonymizer.postgres import logins
from anonymizer.postgres.connections import connect
from foundation.errors import InputError, PeakproofError, Unavailable

GERMAN = 'Passwort-Authentifizierung für Benutzer "x" fehlgeschlagen'
FRENCH = "la base de données « x » n'existe pas"


@contextmanager
def refusing(state: str, severity: str, words: str) -> Iterator[str]:
    """A server that lets nobody in, and says so in its own language: the DSN of it."""
    fields = (b"S" + severity.encode(), b"VFATAL", b"C" + state.encode(), b"M" + words.encode())
    body = b"".join(field + b"\0" for field in fields) + b"\0"
    answer = b"E" + (len(body) + 4).to_bytes(4, "big") + body
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_refused, args=(listening, answer), daemon=True)
        thread.start()
        place = f"host=127.0.0.1 port={listening.getsockname()[1]} dbname=x user=x"
        yield f"{place} sslmode=disable gssencmode=disable"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)


def _refused(listening: socket.socket, answer: bytes) -> None:
    while True:
        try:
            caller, _ = listening.accept()
        except OSError:
            return
        with caller:
            caller.recv(4096)
            caller.sendall(answer)


@pytest.mark.parametrize(
    ("state", "severity", "words", "kind", "hint"),
    [
        ("28P01", "FATAL", GERMAN, InputError, "check service, user, password"),
        ("3D000", "FATAL", FRENCH, InputError, "check service, user, password"),
        ("28000", "ВАЖНО", "роль не существует", InputError, "check service, user, password"),
        ("53300", "FATAL", "tut mir leid, schon zu viele Verbindungen", Unavailable, "eight connections"),
        ("57P03", "FATAL", "das Datenbanksystem startet", Unavailable, "that the server runs"),
    ],
)
def test_a_refused_login_is_told_apart_in_every_language(
    state: str, severity: str, words: str, kind: type[PeakproofError], hint: str
) -> None:
    with refusing(state, severity, words) as dsn, pytest.raises(kind) as told:
        connect(dsn, "source")
    assert type(told.value) is kind
    assert hint in str(told.value.hint)
    assert str(told.value).startswith("source x on 127.0.0.1:")


def test_who_does_not_answer_has_no_state() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert logins.state(f"host=127.0.0.1 port={port} dbname=x user=x") is None
