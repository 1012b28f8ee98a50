"""A host in a box sees this machine's control groups and makes no hierarchy that the machine has not."""

from __future__ import annotations

from playbooks.sandbox.cgroups import mounts

CONTROLLERS = """#subsys_name\thierarchy\tnum_cgroups\tenabled
cpu\t1\t2\t1
memory\t4\t2\t1
perf_event\t0\t2\t1
net_cls\t0\t2\t1
net_prio\t0\t2\t1
rdma\t0\t2\t0
"""
FIRST = """tmpfs /sys/fs/cgroup tmpfs ro 0 0
cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
"""


def test_of_cgroup_1_each_hierarchy_is_given_and_what_nobody_mounted_is_covered() -> None:
    found = mounts(FIRST, CONTROLLERS)
    given = [bind.split(":")[0] for bind in found.binds]
    assert given == [f"/sys/fs/cgroup/{name}" for name in ("cpu", "memory", "systemd", "unified")]
    assert found.tmpfs == {
        "/sys/fs/cgroup": "mode=755",
        "/sys/fs/cgroup/net_cls,net_prio": "ro",
        "/sys/fs/cgroup/perf_event": "ro",
    }


def test_the_machines_own_folder_is_never_given_whole_where_it_is_no_hierarchy() -> None:
    assert "/sys/fs/cgroup:/sys/fs/cgroup:rw" not in mounts(FIRST, CONTROLLERS).binds


def test_cgroup_2_is_one_hierarchy() -> None:
    found = mounts("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n", CONTROLLERS)
    assert (found.binds, found.tmpfs) == (("/sys/fs/cgroup:/sys/fs/cgroup:rw",), {})
