"""A rehearsal on data that was published elsewhere: neither source nor key is needed here."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

import anonymizer
from anonymizer.audit import signing
from anonymizer.datasets import publishing, sealing
from anonymizer.pseudonyms import keys
from foundation.errors import InputError
from peakproof import season, seeding
from tests.peakproof.kiosks import TINY, Plan, rehearse, written
from tests.servers import Server

DATA = {"source": "dataset", "file": "kiosk.dataset", "identity": "qa.age", "signer": "audit.pem.pub"}


def published(server: Server, folder: Path) -> None:
    """The kiosk's sample as a dataset in `folder`, with the keys that open and check it."""
    source, scratch = (database(server, role) for role in ("source", "scratch"))
    anonymizer.load_sample(TINY / "kiosk" / "sample.py", 50, 7, source, folder / "cache")
    signing.create(folder / "audit.pem")
    recipient = sealing.recipient(sealing.create(folder / "qa.age"))
    publishing.publish(
        source,
        scratch,
        anonymizer.load_policy(TINY / "kiosk" / "policy.yaml"),
        keys.ephemeral(),
        publishing.Vouching(signer=signing.private_key(folder / "audit.pem"), recipients=[recipient]),
        folder / "kiosk.dataset",
        progress=lambda *_: None,
        told=lambda _: None,
    )


def database(server: Server, role: str) -> str:
    name = f"kiosk_{role}_{uuid4().hex[:8]}"
    server.create_database(name)
    with psycopg.connect(server.dsn(name)) as connection:
        connection.execute((TINY / "kiosk" / "app" / "kiosk" / "tables.sql").read_bytes())
    return server.dsn(name)


@pytest.mark.quiet
@pytest.mark.integration
def test_a_platform_is_rehearsed_on_what_was_published(postgres_server: Server, tmp_path: Path) -> None:
    published(postgres_server, tmp_path)
    ran = rehearse(written(tmp_path, "dataset", Plan(data=DATA)))
    assert ran.exit_code == 0, ran.stderr
    data = ran.results.data
    assert data is not None
    assert (data.source, data.verified) == ("kiosk.dataset", True)
    assert data.rows == data.size > 50
    assert data.masked_columns


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"source": "dataset", "file": "a.dataset"}, "a dataset needs identity, signer"),
        ({"source": "sample", "signer": "a.pub"}, "a sample has no signer"),
        ({**DATA, "size": "10 members"}, "the size that was published"),
    ],
)
def test_what_a_source_does_not_go_with_is_told(
    tmp_path: Path, data: dict[str, object], expected: str
) -> None:
    with pytest.raises(InputError) as refused:
        season.load(str(written(tmp_path, "dataset", Plan(data=data)).path), beside=tmp_path)
    assert expected in str([problem.what for problem in refused.value.problems])


def test_keys_and_file_are_looked_at_before_anything_is_started(tmp_path: Path) -> None:
    signing.create(tmp_path / "audit.pem")
    path = str(written(tmp_path, "dataset", Plan(data=DATA)).path)
    with pytest.raises(InputError) as refused:
        season.load(path, beside=tmp_path)
    missing = [problem.what for problem in refused.value.problems]
    assert missing == [f"there is no file {tmp_path / name}" for name in ("kiosk.dataset", "qa.age")]
    (tmp_path / "kiosk.dataset").write_bytes(b"no dataset")
    (tmp_path / "qa.age").write_bytes(b"no key")
    plan = season.load(path, beside=tmp_path)
    with pytest.raises(InputError, match=r"qa\.age"):
        seeding.check(plan)
    (tmp_path / "qa.age").unlink()
    sealing.create(tmp_path / "qa.age")
    (tmp_path / "kiosk.dataset").unlink()  # gone since the plan was read
    with pytest.raises(InputError, match="no such dataset"):
        seeding.check(plan)
