"""TLS of every endpoint of a host: versions and suites that it takes, and its certificate."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from playbooks.auditing.areas import ports
from playbooks.auditing.evidence import Evidence, Nothing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity, looked

# RFC 8996: TLS 1.0 and 1.1 must not be used.
_OLD = ("SSLv3", "TLSv1", "TLSv1.1")
# Part of a suite's name in OpenSSL -> why. RFC 9325 (recommendations for TLS), sections 4.1 and 4.2.
_BROKEN = {
    "NULL": "nothing is encrypted",
    "ADH-": "nobody proves who they are",
    "AECDH-": "nobody proves who they are",
    "EXP-": "keys of 40 bits",
    "RC4": "RC4 is broken (RFC 7465)",
    "DES": "64-bit blocks (CVE-2016-2183)",
    "MD5": "MD5 is broken",
}
_SOON = timedelta(days=14)
_LEAST_RSA, _LEAST_EC = 2048, 224  # bits: NIST SP 800-57 part 1, 112 bits of security
# Port -> where it says why it may be without: Swarm's gossip is encrypted by keys of its own.
_NO_SECRETS = {7946: "docs.docker.com/engine/swarm/how-swarm-mode-works/pki"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Endpoint:
    """A port and what it took; `versions` is empty where it does not speak TLS."""

    port: int
    address: str
    versions: Mapping[str, Sequence[str]]
    certificate: bytes

    def __str__(self) -> str:
        return f"tcp/{self.port} at {self.address}"


def parse(value: list[dict[str, object]]) -> list[Endpoint]:
    """What the handshakes on the host told."""
    return [
        Endpoint(
            port=int(str(each["port"])),
            address=str(each["address"]),
            versions=_versions(each["versions"]),
            certificate=base64.b64decode(str(each["certificate"])),
        )
        for each in value
    ]


def _versions(value: object) -> dict[str, list[str]]:
    assert isinstance(value, dict)
    return {str(version): [str(suite) for suite in suites] for version, suites in value.items()}


def judge(evidence: Evidence) -> Judged:
    endpoints = parse(evidence.section("tls", list))
    speaking = [each for each in endpoints if each.versions]
    everywhere = looked(lambda: _everywhere(evidence, endpoints))
    if not speaking:
        none = Nothing("no port that others could reach speaks TLS")
        return {"versions": none, "suites": none, "certificates": none, "everywhere": everywhere}
    now = datetime.fromtimestamp(evidence.now, UTC)
    return {
        "versions": Seen(findings=[_old(each) for each in speaking if _olds(each)], facts=_told(speaking)),
        "suites": Seen(findings=[one for each in speaking for one in _weak(each)]),
        "certificates": Seen(findings=[one for each in speaking for one in _certificate(each, now)]),
        "everywhere": everywhere,
    }


def _told(speaking: Sequence[Endpoint]) -> list[str]:
    return [f"{each}: {', '.join(_counted(each))}" for each in speaking]


def _counted(each: Endpoint) -> list[str]:
    return [
        f"{version} ({len(suites)} {'suite' if len(suites) == 1 else 'suites'})"
        for version, suites in each.versions.items()
    ]


def _olds(each: Endpoint) -> list[str]:
    return [version for version in each.versions if version in _OLD]


def _old(each: Endpoint) -> Finding:
    return Finding(
        what=f"{each} takes {' and '.join(_olds(each))}", severity=Severity.HIGH,
        fix="allow TLS 1.2 and 1.3 only", source="RFC 8996",
    )  # fmt: skip


def _weak(each: Endpoint) -> Iterator[Finding]:
    suites = sorted({suite for suites in each.versions.values() for suite in suites})
    for suite in suites:
        if why := next((why for part, why in _BROKEN.items() if part in suite), ""):
            yield Finding(what=f"{each} takes {suite}: {why}", severity=Severity.HIGH, source="RFC 9325, 4.1")
        elif not suite.startswith(("TLS_", "ECDHE-", "DHE-")):
            yield Finding(
                what=f"{each} takes {suite}: a key lost later opens what was said today",
                severity=Severity.MEDIUM, source="RFC 9325, 4.1",
            )  # fmt: skip
        elif not suite.startswith("TLS_") and not any(mode in suite for mode in ("GCM", "CHACHA20", "CCM")):
            yield Finding(
                what=f"{each} takes {suite}: encrypted and authenticated in two steps (CBC)",
                severity=Severity.LOW, source="RFC 9325, 4.2",
            )  # fmt: skip


def _certificate(each: Endpoint, now: datetime) -> Iterator[Finding]:
    if not each.certificate:
        yield _at(each, "its certificate was not shown: it asks for one of its clients first", Severity.LOW)
        return
    certificate = x509.load_der_x509_certificate(each.certificate)
    left = certificate.not_valid_after_utc - now
    if left < timedelta():
        yield _at(each, f"its certificate ended on {certificate.not_valid_after_utc:%Y-%m-%d}", Severity.HIGH)
    elif left < _SOON:
        yield _at(each, f"its certificate ends in {left.days} days", Severity.MEDIUM)
    if _short(certificate):
        yield _at(each, "its key is too short", Severity.HIGH)
    digest = certificate.signature_hash_algorithm
    if digest is not None and digest.name in ("md5", "sha1"):
        yield _at(each, f"its certificate is signed by {digest.name}", Severity.HIGH)


def _at(each: Endpoint, what: str, severity: Severity) -> Finding:
    return Finding(
        what=f"{each}: {what}", severity=severity, fix="`peakproof hosts configure --tags certificates`"
    )


def _short(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        return key.key_size < _LEAST_RSA
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < _LEAST_EC


def _everywhere(evidence: Evidence, endpoints: Sequence[Endpoint]) -> Seen:
    opened = ports.openings(evidence)
    plain = [each for each in endpoints if not each.versions and each.port not in _NO_SECRETS]
    reasons = {each: ports.reason(opened, "tcp", each.port) for each in plain}
    return Seen(findings=[_plain(each, why) for each, why in reasons.items() if why])


def _plain(each: Endpoint, why: str) -> Finding:
    return Finding(
        what=f"{each} ({why}) answered no TLS handshake",
        severity=Severity.MEDIUM,
        fix="serve it over TLS, or say in your register why it need not be",
    )


AREA = Area(
    title="TLS",
    checks={
        "versions": "Is TLS 1.2 the oldest that is taken?",
        "suites": "Are all suites that are taken strong?",
        "certificates": "Are certificates valid, long enough and not about to end?",
        "everywhere": "Is every open port encrypted?",
    },
    judge=judge,
)
