"""What a kind of ours refuses of what a Compose file says, told where that file says it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from environments.compose.containers import Draft
from environments.compose.service import ComposeService
from environments.services import KINDS
from foundation import wording
from foundation.errors import Problem

# Options that are called otherwise there.
_KEYS: Mapping[str, str] = {
    "capabilities": "cap_add",
    "deadline": "healthcheck",
    "endpoints": "ports",
    "files": "volumes",
    "memory": "mem_limit",
    "needs": "depends_on",
    "nodes": "deploy",
    "port": "ports",
    "ready": "healthcheck",
    "shared_memory": "shm_size",
    "stop_grace": "stop_grace_period",
}


def problems(service: ComposeService, draft: Draft) -> Iterator[Problem]:
    """Every option that its kind refuses."""
    try:
        KINDS[str(draft.options["kind"])].options.model_validate(draft.options)
    except ValidationError as error:
        for details in error.errors():
            option = str(details["loc"][0]) if details["loc"] else ""
            key = _KEYS.get(option, option)
            said = wording.told(details["type"], details.get("input"), details["msg"])
            yield service.at(key).problem(f"service {service.name!r}: `{key}`: {said}")
