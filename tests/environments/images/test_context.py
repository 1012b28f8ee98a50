"""A build context is what git keeps of a folder: the same in every clone, different when anything differs."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.images.context import Context, ContextFile, packed, read
from foundation.errors import InputError
from tests.environments.images.conftest import Folder

NAMES = st.text(alphabet="abc/", min_size=1, max_size=5)
FILES = st.lists(
    st.builds(ContextFile, path=NAMES, mode=st.sampled_from([0o644, 0o755]), data=st.binary(max_size=8)),
    max_size=5,
    unique_by=lambda file: file.path,
)


def context(*files: ContextFile) -> Context:
    return Context(folder=Path("image"), files=files)


def members(archive: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name: member for member in tar.getmembers()}


@given(files=FILES, data=st.data())
def test_the_order_in_which_files_are_found_does_not_matter(
    files: list[ContextFile], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(files))
    assert context(*files).digest() == context(*shuffled).digest()


@given(one=FILES, other=FILES)
def test_contexts_have_the_same_digest_only_when_their_files_are_the_same(
    one: list[ContextFile], other: list[ContextFile]
) -> None:
    same = {file.path: file for file in one} == {file.path: file for file in other}
    assert (context(*one).digest() == context(*other).digest()) is same


def test_bytes_cannot_move_from_one_file_to_the_next_unnoticed() -> None:
    one = context(ContextFile(path="a", mode=0o644, data=b"xy"), ContextFile(path="b", mode=0o644, data=b""))
    other = context(
        ContextFile(path="a", mode=0o644, data=b"x"), ContextFile(path="b", mode=0o644, data=b"y")
    )
    assert one.digest() != other.digest()


def test_what_the_digest_is_asked_to_cover_counts_too() -> None:
    assert (
        len({context().digest(), context().digest("a"), context().digest("a", "b"), context().digest("ab")})
        == 4
    )


def test_whether_a_file_is_executable_counts(folder: Folder) -> None:
    path = folder("FROM x", files={"start": "#!/bin/sh\n"})
    before = read(path).digest()
    (path / "start").chmod(0o755)
    assert read(path).digest() != before


def test_the_rest_of_a_mode_is_the_umask_of_one_machine_and_does_not_count(folder: Folder) -> None:
    path = folder("FROM x", files={"file": "text"})
    (path / "file").chmod(0o600)
    before = read(path).digest()
    (path / "file").chmod(0o664)
    assert read(path).digest() == before


def test_when_a_file_was_changed_does_not_count(folder: Folder) -> None:
    path = folder("FROM x", files={"file": "text"})
    before = read(path).digest()
    os.utime(path / "file", (0, 0))
    assert read(path).digest() == before


@pytest.mark.parametrize(
    "ignored",
    [
        "site-packages/x/y.py",
        "__pycache__/x.pyc",
        "app/__pycache__/x.pyc",
        "app/old.pyc",
        "peakproof-secrets/key",
    ],
)
def test_what_git_ignores_does_not_count(folder: Folder, ignored: str) -> None:
    before = read(folder("FROM x", files={"app/main.py": ""})).digest()
    assert read(folder("FROM x", files={"app/main.py": "", ignored: "text"})).digest() == before


def test_what_the_dockerignore_names_is_left_out(folder: Folder) -> None:
    path = folder("FROM x", files={".dockerignore": "# notes\n\nnotes*\n", "notes.txt": "", "kept.txt": ""})
    assert [file.path for file in read(path).files] == [".dockerignore", "Dockerfile", "kept.txt"]


def test_a_link_counts_by_where_it_points_and_stays_a_link(folder: Folder) -> None:
    path = folder("FROM x")
    (path / "link").symlink_to("one")
    one = read(path)
    (path / "link").unlink()
    (path / "link").symlink_to("other")
    assert read(path).digest() != one.digest()
    assert members(packed(one, "FROM x\n"))["link"].linkname == "one"


def test_a_folder_that_is_not_there_is_a_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone: no such folder"):
        read(tmp_path / "gone")


def test_a_folder_without_a_dockerfile_is_a_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a Dockerfile"):
        read(tmp_path).dockerfile  # noqa: B018 - reading it is what fails


def test_the_archive_has_the_given_dockerfile_instead_of_the_folders(folder: Folder) -> None:
    archive = packed(read(folder("FROM a", files={"file": "text"})), "FROM b\n")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        texts = {name: file.read() for name in tar.getnames() if (file := tar.extractfile(name))}
    assert texts == {"Dockerfile": b"FROM b\n", "file": b"text"}


def test_site_packages_are_roots_and_readable_by_all_whatever_the_umask(
    folder: Folder, tmp_path: Path
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir(mode=0o700)
    (packages / "module.py").write_text("")
    (packages / "module.py").chmod(0o600)
    found = members(packed(read(folder("FROM a")), "FROM b\n", packages))
    assert (found["site-packages"].mode, found["site-packages/module.py"].mode) == (0o755, 0o644)
    assert {(member.uid, member.gid, member.uname) for member in found.values()} == {(0, 0, "")}
