"""The codes that the tests type are those of the standard."""

from __future__ import annotations

from base64 import b32encode

import pytest

from tests.playbooks.roles.logging_in import code


@pytest.mark.parametrize(
    ("at", "digits"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(at: float, digits: str) -> None:
    assert code(b32encode(b"12345678901234567890").decode(), at) == digits
