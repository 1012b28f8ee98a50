"""Every key that a service of the Compose specification has, and what becomes of it. A literal table.

docs/compose.md is held to it by a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Key:
    """What becomes of a key: `taken`, `met` in another way or without loss, or `lost`; and why."""

    fate: Literal["taken", "met", "lost"]
    why: str
    hint: str = ""
    harmless: tuple[str, ...] = ()


def _taken(why: str) -> Key:
    return Key(fate="taken", why=why)


def _met(why: str) -> Key:
    return Key(fate="met", why=why)


def _lost(why: str, hint: str = "", *, harmless: tuple[str, ...] = ()) -> Key:
    """`harmless`: values of which nothing has to be told."""
    return Key(fate="lost", why=why, hint=hint, harmless=harmless)


_OPEN = "no node shares anything with the machine that it runs on"
_FALSE = ("false", "no", "off", "0", "")

KEYS: Mapping[str, Key] = {
    "annotations": _met("labels say nothing to a program"),
    "attach": _met("`env logs` shows every node"),
    "blkio_config": _lost("no limit of disks", "`disk` of a database limits its size"),
    "build": _taken("`image`, or `images` of platform.yaml; what `env up` cannot build is built by Compose"),
    "cap_add": _taken("`capabilities`"),
    "cap_drop": _met("all are dropped but `capabilities`"),
    "cgroup": _lost(_OPEN, harmless=("private",)),
    "cgroup_parent": _lost(_OPEN),
    "command": _taken("`command`, split as Compose splits it"),
    "configs": _taken("`files`: the file beside the definition, or what `content` says"),
    "container_name": _met("a node is called after its service; where others say the name, it is an alias"),
    "cpu_count": _lost("only memory is limited"),
    "cpu_percent": _lost("only memory is limited"),
    "cpu_period": _lost("only memory is limited"),
    "cpu_quota": _lost("only memory is limited"),
    "cpu_rt_period": _lost("only memory is limited"),
    "cpu_rt_runtime": _lost("only memory is limited"),
    "cpu_shares": _lost("only memory is limited"),
    "cpus": _lost("only memory is limited"),
    "cpuset": _lost("only memory is limited"),
    "credential_spec": _lost("it is for Windows"),
    "depends_on": _taken("`needs`: it starts when they are ready, or done (`lifecycle: once`)"),
    "deploy": _taken("`memory` of `resources.limits`, `nodes` of `replicas`"),
    "develop": _met("it is for watching sources"),
    "device_cgroup_rules": _lost(_OPEN),
    "devices": _lost(_OPEN, "stand in for the device, or leave the service out with --without"),
    "dns": _lost("no name from outside is resolved", "stand in for what it is asked"),
    "dns_opt": _lost("no name from outside is resolved"),
    "dns_search": _lost("no name from outside is resolved"),
    "domainname": _lost("a node has the name of its service alone"),
    "entrypoint": _taken("`entrypoint`"),
    "env_file": _taken("its variables are `environment`'s, which beats it"),
    "environment": _taken("`environment`; passwords, tokens and keys are secrets"),
    "expose": _taken("`port` and `ports`"),
    "extends": _taken("followed, also into other files"),
    "external_links": _lost("nothing outside is reached", "bring it into the definition, or stand in for it"),
    "extra_hosts": _lost("nothing outside is reached", "stand in for what it leads to"),
    "gpus": _lost(_OPEN),
    "group_add": _lost("a node has the groups of its user", "write USER:GROUP as `user`"),
    "healthcheck": _taken("`ready`: it is asked until it holds; how often and how long is ours"),
    "hostname": _met("a node is called after its service; where others say the name, it is an alias"),
    "image": _taken("`image`, or a kind of ours"),
    "init": _taken("`init`"),
    "ipc": _lost(_OPEN, harmless=("private", "shareable", "none")),
    "isolation": _lost("it is for Windows", harmless=("default",)),
    "label_file": _met("labels say nothing to a program"),
    "labels": _met("labels say nothing to a program"),
    "links": _taken("as `depends_on`; its aliases are the other's"),
    "logging": _met("`env logs` has them"),
    "mac_address": _lost("addresses are the environment's"),
    "mem_limit": _taken("`memory`"),
    "mem_reservation": _met("a node has its limit"),
    "mem_swappiness": _met("no node swaps"),
    "memswap_limit": _met("no node swaps"),
    "models": _lost("there is no such kind", "stand in for it"),
    "network_mode": _lost(
        "every node stands on networks of its own",
        "others reach it by the name of its service",
        harmless=("bridge",),
    ),
    "networks": _taken("one network that all are on; `aliases` are names of the service"),
    "oom_kill_disable": _lost("a node that takes more than its memory is killed", harmless=_FALSE),
    "oom_score_adj": _lost("a node that takes more than its memory is killed"),
    "pid": _lost(_OPEN),
    "pids_limit": _met("1024 processes"),
    "platform": _lost("images are those of the machine's own processor", harmless=("linux/amd64",)),
    "ports": _taken("`port`, `ports` and `endpoints`: `env status` has the loopback addresses"),
    "post_start": _lost("a node runs its process alone", "a service with `lifecycle: once` that needs it"),
    "pre_stop": _lost("a node runs its process alone"),
    "privileged": _lost(
        "no node has the rights of the machine's administrator",
        "name the capabilities it needs, or leave it out with --without", harmless=_FALSE,
    ),
    "profiles": _taken("services of a profile come with --profile"),
    "provider": _lost("another program makes it", "stand in for it"),
    "pull_policy": _met("an image that is not there is pulled"),
    "pull_refresh_after": _met("an image that is not there is pulled"),
    "read_only": _taken("`read_only`"),
    "restart": _met("a crash is something to see: `env up` brings a node back"),
    "runtime": _lost("nodes have the engine's own"),
    "scale": _taken("`nodes`"),
    "secrets": _taken("files in the node, from where Compose takes them"),
    "security_opt": _met("privileges can never grow; the engine's own profiles hold"),
    "shm_size": _taken("`shared_memory`"),
    "stdin_open": _met("`env shell` opens one"),
    "stop_grace_period": _taken("`stop_grace`"),
    "stop_signal": _lost(
        "the image's own, else SIGTERM", "say STOPSIGNAL in its Dockerfile", harmless=("SIGTERM",)
    ),
    "storage_opt": _lost("no limit of disks"),
    "sysctls": _lost("the kernel's own hold"),
    "tmpfs": _taken("`tmpfs`"),
    "tty": _met("`env shell` opens one"),
    "ulimits": _lost("the engine's own hold"),
    "use_api_socket": _lost("no node reaches the Docker Engine"),
    "user": _taken("`user`"),
    "userns_mode": _lost(_OPEN),
    "uts": _lost(_OPEN),
    "volumes": _taken("a volume is each node's own; a file, or a small folder of texts, is `files`"),
    "volumes_from": _lost("a volume is each node's own", "name the volumes, or give both the files"),
    "working_dir": _taken("`working_dir`"),
}  # fmt: skip
