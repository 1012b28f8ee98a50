"""No secret comes out of a run, whatever a task prints."""

from __future__ import annotations

import json

from foundation.secrets import Secret
from playbooks.running.scrubbing import Scrubber, secrets_of
from playbooks.specs import Option

KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nAoIBAQC7\n-----END KEY-----\n"


def test_secrets_are_what_says_so_and_what_a_role_keeps_back() -> None:
    known = {
        "logs_token": Option(role="logs", secret=True),
        "logs_users": Option(
            role="logs",
            type="list",
            elements="dict",
            options={"name": Option(role="logs"), "seed": Option(role="logs", secret=True)},
        ),
        "logs_keys": Option(role="logs", type="list", secret=True),
        "logs_host": Option(role="logs"),
    }
    hosts: dict[str, dict[str, object]] = {
        "a": {"logs_token": "t0ken", "logs_host": "plain", "other": {"deep": [Secret("deep")]}},
        "b": {"logs_users": [{"seed": "s33d", "name": "anna"}], "logs_keys": ["k3y"]},
    }
    assert secrets_of(hosts, known) == {"t0ken", "deep", "s33d", "k3y"}


def test_they_are_taken_out_of_everything() -> None:
    scrubber = Scrubber(["t0ken", "t0ken-and-more", KEY])
    event = {"res": {"stdout": "a t0ken-and-more", "lines": ["t0ken", 1, None], "cmd": KEY}, "n": 3}
    assert scrubber.value(event) == {
        "res": {"stdout": "a ***", "lines": ["***", 1, None], "cmd": "***"},
        "n": 3,
    }


def test_a_key_is_found_in_json_and_in_a_diff() -> None:
    scrubber = Scrubber([KEY])
    assert "MIIE" not in scrubber.text(json.dumps({"content": KEY}))
    assert "MIIE" not in scrubber.text("\n".join(f"+{line}" for line in KEY.splitlines()))


def test_what_is_too_short_to_be_one_is_left() -> None:
    assert Scrubber(["", "on", "abc"]).text("one abc") == "one abc"
