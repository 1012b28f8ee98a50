"""A site's file says where secrets come from; what they are stands nowhere in it and in no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import site as sites
from environments.site import Site
from foundation import documents
from foundation.errors import InputError
from foundation.secrets import Secret
from playbooks import giving
from playbooks.specs import Option

KNOWN = {
    "logs_token": Option(role="logs", secret=True),
    "totp_secrets": Option(role="totp", type="dict", secret=True),
    "logs_host": Option(role="logs"),
}


def written(folder: Path, variables: str, host: str = "{}") -> Path:
    path = folder / "s.yaml"
    path.write_text(
        f"site: s\nhosts: {{a: {{docker: ssh://a, variables: {host}}}}}\nsubnets: 10.9.0.0/16\n"
        f"variables:\n{variables}\n"
    )
    return path


def read(path: Path) -> Site:
    return giving.read(sites.load(path), documents.read(path), KNOWN)


def told(path: Path) -> list[str]:
    return [str(problem) for problem in giving.problems(documents.read(path), KNOWN)]


def test_secrets_come_from_files_variables_and_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "anna").write_text("from-a-file\n")
    monkeypatch.setenv("PIOTR", "from-a-variable")
    path = written(
        tmp_path,
        "  totp_secrets: {anna: {file: anna}, piotr: {variable: PIOTR}}\n  logs_host: plain",
        "{logs_token: {command: [echo, from-a-command]}}",
    )
    assert told(path) == []
    found = read(path)
    assert found.variables == {
        "totp_secrets": {"anna": Secret("from-a-file"), "piotr": Secret("from-a-variable")},
        "logs_host": "plain",
    }
    assert found.hosts["a"].variables == {"logs_token": Secret("from-a-command")}
    assert "from-a" not in repr(found)


def test_a_secret_in_the_file_itself_is_refused_and_not_repeated(tmp_path: Path) -> None:
    path = written(tmp_path, "  logs_token: t0ken\n  totp_secrets:\n    anna: s33d")
    first, second = told(path)
    assert first.startswith(f"{path}:5: 'logs_token' is a secret, and does not stand here (say where")
    assert second.startswith(f"{path}:7: 'totp_secrets.anna' is a secret")
    assert "t0ken" not in first
    assert "s33d" not in second


def test_a_source_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "  logs_token: {file: absent}")
    assert told(path) == [f"{path}:5: 'logs_token': no such file: {tmp_path}/absent"]


def test_a_source_that_gives_nothing_is_told_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "  logs_token: {command: ['false']}")
    with pytest.raises(InputError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == (f"{path}:5", "'logs_token': the command false ended with 1")
