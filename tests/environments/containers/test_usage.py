"""What a node uses, read from control groups of both versions."""

from __future__ import annotations

from pathlib import Path

from environments.containers.usage import Usage, found

ID = "2b55918711859bae"
SPLIT = [
    f"9:name=systemd:/docker/{ID}",
    f"4:memory:/docker/{ID}",
    f"2:cpu,cpuacct:/docker/{ID}",
    f"0::/docker/{ID}",
]
UNIFIED = [f"0::/system.slice/docker-{ID}.scope"]


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)


def test_a_unified_group_tells_cpu_and_memory(tmp_path: Path) -> None:
    write(
        tmp_path / f"system.slice/docker-{ID}.scope",
        cpu__stat="usage_usec 1500\nuser_usec 1000\n", memory__current="1000\n", memory__max="max\n",
        memory__stat="anon 5\ninactive_file 300\n",
    )  # fmt: skip
    group = found(UNIFIED, ID, root=tmp_path)
    assert group is not None
    assert group.read() == Usage(cpu=1_500_000, memory=700, memory_limit=None)


def test_a_split_group_tells_the_same(tmp_path: Path) -> None:
    write(tmp_path / "cpuacct/docker" / ID, cpuacct__usage="1500000\n")
    write(
        tmp_path / "memory/docker" / ID, memory__usage_in_bytes="1000", memory__limit_in_bytes="4096",
        memory__stat="total_inactive_file 300\n",
    )  # fmt: skip
    group = found(SPLIT, ID, root=tmp_path)
    assert group is not None
    assert group.read() == Usage(cpu=1_500_000, memory=700, memory_limit=4096)


def test_a_group_that_is_gone_tells_nothing(tmp_path: Path) -> None:
    group = found(UNIFIED, ID, root=tmp_path)
    assert group is not None
    assert group.read() is None


def test_a_process_of_another_container_is_not_taken_for_this_one(tmp_path: Path) -> None:
    assert found(UNIFIED, "another", root=tmp_path) is None
