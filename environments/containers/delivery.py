"""What is put into a node before it starts: files, secrets, and what asks it. Needs nothing inside of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from environments import composing, probes
from environments.containers.files import FileSpec, outermost
from environments.instance import Instance
from environments.nodes import Node


def files_of(node: Node, instance: Instance, program: Callable[[str], bytes]) -> list[FileSpec]:
    """Every file with its content. `program`: image id -> the program that asks nodes of foreign images."""
    files = [(file.path, file.content.encode(), file.mode) for file in node.attachments.files]
    secrets = [
        (file.path, composing.shown(instance.secrets[file.secret], file.template).reveal().encode(), 0o400)
        for file in node.attachments.secrets
    ]
    asks = probes.brings_program(node)
    asking = [(probes.PROGRAM, program(instance.images[probes.IMAGE]), 0o755)] if asks else []
    return [*files, *secrets, *asking]


def variables_of(node: Node, instance: Instance) -> dict[str, str]:
    """The environment variables of its process, secrets among them."""
    return {
        **node.process.environment,
        **{
            each.variable: composing.shown(instance.secrets[each.secret], each.template).reveal()
            for each in node.attachments.variables
        },
    }


def folders_of_files(node: Node) -> tuple[str, ...]:
    """Where the root is read-only, Docker takes files for volumes alone: one for each folder of files."""
    if not node.hardening.read_only:
        return ()
    mounted = [mount.path for mount in node.storage.mounts]
    folders = outermost([*mounted, *(str(PurePosixPath(path).parent) for path in paths(node))])
    return tuple(folder for folder in folders if folder not in mounted)


def places(node: Node) -> tuple[str, ...]:
    """The folders for which Docker takes files of a node: all there are, unless its root is read-only."""
    if not node.hardening.read_only:
        return ("/",)
    return (*(mount.path for mount in node.storage.mounts), *folders_of_files(node))


def paths(node: Node) -> Sequence[str]:
    """Where its files stand."""
    attachments = node.attachments
    asking = [probes.PROGRAM] if probes.brings_program(node) else []
    return [
        *(file.path for file in attachments.files), *(file.path for file in attachments.secrets), *asking,
    ]  # fmt: skip
