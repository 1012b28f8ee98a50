"""How far a run has come, kept in the target beside its receipt: which chunks stand there.

A chunk's rows and its mark are committed together. Where a chunk ends is a key of the source: it is stored
encrypted under a key of the run.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anonymizer.mariadb import chunks
from anonymizer.mariadb.chunks import Chunk
from anonymizer.mariadb.connections import Session, Value
from anonymizer.mariadb.schema import CHUNK
from anonymizer.pseudonyms.keys import Key

_NONCE = 12


@dataclass(frozen=True, kw_only=True)
class Written:
    """A chunk that stands in the target: how many rows, and the keyed digest of what was sent."""

    chunk: Chunk
    rows: int
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The marks of one run in its target. The caller commits what changes them."""

    target: Session
    key: Key

    def of(self, table: str) -> list[Written]:
        """The table's chunks in order: each begins where the one before it ends."""
        rows = self.target.rows(
            f"SELECT number, first_key, end_key, row_count, digest FROM {CHUNK} "  # noqa: S608 - a name of ours
            "WHERE table_name = %s ORDER BY number",
            [table],
        )
        return [
            Written(
                chunk=Chunk(
                    table=table, number=int(number or 0), first=self._opened(first), end=self._opened(end)
                ),
                rows=int(count or 0), digest=_bytes(digest),
            )
            for number, first, end, count, digest in rows
        ]  # fmt: skip

    def put(self, written: Written) -> None:
        """Marks a chunk, in the transaction that writes its rows."""
        chunk = written.chunk
        values = [self._sealed(chunk.first), self._sealed(chunk.end), written.rows, written.digest.hex()]
        self.target.do(
            f"REPLACE INTO {CHUNK} VALUES (%s, %s, %s, %s, %s, %s)",  # noqa: S608 - a name of ours
            [chunk.table, chunk.number, *values],
        )

    def forget(self, chunk: Chunk) -> None:
        """Takes the mark of a chunk away, in the transaction that removes its rows."""
        self.target.do(
            f"DELETE FROM {CHUNK} WHERE table_name = %s AND number = %s",  # noqa: S608 - a name of ours
            [chunk.table, chunk.number],
        )

    def forget_all(self, table: str) -> None:
        self.target.do(f"DELETE FROM {CHUNK} WHERE table_name = %s", [table])  # noqa: S608 - a name of ours

    def _sealed(self, key: chunks.Key | None) -> str | None:
        if key is None:
            return None
        nonce = secrets.token_bytes(_NONCE)
        return (nonce + AESGCM(self.key.aes()).encrypt(nonce, json.dumps(key).encode(), None)).hex()

    def _opened(self, sealed: Value) -> chunks.Key | None:
        if sealed is None:
            return None
        content = _bytes(sealed)
        return tuple(json.loads(AESGCM(self.key.aes()).decrypt(content[:_NONCE], content[_NONCE:], None)))


def _bytes(written: Value) -> bytes:
    """What stands there in hexadecimal: bytes of the driver's need backslashes, which the session lacks."""
    assert isinstance(written, bytes)  # every text comes as bytes
    return bytes.fromhex(written.decode())


def begin(target: Session) -> None:
    """Nothing is written yet. Making the table commits what is under way."""
    target.do(_CREATE)


def exists(target: Session) -> bool:
    """Whether a run has begun and not ended."""
    return bool(
        target.one(
            "SELECT COUNT(*) FROM information_schema.TABLES "
            "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
            [CHUNK],
        )
    )


def end(target: Session) -> None:
    """Forgets it all: the copy is whole, or it was undone."""
    target.do(f"DROP TABLE IF EXISTS {CHUNK}")


_CREATE = f"""
CREATE TABLE {CHUNK} (
    table_name varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    number int NOT NULL,
    first_key text,
    end_key text,
    row_count bigint NOT NULL,
    digest char(32) NOT NULL,
    PRIMARY KEY (table_name, number)
) ENGINE = InnoDB
"""
