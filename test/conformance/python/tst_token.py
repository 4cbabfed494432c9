"""The bytes of a TimeStampToken in the profile: time-stamp.md, "Form", "Signed attributes" and "TSTInfo"."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import new as new_hash

import algorithms
import der
import x509
from algorithms import Algorithm
from der import Element, Fields
from errors import demand
from x509 import Certificate

CANONICAL = "not-canonical"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"


@dataclass(frozen=True)
class CertificateId:
    """ESSCertIDv2 of RFC 5035; `issuer_serial` are the bytes of the name and of the serial number, or nothing."""

    digest: str
    value: bytes
    issuer_serial: tuple[bytes, bytes] | None

    def is_of(self, certificate: Certificate) -> bool:
        return new_hash(self.digest, certificate.raw).digest() == self.value and self.issuer_serial in (
            None,
            (certificate.issuer, certificate.serial),
        )


@dataclass(frozen=True)
class TstInfo:
    imprint_algorithm: str
    imprint: bytes
    serial: bytes
    begin: int
    time: int


@dataclass(frozen=True)
class Token:
    info_bytes: bytes
    info: TstInfo
    certificates: list[Certificate]
    signer: tuple[bytes, bytes]
    digest: str
    attributes: bytes
    message_digest: bytes
    certificate_ids: list[CertificateId]
    algorithm: Algorithm
    signature: bytes


def _accuracy(element: Element | None) -> int:
    """In microseconds."""
    if element is None:
        return 0
    fields = Fields(element)
    total = 0
    limits = ((der.INTEGER, 2**31 - 1, 10**6), (der.context(0, False), 999, 1000), (der.context(1, False), 999, 1))
    for tag, largest, factor in limits:
        part = fields.optional(tag)
        if part is not None:
            number = der.integer(part)
            demand(0 <= number <= largest, der.MALFORMED, "accuracy")
            total += number * factor
    fields.end()
    return total


def _times(moment: Element, accuracy: Element | None) -> tuple[int, int]:
    """begin, and time: genTime + accuracy, rounded up; fractions finer than a microsecond rounded up first."""
    seconds, fraction = der.generalized_time(moment)
    finer = any(digit != "0" for digit in fraction[6:])
    micros = int(fraction[:6].ljust(6, "0")) + finer + _accuracy(accuracy)
    return seconds, seconds + -(-micros // 10**6)


def _tst_info(data: bytes) -> TstInfo:
    fields = Fields(der.only(data, der.SEQUENCE))
    demand(der.integer(fields.take(der.INTEGER)) == 1, der.MALFORMED, "version of TSTInfo")
    der.oid(fields.take(der.OID))
    imprint = Fields(fields.take(der.SEQUENCE))
    algorithm, _ = algorithms.digest(imprint.take(der.SEQUENCE), null_allowed=True)
    hashed = imprint.take(der.OCTET_STRING).content
    imprint.end()
    serial = fields.take(der.INTEGER)
    der.integer(serial)
    begin, time = _times(fields.take(der.GENERALIZED_TIME), fields.optional(der.SEQUENCE))
    ordering = fields.optional(der.BOOLEAN)
    if ordering is not None:
        der.demand_true(ordering)
    nonce = fields.optional(der.INTEGER)
    demand(nonce is None or der.integer(nonce) >= 0, der.MALFORMED, "nonce")
    fields.optional(der.context(0))
    listed = fields.optional(der.context(1))
    fields.end()
    if listed is not None:
        for name, extension in x509.extensions(der.elements(listed.content)).items():
            demand(not extension.critical, "critical-extension", name)
    return TstInfo(algorithm, hashed, serial.content, begin, time)


def _certificate_id(element: Element) -> CertificateId:
    fields = Fields(element)
    digest_element = fields.optional(der.SEQUENCE)
    digest, length = ("sha256", 32)
    if digest_element is not None:
        digest, length = algorithms.digest(digest_element, null_allowed=True)
        default = digest == "sha256" and len(der.elements(digest_element.content)) == 1
        demand(not default, der.MALFORMED, "default written out")
    value = fields.take(der.OCTET_STRING).content
    demand(len(value) == length, der.MALFORMED, "length of a digest")
    issuer_serial = fields.optional(der.SEQUENCE)
    fields.end()
    if issuer_serial is None:
        return CertificateId(digest, value, None)
    both = Fields(issuer_serial)
    names = Fields(both.take(der.SEQUENCE))
    issuer = der.only(names.take(der.context(4)).content, der.SEQUENCE)
    names.end()
    serial = both.take(der.INTEGER)
    der.integer(serial)
    both.end()
    return CertificateId(digest, value, (issuer.raw, serial.raw))


def _signing_certificate(value: Element) -> list[CertificateId]:
    fields = Fields(value)
    ids = [_certificate_id(element) for element in der.sequence_of(fields.take(der.SEQUENCE))]
    fields.optional(der.SEQUENCE)
    fields.end()
    demand(ids, der.MALFORMED, "no id")
    return ids


def _attributes(element: Element) -> tuple[bytes, list[CertificateId]]:
    """messageDigest, and the ids of signingCertificateV2."""
    listed = der.elements(element.content)
    raws = [attribute.raw for attribute in listed]
    demand(raws == sorted(raws), der.MALFORMED, "order of attributes")
    values: dict[str, Element] = {}
    for attribute in listed:
        fields = Fields(attribute)
        name = der.oid(fields.take(der.OID))
        one = der.sequence_of(fields.take(der.SET), der.SET)
        fields.end()
        demand(len(one) == 1 and name not in values, der.MALFORMED, f"attribute {name}")
        values[name] = one[0]
    for name in (_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_CERTIFICATE_V2):
        demand(name in values, der.MALFORMED, f"attribute {name} is missing")
    demand(der.oid(values[_CONTENT_TYPE]) == _TST_INFO, der.MALFORMED, "contentType")
    digest = values[_MESSAGE_DIGEST]
    demand(digest.tag == der.OCTET_STRING, der.MALFORMED, "messageDigest")
    return digest.content, _signing_certificate(values[_SIGNING_CERTIFICATE_V2])


def _certificates(element: Element) -> list[Certificate]:
    """In ascending order of their bytes, none twice."""
    raws = [one.raw for one in der.elements(element.content)]
    demand(len(raws) <= 4, "chain", "more than four certificates")
    demand(all(left < right for left, right in zip(raws, raws[1:])), CANONICAL, "order of certificates")
    return [x509.read(raw) for raw in raws]


def read(data: bytes) -> Token:
    """Step 1 of "Verification", and what of step 4 concerns no path."""
    demand(len(data) <= 16384, der.MALFORMED, "too long")
    outer = Fields(der.only(data, der.SEQUENCE))
    demand(der.oid(outer.take(der.OID)) == _SIGNED_DATA, der.MALFORMED, "not SignedData")
    signed = Fields(der.only(outer.take(der.context(0)).content, der.SEQUENCE))
    outer.end()
    demand(der.integer(signed.take(der.INTEGER)) == 3, der.MALFORMED, "version of SignedData")
    digest_element = der.only(signed.take(der.SET).content, der.SEQUENCE)
    digest, _ = algorithms.digest(digest_element)
    content = Fields(signed.take(der.SEQUENCE))
    demand(der.oid(content.take(der.OID)) == _TST_INFO, der.MALFORMED, "not TSTInfo")
    info_bytes = der.only(content.take(der.context(0)).content, der.OCTET_STRING).content
    content.end()
    certificates = _certificates(signed.take(der.context(0)))
    signer_info = Fields(der.only(signed.take(der.SET).content, der.SEQUENCE))
    signed.end()
    demand(der.integer(signer_info.take(der.INTEGER)) == 1, der.MALFORMED, "version of SignerInfo")
    signer = Fields(signer_info.take(der.SEQUENCE))
    issuer, serial = signer.take(der.SEQUENCE), signer.take(der.INTEGER)
    signer.end()
    same_digest = signer_info.take(der.SEQUENCE)
    demand(same_digest.raw == digest_element.raw, "algorithm", "digests differ")
    attributes = signer_info.take(der.context(0))
    algorithm = algorithms.signature_algorithm(signer_info.take(der.SEQUENCE))
    demand(algorithm.digest == digest, "algorithm", "digest of the signature")
    signature = signer_info.take(der.OCTET_STRING).content
    signer_info.end()
    message_digest, certificate_ids = _attributes(attributes)
    return Token(
        info_bytes=info_bytes,
        info=_tst_info(info_bytes),
        certificates=certificates,
        signer=(issuer.raw, serial.raw),
        digest=digest,
        attributes=bytes([der.SET]) + attributes.raw[1:],
        message_digest=message_digest,
        certificate_ids=certificate_ids,
        algorithm=algorithm,
        signature=signature,
    )
