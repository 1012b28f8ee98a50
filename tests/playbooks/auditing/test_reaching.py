"""What ssh, sudo and Python say when they refuse becomes an error that says who did."""

from __future__ import annotations

import json

import pytest

from foundation.errors import PeakproofError, Refused, Unavailable
from playbooks.auditing import reaching

HOST = "automation@box-1"


def test_the_sections_are_what_the_script_printed() -> None:
    printed = json.dumps({"sections": {"sshd": {"value": "port 22"}}})
    assert reaching.answered(0, printed, "", HOST) == {"sshd": {"value": "port 22"}}


@pytest.mark.parametrize(
    ("status", "printed", "said", "kind", "word"),
    [
        (1, "", "sudo: a password is required\n", Unavailable, "refuses sudo"),
        (1, "", "sudo: python3: command not found\n", Unavailable, "no python3"),
        (
            255,
            "",
            "ssh: connect to host box-1 port 22: Connection refused\n",
            Unavailable,
            "cannot be reached",
        ),
        (255, "", "automation@box-1: Permission denied (publickey).\n", Unavailable, "refuses the login"),
        (255, "", "REMOTE HOST IDENTIFICATION HAS CHANGED!\n", Refused, "another host key"),
        (0, "Welcome to box-1\n", "", Unavailable, "something else than evidence"),
        (0, "[]", "", Unavailable, "something else than evidence"),
        (137, "", "Killed\n", Unavailable, "ended with 137"),
    ],
)
def test_whatever_fails_is_named(
    status: int, printed: str, said: str, kind: type[PeakproofError], word: str
) -> None:
    with pytest.raises(kind, match=word):
        reaching.answered(status, printed, said, HOST)


def test_what_to_try_by_hand_reads_the_sites_own_settings() -> None:
    with pytest.raises(Unavailable) as caught:
        reaching.answered(255, "", "Connection refused", HOST, ["-F", "/etc/site/ssh_config"])
    assert f"ssh -F /etc/site/ssh_config {HOST}" in str(caught.value.hint)
