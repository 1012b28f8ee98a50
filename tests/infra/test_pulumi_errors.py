"""What engine and plugin say, in our words: one table of all that is known."""

from __future__ import annotations

import pytest
from pulumi.automation import CommandResult
from pulumi.automation.errors import CommandError, create_command_error

from foundation.errors import ExitCode
from infra.pulumi_errors import Locked, NodeFailed, Said, StillLeaving, meaning


def failed(stderr: str) -> CommandError:
    return create_command_error(CommandResult(stdout="", stderr=stderr, code=255))


LOCKED = "the stack is currently locked by 1 lock(s)\n x.json: created by ann@builder (pid 4711) at today"
TABLE = {
    "no stack": ("error: no stack named 'shop' found", ExitCode.INPUT, "there is no stack 'shop'"),
    "locked": (f"error: {LOCKED}", ExitCode.REFUSED, "process 4711 of ann on builder"),
    "passphrase": ("error: incorrect passphrase", ExitCode.INPUT, "does not open the state of 'shop'"),
    "plugin": (
        "error: no resource plugin 'pulumi-resource-docker' found",
        ExitCode.UNAVAILABLE,
        "Docker plugin .* is not installed",
    ),
    "another plugin": (
        "error: Invalid or unknown key uploads.0.owner",
        ExitCode.UNAVAILABLE,
        "is older than the SDK",
    ),
    "docker": ("error: Cannot connect to the Docker daemon at tcp://", ExitCode.UNAVAILABLE, "Docker"),
    "no encryption": (
        "error: starting: cannot join secure network: required modules to install IPSEC rules are missing",
        ExitCode.UNAVAILABLE,
        "kernel cannot encrypt the networks",
    ),
    "no such folder": (
        'error: unable to open state directory "file:///nowhere": no such file',
        ExitCode.UNAVAILABLE,
        'the state cannot be opened: unable to open state directory "file:///nowhere"',
    ),
    "no such bucket": (
        'stderr: SDK WARN an error of no account\nerror: read ".pulumi/meta.yaml": no credentials',
        ExitCode.UNAVAILABLE,
        'the state cannot be opened: read ".pulumi/meta.yaml": no credentials',
    ),
    "no token": (
        "error: PULUMI_ACCESS_TOKEN must be set for login",
        ExitCode.UNAVAILABLE,
        "the state cannot be opened: PULUMI_ACCESS_TOKEN",
    ),
    "unknown": (
        "something\nerror: the cat sat on it",
        ExitCode.UNAVAILABLE,
        "Pulumi failed while bringing it up: .*the cat sat on it",
    ),
    "nothing": ("", ExitCode.UNAVAILABLE, "Pulumi failed while bringing it up"),
}


@pytest.mark.parametrize(("stderr", "status", "told"), TABLE.values(), ids=TABLE)
def test_what_the_engine_says_in_our_words(stderr: str, status: ExitCode, told: str) -> None:
    error = meaning(failed(stderr), (), name="shop", doing="bringing it up")
    assert error.exit_code == status
    with pytest.raises(type(error), match=told):
        raise error
    assert error.hint


def test_who_holds_the_lock_is_kept() -> None:
    error = meaning(failed(f"error: {LOCKED}"), (), name="shop", doing="it")
    assert isinstance(error, Locked)
    assert [holder.process for holder in error.holders] == [4711]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("prepare-1 ended with status 3", "prepare-1 ended with status 3"),
        ("container failed to be in healthy state", "web-1 was not ready in time"),
    ],
)
def test_a_node_that_failed_is_named(said: str, told: str) -> None:
    error = meaning(
        failed("error: update failed"), [Said(message=said, node="web-1")], name="shop", doing="it"
    )
    assert isinstance(error, NodeFailed)
    assert error.what == told


def test_where_in_our_program_it_came_up_is_kept_from_people() -> None:
    said = Said(
        message="<{%fg 1%}>it broke<{%reset%}>\nTraceback (most recent call last):\n  File x", node="n"
    )
    error = meaning(failed("error: update failed"), [said], name="shop", doing="bringing it up")
    assert error.what == "Pulumi failed while bringing it up: n: it broke"
    assert error.detail == ()


def test_an_overlay_that_a_swarm_has_not_seen_left_yet_is_told_apart_for_it_is_tried_again() -> None:
    said = Said(
        message="rpc error: code = FailedPrecondition desc = network n96a is in use by task q9l0", node="back"
    )
    error = meaning(failed("error: update failed"), [said], name="shop", doing="taking it down")
    assert isinstance(error, StillLeaving)
    assert "network back is still in use" in error.what
    assert "systemctl restart docker" in str(error.hint)
