"""Signatures of statements and countersignatures: statement.md, "Signature"."""

from __future__ import annotations

import ecdsa
from errors import demand
from texts import base64url

_N = ecdsa.P256.n


def read(text: str, code: str) -> tuple[int, int]:
    """64 bytes r || s in base64url, r in range and s in its lower half."""
    data = base64url(text, 64, code)
    r, s = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big")
    demand(0 < r < _N and 0 < s <= _N // 2, code, "r or s out of range")
    return r, s


def verifies(key: bytes, signing_input: str, signature: tuple[int, int]) -> bool:
    return ecdsa.verify(ecdsa.P256, key, "sha256", signing_input.encode("ascii"), *signature)
