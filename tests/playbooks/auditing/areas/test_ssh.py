"""Weak algorithms and doors for root or passwords are found in what sshd says of itself."""

from __future__ import annotations

import pytest

from playbooks.auditing.judging import Severity, Status
from tests.playbooks.auditing.given import answer, evidence, said, text

BARE = text("sshd-debian-13.txt")
HARDENED = """\
permitrootlogin no
passwordauthentication no
kbdinteractiveauthentication no
permitemptypasswords no
hostbasedauthentication no
permituserenvironment no
x11forwarding no
authenticationmethods publickey
ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com
macs hmac-sha2-256-etm@openssh.com
kexalgorithms mlkem768x25519-sha256,curve25519-sha256
hostkeyalgorithms ssh-ed25519,rsa-sha2-512
pubkeyacceptedalgorithms ssh-ed25519
casignaturealgorithms ssh-ed25519
"""


def test_a_hardened_sshd_holds() -> None:
    given = evidence(sshd=HARDENED)
    assert answer(given, "ssh.algorithms").status is Status.HOLDS
    assert answer(given, "ssh.logins").status is Status.HOLDS


def test_a_bare_debian_lets_passwords_and_root_in() -> None:
    gates = [
        each.what for each in answer(evidence(sshd=BARE), "ssh.logins").open if each.severity is Severity.HIGH
    ]
    assert gates == [
        "permitrootlogin without-password: root may log in: nobody knows who it was",
        "passwordauthentication yes: a password is enough, and passwords are guessed",
    ]


def test_a_bare_debian_offers_macs_of_sha_1() -> None:
    found = answer(evidence(sshd=BARE), "ssh.algorithms").open
    assert {each.severity for each in found} == {Severity.MEDIUM}
    assert "sshd offers hmac-sha1 (macs): SHA-1" in [each.what for each in found]


@pytest.mark.parametrize(
    ("line", "algorithm"),
    [
        ("ciphers aes256-cbc", "aes256-cbc"),
        ("ciphers 3des-cbc", "3des-cbc"),
        ("macs hmac-md5-etm@openssh.com", "hmac-md5-etm@openssh.com"),
        ("kexalgorithms diffie-hellman-group1-sha1", "diffie-hellman-group1-sha1"),
        ("hostkeyalgorithms ssh-rsa", "ssh-rsa"),
        ("pubkeyacceptedalgorithms ssh-dss", "ssh-dss"),
    ],
)
def test_what_is_broken_is_a_gate(line: str, algorithm: str) -> None:
    keyword = line.split()[0]
    settings = "\n".join(line if each.startswith(keyword) else each for each in HARDENED.splitlines())
    (found,) = answer(evidence(sshd=settings), "ssh.algorithms").open
    assert found.severity is Severity.HIGH
    assert found.what.startswith(f"sshd offers {algorithm} ")


def test_rsa_signatures_by_sha_2_are_no_finding() -> None:
    assert "rsa-sha2-512" in HARDENED
    assert said(evidence(sshd=HARDENED), "ssh.algorithms") == []


def test_a_question_after_the_key_is_a_second_factor_and_without_one_it_is_a_password() -> None:
    asking = HARDENED.replace("kbdinteractiveauthentication no", "kbdinteractiveauthentication yes")
    second = asking.replace(
        "authenticationmethods publickey", "authenticationmethods publickey,keyboard-interactive"
    )
    assert said(evidence(sshd=second), "ssh.logins") == []
    alone = asking.replace("authenticationmethods publickey", "authenticationmethods any")
    assert "a password is enough" in said(evidence(sshd=alone), "ssh.logins")[0]


def test_a_keyword_that_sshd_does_not_tell_is_no_pass() -> None:
    without = HARDENED.replace("permitrootlogin no\n", "")
    assert said(evidence(sshd=without), "ssh.logins")[0].startswith("permitrootlogin is not told")
