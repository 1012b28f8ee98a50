"""How Ansible is set for a run: by these variables and no others. Pure."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from playbooks.running.private import CONNECTIONS
from playbooks.standing import SSH

_OURS = ("ANSIBLE_", "RUNNER_", "AWX_")


def variables(folder: Path, *, roles: Path, forks: int) -> dict[str, str]:
    """What Ansible's process gets beside the person's own environment. `folder`: the run's, in memory."""
    return {
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),  # no other file is looked for
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),  # templates are rendered there, with what is in them
        "ANSIBLE_ROLES_PATH": str(roles),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_FORKS": str(forks),
        "ANSIBLE_GATHERING": "smart",  # once a run, whatever the number of plays
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_SSH_ARGS": " ".join((*SSH, "-o", "ControlMaster=auto", "-o", "ControlPersist=60s")),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / CONNECTIONS),
        "ANSIBLE_SSH_RETRIES": "2",  # sshd is restarted by a role, and MaxStartups drops some
        "ANSIBLE_TIMEOUT": "10",
        "ANSIBLE_NOCOWS": "True",
        "ANSIBLE_FORCE_COLOR": "False",
        "ANSIBLE_NOCOLOR": "True",
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
        "LC_ALL": "C.UTF-8",  # Ansible needs UTF-8, and its messages are searched
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def foreign(environment: Mapping[str, str]) -> list[str]:
    """Variables of the person's environment that would change what Ansible does: none of them reaches it."""
    return sorted(name for name in environment if name.startswith(_OURS))
