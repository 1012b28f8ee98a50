"""An engine over SSH: which part failed is told in words, and nothing is left when it did."""

from __future__ import annotations

import shutil
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from environments import ssh
from foundation.errors import PeakproofError, Refused, Unavailable

SAID = {
    "@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nHost key verification failed.": (
        Refused, "ops@box has another host key than the one that is known", "ssh-keygen -R box",
    ),
    "No ED25519 host key is known for box and you have requested strict checking.\n"
    "Host key verification failed.": (Unavailable, "host key of ops@box is not known", "known_hosts"),
    "ops@box: Permission denied (publickey).": (Unavailable, "ops@box refuses the login", "key in the agent"),
    "ssh: Could not resolve hostname box: Name or service not known": (Unavailable, "has no address", "site"),
    "ssh: connect to host box port 22: Connection refused": (Unavailable, "cannot be reached", "sshd"),
    "ssh: connect to host box port 22: Connection timed out": (Unavailable, "cannot be reached", "firewall"),
    "kex_exchange_identification: Connection closed by remote host": (Unavailable, "cannot be reached", "up"),
    "something new": (Unavailable, "no connection to ops@box", "`ssh ops@box` tells more"),
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_what_ssh_says_becomes_the_part_that_failed(said: str) -> None:
    kind, what, hint = SAID[said]
    error = ssh.meaning(said, "ops@box")
    assert type(error) is kind
    assert what in error.what
    assert hint in str(error.hint)
    assert error.detail, "ssh's own words are kept"


def test_what_is_to_be_tried_by_hand_reads_the_site_s_own_settings_too() -> None:
    settings = ssh.options("ssh://ops@box?config=/etc/box/ssh")
    error = ssh.meaning("ops@box: Permission denied (publickey).", "ops@box", settings)
    assert "`ssh -F /etc/box/ssh ops@box` must work without a question" in str(error.hint)


def test_a_key_is_forgotten_where_ssh_found_it_and_by_the_name_that_it_has_there() -> None:
    said = (
        "@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\n"
        "Offending ED25519 key in /etc/box/known hosts:2\n"
        "Host key for [192.0.2.1]:2222 has changed and you have requested strict checking.\n"
    )
    error = ssh.meaning(said, "ops@192.0.2.1")
    forget = "`ssh-keygen -f '/etc/box/known hosts' -R '[192.0.2.1]:2222'`"
    assert f"{forget} forgets the old one" in str(error.hint)


def test_no_question_is_asked_and_no_connection_is_shared() -> None:
    argv = ssh.command(urlsplit("ssh://ops@box:2222"), Path("/tmp/here.sock"), ssh.SOCKET)
    options = set(argv[argv.index("ssh") + 1 : argv.index("--")])
    assert {"BatchMode=yes", "ControlPath=none", "ExitOnForwardFailure=yes"} <= options
    assert argv[argv.index("-p") + 1] == "2222"
    assert argv[-2:] == ["ops@box", "cat"]
    assert "/tmp/here.sock:/var/run/docker.sock" in argv


def test_a_port_is_forwarded_between_loopback_addresses() -> None:
    assert "127.0.0.1:1234:127.0.0.1:5432" in ssh.command(urlsplit("ssh://box"), 1234, "127.0.0.1:5432")


def test_a_host_that_looks_like_an_option_is_none() -> None:
    argv = ssh.command(urlsplit("ssh://-oProxyCommand=true"), 1, "x")
    assert argv.index("--") < argv.index("-oProxyCommand=true".lower())


@pytest.mark.skipif(shutil.which("ssh") is None, reason="this machine has no ssh client")
def test_a_port_where_nobody_listens_is_told_at_once_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PeakproofError, match=r"127\.0\.0\.1 cannot be reached"):
        ssh.engine(f"ssh://127.0.0.1:{port}")
    assert not list(tmp_path.iterdir())


def test_a_file_that_the_url_names_is_what_ssh_reads_and_nobody_else_sees_it() -> None:
    url = ssh.configured("ssh://ops@box:2222/run/docker.sock", Path("/etc/a site/ssh config"))
    assert ssh.plain(url) == "ssh://ops@box:2222/run/docker.sock"
    argv = ssh.command(urlsplit(url), 1, "2")
    assert argv[:3] == ["ssh", "-F", "/etc/a site/ssh config"]
    assert ssh.options(ssh.plain(url)) == []


def test_without_ssh_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="has no ssh") as caught:
        ssh.engine("ssh://ops@box")
    assert "openssh-client" in (caught.value.hint or "")
