"""What is said of a node that failed: which capability it seems to want, and else where to look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from environments.containers import hints
from environments.nodes import Attachments, Hardening, Mount, Node, Process, Resources, Storage

NODE = Node(
    name="n-1",
    service="n",
    process=Process(image="acme/x:1", foreign=True),
    attachments=Attachments(networks=()),
    resources=Resources(memory=1),
)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("chown: /var/cache/nginx: Operation not permitted", "[CHOWN]"),
        (
            'nginx: [emerg] chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)',
            "CHOWN",
        ),
        ("gosu: operation not permitted", "[SETGID, SETUID]"),
        ("error: failed switching to 'postgres': operation not permitted", "SETGID, SETUID"),
        ("setgid(101) failed (1: Operation not permitted)", "SETGID, SETUID"),
        ("chown: cannot read directory '/data': Permission denied", "[CHOWN, DAC_OVERRIDE]"),
        ("mkdir: cannot create directory '/data/x': Permission denied", "[DAC_OVERRIDE]"),
        ("bind: permission denied", "[NET_BIND_SERVICE]"),
    ],
)
def test_a_capability_that_it_seems_to_want_is_named(line: str, named: str) -> None:
    assert named in hints.for_failure(NODE, ["starting", line])


def test_one_that_it_has_is_not_named_again() -> None:
    node = replace(NODE, hardening=Hardening(capabilities=("CHOWN",)))
    assert "capabilities" not in hints.for_failure(node, ["chown: Operation not permitted"])


def test_what_it_has_stands_in_what_is_to_be_written() -> None:
    node = replace(NODE, hardening=Hardening(capabilities=("SETGID", "CHOWN")))
    said = hints.for_failure(node, ["chmod: changing permissions of '/data': Operation not permitted"])
    assert "try `capabilities: [CHOWN, FOWNER, SETGID]`" in said
    assert "often wants all of [CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID]" in said


def test_a_read_only_root_is_told_as_such() -> None:
    node = replace(NODE, hardening=Hardening(read_only=True))
    assert "`tmpfs` or `volumes`" in hints.for_failure(node, ["open /tmp/x: Read-only file system"])


def test_a_volume_that_its_user_cannot_write_is_told_as_such() -> None:
    node = replace(
        NODE,
        process=replace(NODE.process, user="1000"),
        storage=Storage(mounts=(Mount(volume="n-1-data", path="/data"),)),
    )
    said = hints.for_failure(node, ["mkdir: cannot create directory '/data/x': Permission denied"])
    assert "a new volume at /data is root's" in said


def test_an_image_that_says_nothing_is_to_be_tried_by_hand() -> None:
    assert "docker run --cap-drop ALL acme/x:1" in hints.for_failure(NODE, [])


def test_an_image_of_ours_is_mended_by_its_log() -> None:
    node = replace(NODE, process=Process(image="shop/app"))
    assert "mend what the end of its log says" in hints.for_failure(node, ["chown: Operation not permitted"])
