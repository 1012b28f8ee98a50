"""Which certificate a host is to have, and by whose key: decided without a host."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from foundation import pki
from foundation.errors import InputError, Refused
from foundation.secrets import Secret
from playbooks import authority
from playbooks.signing import Asked, answer, certificate

NOW = datetime(2026, 11, 29, tzinfo=UTC)
DAYS = timedelta(days=90)
SITE, OTHER = (pki.new_authority(name, now=NOW) for name in ("site", "other"))


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None, name: str = "a") -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])
    )
    signed = builder.sign(key or ec.generate_private_key(ec.SECP256R1()), SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


ASKED = Asked(request=request(), names=("a", "10.0.0.11"), lifetime=DAYS)
HAS = replace(ASKED, kept=certificate(SITE, ASKED, NOW))


def test_a_host_without_a_certificate_gets_one_for_its_key_and_names() -> None:
    first, issuer = x509.load_pem_x509_certificates(HAS.kept.encode())
    assert first.public_key() == x509.load_pem_x509_csr(ASKED.request.encode()).public_key()
    assert pki.names(Secret(HAS.kept)) == ("a", "10.0.0.11")
    assert issuer == x509.load_pem_x509_certificates(SITE.reveal().encode())[0]
    usages = first.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert {usage.dotted_string for usage in usages} == {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"}
    assert "PRIVATE" not in HAS.kept


def test_names_that_a_host_asks_for_itself_are_not_signed() -> None:
    made = certificate(SITE, replace(ASKED, request=request(name="elsewhere.example")), NOW)
    assert "elsewhere" not in str(x509.load_pem_x509_certificates(made.encode())[0].subject)
    assert pki.names(Secret(made)) == ASKED.names


def test_what_holds_is_kept_to_the_byte() -> None:
    assert certificate(SITE, HAS, NOW + timedelta(days=59)) == HAS.kept


@pytest.mark.parametrize(
    ("asked", "later", "signer"),
    [
        pytest.param(HAS, timedelta(days=61), SITE, id="its last third has begun"),
        pytest.param(replace(HAS, names=("a", "10.0.0.12")), timedelta(), SITE, id="other names"),
        pytest.param(replace(HAS, request=request()), timedelta(), SITE, id="another key"),
        pytest.param(HAS, timedelta(), OTHER, id="another authority"),
    ],
)
def test_what_does_not_hold_is_signed_anew(asked: Asked, later: timedelta, signer: Secret) -> None:
    made = certificate(signer, asked, NOW + later)
    assert made != asked.kept
    assert certificate(signer, replace(asked, kept=made), NOW + later) == made


def test_anew_is_anew() -> None:
    assert certificate(SITE, HAS, NOW, anew=True) != HAS.kept


@pytest.mark.parametrize("wrong", ["no request", request(rsa.generate_private_key(65537, 2048))])
def test_only_requests_with_a_key_that_we_use_are_signed(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(InputError):
        asked(tmp_path, wrong)


def asked(folder: Path, request: str = ASKED.request, certificate: str = "", *more: str) -> dict[str, str]:
    words = ["--site", "s", "--names", "a,10.0.0.11", "--days", "90", "--authority", f"{folder}/s.pem", *more]
    said = json.dumps({"request": request, "certificate": certificate})
    told: dict[str, str] = json.loads(answer(words, said, NOW))
    return told


def test_the_first_host_makes_the_authority_and_the_others_find_it(tmp_path: Path) -> None:
    first, second = asked(tmp_path), asked(tmp_path, request())
    assert (tmp_path / "s.pem").stat().st_mode & 0o777 == 0o600
    assert first["authority"] == second["authority"]
    assert first["certificate"].endswith(first["authority"])
    assert "PRIVATE" not in first["authority"]


def test_a_certificate_that_ansible_read_without_its_last_line_end_is_the_same(tmp_path: Path) -> None:
    first = asked(tmp_path)["certificate"]
    assert asked(tmp_path, certificate=first.rstrip("\n"))["certificate"] == first
    assert asked(tmp_path, ASKED.request, first, "--anew")["certificate"] != first


def test_a_file_of_the_host_that_is_no_certificate_counts_as_none(tmp_path: Path) -> None:
    assert pki.names(Secret(asked(tmp_path, certificate="garbage")["certificate"])) == ASKED.names


def test_no_second_authority_is_made_while_hosts_trust_another(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="another authority"):
        asked(tmp_path, certificate=HAS.kept)
    assert not (tmp_path / "s.pem").exists()


def test_a_certificate_of_an_authority_that_is_not_in_the_file_is_refused(tmp_path: Path) -> None:
    asked(tmp_path)
    with pytest.raises(Refused, match="another authority") as caught:
        asked(tmp_path, certificate=HAS.kept)
    assert caught.value.where == f"{tmp_path}/s.pem"


def test_authorities_change_in_three_runs(tmp_path: Path) -> None:
    file = tmp_path / "s.pem"
    former, following = SITE.reveal(), OTHER.reveal()
    _written(file, former + pki.certificate(OTHER))
    trusting = asked(tmp_path, certificate=HAS.kept)
    assert trusting["certificate"] == HAS.kept, "trusted first, and signed with nothing else yet"
    assert pki.certificate(OTHER) in trusting["authority"]
    _written(file, following + pki.certificate(SITE))
    signed = asked(tmp_path, certificate=HAS.kept)
    assert pki.signed_by(Secret(signed["certificate"]), OTHER)
    assert pki.certificate(SITE) in signed["authority"], "who has not had its turn is still believed"
    _written(file, following)
    assert asked(tmp_path, certificate=signed["certificate"])["authority"] == pki.certificate(OTHER)


def test_an_authority_that_others_can_read_is_refused(tmp_path: Path) -> None:
    _written(tmp_path / "s.pem", SITE.reveal()).chmod(0o640)
    with pytest.raises(InputError, match="others may read this key"):
        asked(tmp_path)


@pytest.mark.parametrize("text", ["", "garbage", pki.certificate(SITE)])
def test_a_file_without_an_authoritys_key_is_refused(tmp_path: Path, text: str) -> None:
    _written(tmp_path / "s.pem", text)
    with pytest.raises(InputError, match="this is no authority"):
        asked(tmp_path)


def test_the_authority_lies_with_the_operators_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert authority.place("box") == tmp_path / "peakproof" / "hosts" / "box.authority.pem"


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path
