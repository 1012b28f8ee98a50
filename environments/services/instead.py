"""What people write under a service that another kind, or Compose, calls otherwise: what to write here."""

from __future__ import annotations

from collections.abc import Mapping

_OF_CONTAINER = "only `kind: container` has it"
_OF_PROCESS = "an application runs a process of platform.yaml, which says it; `kind: container` says it here"

OF_CONTAINER: Mapping[str, str] = {
    "tls": "what an image needs for TLS is given by `files` and `secrets`, and switched on by `environment`",
    "settings": "an image's settings are what it reads: `environment`, `command`, or `files`",
    "disk": "it has a disk for each of its `volumes`: `volumes: {data: {path: /data, size: 2GiB}}`",
    "process": "a process of the platform runs as `kind: application`; of a container write `command`",
    "to": "`kind: haproxy` balances; what a container connects to stands in its `environment` and `needs`",
    "persistence": "what is in its `volumes` outlives its process: `volumes: {data: /data}`",
    "health": "write `ready: /PATH`",
    "build": "write the folder of the platform as `image`, such as `image: app`",
    "args": "write `command`",
    "cap_add": "write `capabilities`",
    "configs": "write `files`",
    "container_name": "a node is called like its service; further names are `aliases`",
    "depends_on": "write `needs`",
    "env": "write `environment`",
    "env_file": "write `environment`: each variable and its value",
    "expose": "write `port`, and further ones as `ports`",
    "healthcheck": "write `ready: /PATH` or `ready: {command: [...]}`",
    "hostname": "write `aliases`",
    "labels": "nodes have labels of ours alone",
    "mem_limit": "write `memory`",
    "networks": "every service reaches every other; write `aliases` for further names",
    "privileged": "write `capabilities`: the rights that it needs, one by one",
    "replicas": "write `nodes`",
    "restart": "a node that ends stays down, so that it is seen; `lifecycle: once` is for one that shall end",
    "scale": "write `nodes`",
    "shm_size": "write `shared_memory`",
    "stop_grace_period": "write `stop_grace`",
}
"""Of a container."""

_PROCESS = (
    "capabilities command deadline entrypoint image init lifecycle needs port read_only ready stop_grace "
    "tmpfs user working_dir"
)
OF_APPLICATION: Mapping[str, str] = {
    **dict.fromkeys(_PROCESS.split(), _OF_PROCESS),
    **dict.fromkeys(("aliases", "endpoints", "files", "login", "ports", "volumes"), _OF_CONTAINER),
}
"""Of an application: what its process says."""
