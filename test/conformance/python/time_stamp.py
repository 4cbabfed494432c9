"""Verification of a time stamp: time-stamp.md, "Verification"."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import new as new_hash
from hashlib import sha512
from typing import Callable

import algorithms
import tst_token
import x509
from charter import Authority
from errors import Refused, demand
from tst_token import CANONICAL, TstInfo, Token
from x509 import Certificate

_MOST_ISSUERS_IN_TOKEN = 3


@dataclass(frozen=True)
class TimeStamp:
    """`authority` is its place in the list of the trust file, from 0; `serial` the content of the INTEGER."""

    time: int
    authority: int
    serial: bytes


# From the signer's certificate to the anchor, both included; one certificate where the signer is the anchor.
Path = list[Certificate]


def _shortest_path(signer: Certificate, others: list[Certificate], anchor: Certificate) -> Path | None:
    """Of each certificate the next is the issuer, by name and signature; the last is issued by the anchor."""
    if signer.raw == anchor.raw:
        return [signer]
    paths: list[Path] = [[signer]]
    for _ in range(_MOST_ISSUERS_IN_TOKEN + 1):
        for path in paths:
            if path[-1].is_issued_by(anchor):
                return [*path, anchor]
        paths = [
            [*path, other]
            for path in paths
            for other in others
            if other not in path and other.raw != anchor.raw and path[-1].is_issued_by(other)
        ]
    return None


def _demand_nothing_free(token: Token, path: Path) -> None:
    """Step 4: exactly the certificates of the path, and low s wherever nothing signs the signature."""
    within = path if len(path) == 1 else path[:-1]
    demand({c.raw for c in within} == {c.raw for c in token.certificates}, CANONICAL, "surplus certificate")
    demand(algorithms.has_low_s(path[0].key, token.signature), CANONICAL, "high s")
    for certificate, issuer in zip(within, path[1:] or path):
        covered = any(one.is_of(certificate) for one in token.certificate_ids)
        demand(covered or algorithms.has_low_s(issuer.key, certificate.signature), CANONICAL, "high s")


def _demand_signer(certificate: Certificate) -> None:
    """Step 6: for time stamps alone."""
    usage, purposes = certificate.key_usage(), certificate.extended_key_usage()
    demand(purposes == [x509.TIME_STAMPING], "signer", "extKeyUsage")
    demand(certificate.extensions[x509.EXTENDED_KEY_USAGE].critical, "signer", "extKeyUsage is not critical")
    demand(usage is None or usage & {x509.DIGITAL_SIGNATURE, x509.CONTENT_COMMITMENT}, "signer", "keyUsage")
    demand(not certificate.basic_constraints()[0], "signer", "is an authority")
    certificate.demand_no_unknown_critical()


def _demand_signature(token: Token, signer: Certificate) -> None:
    """Step 8."""
    demand(new_hash(token.digest, token.info_bytes).digest() == token.message_digest, "signature", "messageDigest")
    demand(algorithms.verifies(signer.key, token.algorithm, token.attributes, token.signature), "signature")


def _demand_issuer(certificate: Certificate, between: int) -> None:
    """Step 9.1; `between` is the number of issuers between this one and the signer."""
    is_authority, length = certificate.basic_constraints()
    demand(is_authority, "chain", "issuer without cA")
    demand(length is None or length >= between, "chain", "pathLenConstraint")
    usage, purposes = certificate.key_usage(), certificate.extended_key_usage()
    demand(usage is None or x509.KEY_CERT_SIGN in usage, "chain", "keyUsage")
    demand(purposes is None or {x509.TIME_STAMPING, x509.ANY_USAGE} & set(purposes), "chain", "extKeyUsage")
    certificate.demand_no_unknown_critical()


def _demand_anchor(path: Path, authority: Authority, info: TstInfo) -> None:
    """Step 9."""
    for between, issuer in enumerate(path[1:]):
        _demand_issuer(issuer, between)
    for certificate in path:
        demand(certificate.not_before <= info.begin and info.time <= certificate.not_after, "validity")
    period = authority.period
    demand(period.start <= info.begin and (period.end is None or info.time < period.end), "validity", "authority")


def _those_that_pass(
    paths: list[tuple[int, Path]], check: Callable[[int, Path], None]
) -> list[tuple[int, Path]]:
    """The paths, with the places of their anchors, that pass; if none does, the refusal of the first."""
    refusal: Refused | None = None
    passed: list[tuple[int, Path]] = []
    for place, path in paths:
        try:
            check(place, path)
            passed.append((place, path))
        except Refused as error:
            refusal = refusal or error
    if not passed:
        raise refusal
    return passed


def verify(data: bytes, message: bytes, authorities: list[Authority]) -> TimeStamp:
    token = tst_token.read(data)
    signers = [c for c in token.certificates if (c.issuer, c.serial) == token.signer]
    demand(signers, "signer", "certificate is missing")
    signer = signers[0]
    anchors = {authority.certificate for authority in authorities}
    known = all(c.algorithm is not None or c.raw in anchors for c in token.certificates)
    demand(known, "algorithm", "certificate signed by another algorithm")
    others = [c for c in token.certificates if c is not signer]
    paths: list[tuple[int, Path]] = []
    for place, authority in enumerate(authorities):
        anchor = x509.read_anchor(authority.certificate)
        path = None if anchor is None else _shortest_path(signer, others, anchor)
        if path is not None:
            paths.append((place, path))
    demand(paths, "chain", "leads to no anchor")
    canonical = _those_that_pass(paths, lambda _, path: _demand_nothing_free(token, path))
    demand(token.info.imprint_algorithm == "sha512" and token.info.imprint == sha512(message).digest(), "imprint")
    _demand_signer(signer)
    demand(token.certificate_ids[0].is_of(signer), "signer", "first id of signingCertificateV2")
    _demand_signature(token, signer)
    good = _those_that_pass(canonical, lambda place, path: _demand_anchor(path, authorities[place], token.info))
    return TimeStamp(token.info.time, good[0][0], token.info.serial)
