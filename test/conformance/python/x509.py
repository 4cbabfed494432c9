"""Certificates of time stamps: time-stamp.md, "Certificates"."""

from __future__ import annotations

from dataclasses import dataclass

import algorithms
import der
from algorithms import Algorithm, Key
from der import Element, Fields
from errors import Refused, demand

BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
KNOWN = {BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, "2.5.29.14", "2.5.29.35", "2.5.29.32"}
TIME_STAMPING, ANY_USAGE = "1.3.6.1.5.5.7.3.8", "2.5.29.37.0"
DIGITAL_SIGNATURE, CONTENT_COMMITMENT, KEY_CERT_SIGN = 0, 1, 5


@dataclass(frozen=True)
class Extension:
    critical: bool
    value: bytes


@dataclass(frozen=True)
class Certificate:
    """`algorithm` is nothing where it is none of the profile: an anchor may be signed by any."""

    raw: bytes
    signed: bytes
    serial: bytes
    issuer: bytes
    subject: bytes
    not_before: int
    not_after: int
    key: Key
    extensions: dict[str, Extension]
    algorithm: Algorithm | None
    signature: bytes

    def is_issued_by(self, other: Certificate) -> bool:
        """By name and by signature."""
        return (
            self.issuer == other.subject
            and self.algorithm is not None
            and algorithms.verifies(other.key, self.algorithm, self.signed, self.signature)
        )

    def demand_no_unknown_critical(self) -> None:
        for name, extension in self.extensions.items():
            demand(name in KNOWN or not extension.critical, "critical-extension", name)

    def basic_constraints(self) -> tuple[bool, int | None]:
        """cA, and pathLenConstraint."""
        extension = self.extensions.get(BASIC_CONSTRAINTS)
        if extension is None:
            return False, None
        fields = Fields(der.only(extension.value, der.SEQUENCE))
        authority = fields.optional(der.BOOLEAN)
        if authority is not None:
            der.demand_true(authority)
        length = fields.optional(der.INTEGER)
        fields.end()
        return authority is not None, None if length is None else der.integer(length)

    def key_usage(self) -> set[int] | None:
        extension = self.extensions.get(KEY_USAGE)
        return None if extension is None else der.named_bits(der.only(extension.value, der.BIT_STRING))

    def extended_key_usage(self) -> list[str] | None:
        extension = self.extensions.get(EXTENDED_KEY_USAGE)
        if extension is None:
            return None
        purposes = [der.oid(element) for element in der.sequence_of(der.only(extension.value, der.SEQUENCE))]
        demand(purposes, der.MALFORMED, "no purpose")
        return purposes


def extensions(elements: list[Element]) -> dict[str, Extension]:
    """Extensions of which none stands twice."""
    result: dict[str, Extension] = {}
    for element in elements:
        fields = Fields(element)
        name = der.oid(fields.take(der.OID))
        critical = fields.optional(der.BOOLEAN)
        if critical is not None:
            der.demand_true(critical)
        value = fields.take(der.OCTET_STRING).content
        fields.end()
        demand(name not in result, der.MALFORMED, f"extension {name} twice")
        result[name] = Extension(critical is not None, value)
    return result


def _algorithm(element: Element) -> Algorithm | None:
    try:
        return algorithms.signature_algorithm(element, null_allowed=True)
    except Refused:
        return None


def read(data: bytes) -> Certificate:
    demand(len(data) <= 4096, der.MALFORMED, "certificate too long")
    outer = Fields(der.only(data, der.SEQUENCE))
    body = outer.take(der.SEQUENCE)
    outside = outer.take(der.SEQUENCE)
    signature = der.whole_bytes(outer.take(der.BIT_STRING))
    outer.end()
    fields = Fields(body)
    version = der.integer(der.only(fields.take(der.context(0)).content, der.INTEGER))
    demand(version == 2, der.MALFORMED, "not version 3")
    serial = fields.take(der.INTEGER)
    der.integer(serial)
    demand(len(serial.content) <= 21, der.MALFORMED, "serial number")
    inside = fields.take(der.SEQUENCE)
    demand(inside.raw == outside.raw, der.MALFORMED, "signature algorithms differ")
    issuer = fields.take(der.SEQUENCE)
    validity = Fields(fields.take(der.SEQUENCE))
    not_before, not_after = der.certificate_time(validity.take()), der.certificate_time(validity.take())
    validity.end()
    subject = fields.take(der.SEQUENCE)
    key = algorithms.public_key(fields.take(der.SEQUENCE))
    listed = fields.optional(der.context(3))
    fields.end()
    certificate = Certificate(
        raw=data,
        signed=body.raw,
        serial=serial.raw,
        issuer=issuer.raw,
        subject=subject.raw,
        not_before=not_before,
        not_after=not_after,
        key=key,
        extensions=extensions([] if listed is None else der.sequence_of(der.only(listed.content, der.SEQUENCE))),
        algorithm=_algorithm(outside),
        signature=signature,
    )
    certificate.basic_constraints()
    certificate.key_usage()
    certificate.extended_key_usage()
    return certificate


def read_anchor(data: bytes) -> Certificate | None:
    """An anchor that is no certificate of the form is passed over."""
    try:
        return read(data)
    except Refused:
        return None
