"""sshd: algorithms that it offers, and who may log in how. Reads `sshd -T`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatch

from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity

# Pattern -> why. Sources: RFC 9142 (key exchange), RFC 8758 (RC4), RFC 8332 (signatures by SHA-1),
# CVE-2008-5161 (CBC), CVE-2016-2183 (64-bit blocks), OpenSSH's release notes (DSA).
BROKEN = {
    "*-cbc": "CBC mode leaks plain text (CVE-2008-5161)",
    "3des*": "64-bit blocks (CVE-2016-2183)",
    "arcfour*": "RC4 is broken (RFC 8758)",
    "blowfish*": "64-bit blocks (CVE-2016-2183)",
    "cast128*": "64-bit blocks (CVE-2016-2183)",
    "none": "nothing is encrypted or checked",
    "hmac-md5*": "MD5 is broken",
    "diffie-hellman-group1-*": "1,024 bits (RFC 9142)",
    "diffie-hellman-group-exchange-sha1": "SHA-1 (RFC 9142)",
    "gss-gex-sha1-*": "SHA-1 (RFC 9142)",
    "gss-group1-sha1-*": "1,024 bits (RFC 9142)",
    "ssh-dss*": "DSA of 1,024 bits",
    "ssh-rsa": "signatures by SHA-1 (RFC 8332)",
    "ssh-rsa-cert-*": "signatures by SHA-1 (RFC 8332)",
}
AGEING = {
    "diffie-hellman-group14-sha1": "SHA-1 (RFC 9142: only where a client knows nothing better)",
    "gss-group14-sha1-*": "SHA-1 (RFC 9142)",
    "hmac-sha1*": "SHA-1",
    "umac-64*": "tags of 64 bits",
}
_LISTS = (
    "ciphers", "macs", "kexalgorithms",
    "hostkeyalgorithms", "pubkeyacceptedalgorithms", "casignaturealgorithms",
)  # fmt: skip
_FIX = "`peakproof hosts configure --tags base`"


def parse(text: str) -> Mapping[str, str]:
    """Keyword -> value, of `sshd -T`; a keyword that comes twice has both, one a line."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        keyword, _, value = line.partition(" ")
        found.setdefault(keyword.lower(), []).append(value.strip())
    return {keyword: "\n".join(values) for keyword, values in found.items()}


def judge(evidence: Evidence) -> Judged:
    settings = parse(evidence.section("sshd", str))
    return {
        "algorithms": Seen(
            findings=list(_weak(settings)), facts=[f"{name}: {settings.get(name)}" for name in _LISTS]
        ),
        "logins": Seen(
            findings=list(_logins(settings)), facts=[f"{name}: {settings.get(name)}" for name in _LOGINS]
        ),
    }


def _weak(settings: Mapping[str, str]) -> Iterator[Finding]:
    for name in _LISTS:
        for algorithm in filter(None, settings.get(name, "").split(",")):
            for known, severity in ((BROKEN, Severity.HIGH), (AGEING, Severity.MEDIUM)):
                if why := _why(algorithm, known):
                    yield Finding(
                        what=f"sshd offers {algorithm} ({name}): {why}", severity=severity, fix=_FIX
                    )


def _why(algorithm: str, known: Mapping[str, str]) -> str:
    return next((why for pattern, why in known.items() if fnmatch(algorithm, pattern)), "")


# Keyword -> what it may be, how bad anything else is, and why.
_LOGINS = {
    "permitrootlogin": ({"no"}, Severity.HIGH, "root may log in: nobody knows who it was"),
    "passwordauthentication": ({"no"}, Severity.HIGH, "a password is enough, and passwords are guessed"),
    "permitemptypasswords": ({"no"}, Severity.HIGH, "no password is enough"),
    "hostbasedauthentication": ({"no"}, Severity.MEDIUM, "another host vouches for its users"),
    "permituserenvironment": ({"no"}, Severity.MEDIUM, "who logs in may set variables that programs trust"),
    "x11forwarding": ({"no"}, Severity.LOW, "a host may reach the screen of who logs in"),
}


def _logins(settings: Mapping[str, str]) -> Iterator[Finding]:
    for keyword, (allowed, severity, why) in _LOGINS.items():
        value = settings.get(keyword, "")
        if value not in allowed:
            yield Finding(what=f"{keyword} {value or 'is not told'}: {why}", severity=severity, fix=_FIX)
    if settings.get("kbdinteractiveauthentication") != "no" and not _key_first(settings):
        yield Finding(
            what="kbdinteractiveauthentication yes, without a key before it: a password is enough",
            severity=Severity.HIGH,
            fix=_FIX,
        )


def _key_first(settings: Mapping[str, str]) -> bool:
    """Whether every way in begins with, or has, a key: then a question is a second factor."""
    ways = settings.get("authenticationmethods", "any").split()
    return all("publickey" in way.split(",") for way in ways)


AREA = Area(
    title="SSH",
    checks={
        "algorithms": "Does sshd offer strong algorithms only?",
        "logins": "Do only people with keys get in, and never as root?",
    },
    judge=judge,
)
