"""Addresses of the ledger: trust-and-charter.md, "Addresses"."""

from __future__ import annotations

from hashlib import sha256

from errors import demand

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CODE = "address"


def _base58(text: str) -> bytes:
    """Step 2: each leading `1` is a byte 00, the rest a number in its shortest bytes."""
    digits = text.lstrip("1")
    number = 0
    for digit in digits:
        number = number * 58 + _ALPHABET.index(digit)
    return bytes(len(text) - len(digits)) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def key_hash(text: object, version: bytes, checksum: bytes) -> bytes:
    """The HASH160 for which an address stands."""
    demand(isinstance(text, str) and 20 <= len(text) <= 64 and all(c in _ALPHABET for c in text), CODE, "form")
    data = _base58(text)
    demand(len(data) == 20 + len(version) + 4, CODE, "length")
    body, check = data[:-4], data[-4:]
    digest = sha256(sha256(body).digest()).digest()
    demand(check == bytes(a ^ b for a, b in zip(digest, checksum)), CODE, "checksum")
    part = 20 // len(version)
    result, place = b"", 0
    for byte in version:
        demand(body[place] == byte, CODE, "version")
        result += body[place + 1 : place + 1 + part]
        place += 1 + part
    return result + body[place:]
