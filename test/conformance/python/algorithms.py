"""Digests, keys and signature algorithms of time stamps: time-stamp.md, "Form"."""

from __future__ import annotations

from dataclasses import dataclass

import der
import ecdsa
import rsa
from der import Element, Fields
from ecdsa import Curve
from errors import demand
from rsa import RsaKey

CODE = "algorithm"
DIGESTS = {
    "2.16.840.1.101.3.4.2.1": ("sha256", 32),
    "2.16.840.1.101.3.4.2.2": ("sha384", 48),
    "2.16.840.1.101.3.4.2.3": ("sha512", 64),
}
_PKCS1 = {"1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512"}
_PSS, _MGF1 = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
_ECDSA = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}
_RSA_KEY, _EC_KEY = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
_CURVES = {"1.2.840.10045.3.1.7": ecdsa.P256, "1.3.132.0.34": ecdsa.P384}


@dataclass(frozen=True)
class EcKey:
    curve: Curve
    point: bytes


Key = RsaKey | EcKey


@dataclass(frozen=True)
class Algorithm:
    """`family` is `pkcs1`, `pss` or `ecdsa`."""

    family: str
    digest: str


def _demand_null(fields: Fields) -> None:
    null = fields.optional(der.NULL)
    demand(null is not None and null.content == b"", CODE, "parameters are not NULL")


def digest(element: Element, null_allowed: bool = False) -> tuple[str, int]:
    """The name and length of one of the three digests; without parameters, or maybe with NULL."""
    fields = Fields(element)
    name = der.oid(fields.take(der.OID))
    demand(name in DIGESTS, CODE, f"digest {name}")
    if fields.more() and null_allowed:
        _demand_null(fields)
    demand(not fields.more(), CODE, "parameters of the digest")
    return DIGESTS[name]


def _pss_digest(fields: Fields, null_allowed: bool) -> str:
    """Parameters of PSS: [0] digest, [1] MGF1 with the same digest, [2] length of the digest."""
    parameters = Fields(fields.take(der.SEQUENCE))
    name, length = digest(der.only(parameters.take(der.context(0)).content, der.SEQUENCE), null_allowed)
    mask = Fields(der.only(parameters.take(der.context(1)).content, der.SEQUENCE))
    demand(der.oid(mask.take(der.OID)) == _MGF1, CODE, "not MGF1")
    demand(digest(mask.take(der.SEQUENCE), null_allowed)[0] == name, CODE, "another digest in MGF1")
    mask.end()
    salt = der.integer(der.only(parameters.take(der.context(2)).content, der.INTEGER))
    demand(salt == length, CODE, "length of the salt")
    parameters.end()
    return name


def signature_algorithm(element: Element, null_allowed: bool = False) -> Algorithm:
    fields = Fields(element)
    name = der.oid(fields.take(der.OID))
    if name in _PKCS1:
        _demand_null(fields)
        result = Algorithm("pkcs1", _PKCS1[name])
    elif name == _PSS:
        result = Algorithm("pss", _pss_digest(fields, null_allowed))
    else:
        demand(name in _ECDSA, CODE, f"signature algorithm {name}")
        result = Algorithm("ecdsa", _ECDSA[name])
    demand(not fields.more(), CODE, "surplus parameters")
    return result


def _rsa_key(data: bytes) -> RsaKey:
    fields = Fields(der.only(data, der.SEQUENCE))
    modulus, exponent = der.integer(fields.take(der.INTEGER)), der.integer(fields.take(der.INTEGER))
    fields.end()
    demand(modulus > 0 and 2048 <= modulus.bit_length() <= 4096 and modulus % 2, CODE, "modulus")
    demand(65537 <= exponent < 2**32 and exponent % 2, CODE, "exponent")
    return RsaKey(modulus, exponent)


def public_key(element: Element) -> Key:
    """SubjectPublicKeyInfo."""
    fields = Fields(element)
    algorithm = Fields(fields.take(der.SEQUENCE))
    name = der.oid(algorithm.take(der.OID))
    data = der.whole_bytes(fields.take(der.BIT_STRING))
    fields.end()
    if name == _RSA_KEY:
        _demand_null(algorithm)
        demand(not algorithm.more(), CODE, "surplus parameters")
        return _rsa_key(data)
    demand(name == _EC_KEY, CODE, f"key {name}")
    curve = _CURVES.get(der.oid(algorithm.take(der.OID)))
    demand(curve is not None and not algorithm.more(), CODE, "curve")
    demand(curve.decode(data) is not None, CODE, "not an uncompressed point")
    return EcKey(curve, data)


def _ecdsa_numbers(signature: bytes) -> tuple[int, int]:
    fields = Fields(der.only(signature, der.SEQUENCE))
    r, s = der.integer(fields.take(der.INTEGER)), der.integer(fields.take(der.INTEGER))
    fields.end()
    return r, s


def has_low_s(key: Key, signature: bytes) -> bool:
    """0 < s <= (n - 1) / 2 where the key is of ECDSA; of RSA there is one signature anyway."""
    return isinstance(key, RsaKey) or 0 < _ecdsa_numbers(signature)[1] <= (key.curve.n - 1) // 2


def verifies(key: Key, algorithm: Algorithm, message: bytes, signature: bytes) -> bool:
    if isinstance(key, RsaKey):
        verifier = {"pkcs1": rsa.verify_pkcs1, "pss": rsa.verify_pss}.get(algorithm.family)
        return verifier is not None and verifier(key, algorithm.digest, message, signature)
    return algorithm.family == "ecdsa" and ecdsa.verify(
        key.curve, key.point, algorithm.digest, message, *_ecdsa_numbers(signature)
    )
