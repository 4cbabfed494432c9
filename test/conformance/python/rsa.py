"""RSA signature verification: RFC 8017, RSASSA-PKCS1-v1_5 (8.2.2) and RSASSA-PSS (8.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import new as new_hash

# DER of DigestInfo before the digest itself: RFC 8017, 9.2, note 1.
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


@dataclass(frozen=True)
class RsaKey:
    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        """Bytes of the modulus."""
        return (self.modulus.bit_length() + 7) // 8


def _open(key: RsaKey, signature: bytes) -> int | None:
    """RSAVP1; a signature is as long as the modulus and a number below it."""
    number = int.from_bytes(signature, "big")
    if len(signature) != key.size or number >= key.modulus:
        return None
    return pow(number, key.exponent, key.modulus)


def verify_pkcs1(key: RsaKey, digest_name: str, message: bytes, signature: bytes) -> bool:
    opened = _open(key, signature)
    info = _DIGEST_INFO[digest_name] + new_hash(digest_name, message).digest()
    expected = b"\x00\x01" + b"\xff" * (key.size - len(info) - 3) + b"\x00" + info
    return opened is not None and opened.to_bytes(key.size, "big") == expected


def _mgf1(seed: bytes, length: int, digest_name: str) -> bytes:
    """RFC 8017, B.2.1."""
    mask, counter = b"", 0
    while len(mask) < length:
        mask += new_hash(digest_name, seed + counter.to_bytes(4, "big")).digest()
        counter += 1
    return mask[:length]


def verify_pss(key: RsaKey, digest_name: str, message: bytes, signature: bytes) -> bool:
    """With MGF1 by the same digest, and a salt as long as the digest (9.1.2)."""
    digest = new_hash(digest_name, message).digest()
    bits, size = key.modulus.bit_length() - 1, len(digest)
    length = (bits + 7) // 8
    opened = _open(key, signature)
    if opened is None or opened >> bits:
        return False
    encoded = opened.to_bytes(length, "big")
    masked, seed = encoded[: length - size - 1], encoded[length - size - 1 : -1]
    mask = _mgf1(seed, len(masked), digest_name)
    block = int.from_bytes(masked, "big") ^ int.from_bytes(mask, "big")
    block &= (1 << bits - 8 * (size + 1)) - 1
    data = block.to_bytes(len(masked), "big")
    zeros = len(masked) - size - 1
    return (
        encoded[-1] == 0xBC
        and data[: zeros + 1] == bytes(zeros) + b"\x01"
        and new_hash(digest_name, bytes(8) + digest + data[zeros + 1 :]).digest() == seed
    )
