"""What is sealed to a recipient is opened by its identity and nobody else's."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from anonymizer.datasets import sealing
from foundation.errors import InputError


@pytest.fixture
def qa(tmp_path: Path) -> Path:
    sealing.create(tmp_path / "qa.age")
    return tmp_path / "qa.age"


def test_a_recipient_is_written_or_stands_in_a_file(qa: Path) -> None:
    public = qa.with_name("qa.age.pub")
    assert str(sealing.recipient(str(public))) == str(sealing.recipient(public.read_text().strip()))


def test_only_the_identity_opens_what_was_sealed_to_it(qa: Path) -> None:
    sealed, opened = io.BytesIO(), io.BytesIO()
    sealing.seal(io.BytesIO(b"rows"), sealed, [sealing.recipient(f"{qa}.pub")])
    assert b"rows" not in sealed.getvalue()
    sealed.seek(0)
    sealing.unseal(sealed, opened, sealing.identity(qa), "it")
    assert opened.getvalue() == b"rows"


def test_an_identity_is_its_owners_and_never_shown(qa: Path, tmp_path: Path) -> None:
    assert qa.stat().st_mode & 0o777 == 0o600
    (tmp_path / "broken").write_text("AGE-SECRET-KEY-1WRONG")
    with pytest.raises(InputError, match="holds no age identity") as refused:
        sealing.identity(tmp_path / "broken")
    assert "WRONG" not in str(refused.value)


@pytest.mark.parametrize("written", ["age1nobody", "no-such-file"])
def test_what_is_no_recipient_is_refused(written: str) -> None:
    with pytest.raises(InputError, match=r"no recipient|cannot be read"):
        sealing.recipient(written)
