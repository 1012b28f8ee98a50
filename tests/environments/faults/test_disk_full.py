"""disk-full: only disks of a size of their own are filled, to the last byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from environments.faults import disk_full
from environments.faults.fault import Script
from environments.nodes import Storage
from tests.environments.faults.cases import TOPOLOGY, described, options


def test_it_fills_the_disk_where_it_is_mounted_and_gives_it_back() -> None:
    fault = described({"disk-full": "api-1"})
    assert isinstance(fault.apply, Script)
    assert isinstance(fault.undo, Script)
    filler = "/var/lib/api-1/.peakproof-disk-full"
    assert fault.apply.bash.count(f"of={filler}") == 2
    assert fault.undo.bash == f"rm -f {filler}"
    assert (fault.post.volumes, fault.post.socket, fault.post.network) == (True, False, False)


@pytest.mark.parametrize(
    ("node", "said"), [("api-1", []), ("api-2", ["api-2 has no disk of a size of its own"])]
)
def test_a_disk_that_is_this_machine_s_is_not_filled(node: str, said: list[str]) -> None:
    written = options({"disk-full": node})
    assert isinstance(written, disk_full.DiskFullOptions)
    found = list(disk_full.problems(written, TOPOLOGY, (TOPOLOGY.node(node),)))
    assert [what.partition(":")[0] for _, what, _ in found] == said


@pytest.mark.parametrize(
    ("image", "kept", "hint"),
    [
        ("postgres", True, "write `disk: 2GiB` under 'api' of the definition"),
        ("minio/minio:1", True, "write `volumes: {data: {path: /var/lib/api-2, size: 2GiB}}` under 'api'"),
        ("shop/app", True, "write `volumes: {data: {path: /var/lib/api-2, size: 2GiB}}` under 'api'"),
        ("minio/minio:1", False, "it keeps nothing on a disk"),
    ],
)
def test_how_a_disk_gets_a_size_is_told_as_the_kind_has_it(image: str, kept: bool, hint: str) -> None:
    written, node = options({"disk-full": "api-2"}), TOPOLOGY.node("api-2")
    assert isinstance(written, disk_full.DiskFullOptions)
    node = replace(node, process=replace(node.process, image=image))
    node = node if kept else replace(node, storage=Storage())
    ((_, _, told),) = disk_full.problems(written, TOPOLOGY, (node,))
    assert (told or "").startswith(hint)
