"""Files and secrets that a node could not have: below a folder in memory, in a read-only root. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from environments.compose.containers import Draft
from environments.compose.scene import changed, lost
from environments.compose.service import ComposeService


def settle(made: Draft, service: ComposeService) -> None:
    """What is put into a node comes first: the folder in memory goes, and the root stays writable."""
    paths = [PurePosixPath(path) for path in _put(made)]
    hidden = {str(folder) for path in paths for folder in path.parents}
    folders = made.options.get("tmpfs", [])
    assert isinstance(folders, list)
    for folder in [each for each in folders if each in hidden]:
        what = f"{folder} is no folder in memory: it would hide the files that are put there"
        made.notes.append(lost(service, "tmpfs", what, "put the files elsewhere"))
    made.options["tmpfs"] = [each for each in folders if each not in hidden]
    if not made.options["tmpfs"]:
        del made.options["tmpfs"]
    at_root = [str(path) for path in paths if str(path.parent) == "/"]
    if at_root and made.options.pop("read_only", False):
        what = f"the root is not read-only: {', '.join(at_root)} is put into it"
        made.notes.append(changed(service, "read_only", what, "put it into a folder"))


def _put(made: Draft) -> Iterator[str]:
    """The paths of files and of secrets that are files."""
    files, secrets = made.options.get("files", {}), made.options.get("secrets", {})
    assert isinstance(files, dict)
    assert isinstance(secrets, dict)
    yield from files
    for given in secrets.values():
        yield from (each for each in (given if isinstance(given, list) else [given]) if isinstance(each, str))
