"""What is put into a node before it starts, and where Docker takes it."""

from __future__ import annotations

from dataclasses import replace

from environments import probes
from environments.containers import delivery
from environments.containers.files import by_folder, outermost
from environments.nodes import (
    Attachments,
    File,
    Hardening,
    Mount,
    Node,
    Probes,
    Process,
    Resources,
    SecretFile,
    Storage,
    TcpProbe,
)

NODE = Node(
    name="n-1",
    service="n",
    process=Process(image="acme/x:1"),
    attachments=Attachments(
        networks=(),
        files=(File(path="/etc/x/a", content="a"), File(path="/data/b", content="b")),
        secrets=(SecretFile(secret="s", path="/run/secrets/s"),),
    ),
    storage=Storage(mounts=(Mount(volume="d", path="/data"),)),
    resources=Resources(memory=1),
)


def test_files_go_anywhere_into_a_root_that_can_be_written() -> None:
    assert delivery.folders_of_files(NODE) == ()
    assert delivery.places(NODE) == ("/",)


def test_a_read_only_root_has_a_volume_for_each_folder_of_files_that_is_on_none() -> None:
    node = replace(NODE, hardening=Hardening(read_only=True))
    assert delivery.folders_of_files(node) == ("/etc/x", "/run/secrets")
    assert set(delivery.places(node)) == {"/data", "/etc/x", "/run/secrets"}


def test_only_a_foreign_image_that_is_asked_is_given_the_program() -> None:
    foreign = replace(NODE, process=Process(image="acme/x:1", foreign=True))
    asked = replace(foreign, probes=Probes(ready=TcpProbe(port=1)))
    assert probes.PROGRAM not in delivery.paths(foreign)
    assert probes.PROGRAM in delivery.paths(asked)


def test_a_folder_inside_another_counts_with_it() -> None:
    assert outermost(["/a/b", "/a", "/ab", "/a/b/c"]) == ("/a", "/ab")


def test_a_file_goes_to_the_nearest_folder() -> None:
    files = [("/a/x", b"1", 0o644), ("/a/b/y", b"2", 0o644)]
    assert by_folder(files, ["/", "/a/b"]) == {
        "/": [("a/x", b"1", 0o644)],
        "/a/b": [("y", b"2", 0o644)],
    }
