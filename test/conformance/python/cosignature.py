"""Keys and signatures of checkpoints: checkpoint-and-cosignature.md, "Keys and key ids", "What is signed"."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import ed25519
import mldsa44
from checkpoint import Checkpoint
from errors import demand
from note import SignatureLine
from texts import base64_strict, hexadecimal, is_key_name, u64

LOG_ED25519, WITNESS_ED25519, ML_DSA_44 = 0x01, 0x04, 0x06
_KEY_LENGTHS = {LOG_ED25519: 32, WITNESS_ED25519: 32, ML_DSA_44: mldsa44.PUBLIC_KEY_LENGTH}
_SIGNATURE_LENGTHS = {LOG_ED25519: 64, WITNESS_ED25519: 8 + 64, ML_DSA_44: 8 + mldsa44.SIGNATURE_LENGTH}
SIGNATURE = "checkpoint-signature"


@dataclass(frozen=True)
class VerifierKey:
    name: str
    type: int
    key: bytes

    @property
    def id(self) -> bytes:
        data = self.name.encode("utf-8") + b"\n" + bytes([self.type]) + self.key
        return sha256(data).digest()[:4]

    def signed(self, line: SignatureLine) -> bool:
        """The name and key id of the line are those of this key."""
        return (line.name, line.key_id) == (self.name, self.id)


def read_key(text: str) -> VerifierKey:
    """A name, `+`, the key id in hexadecimal, `+`, base64 of type and key."""
    code = "verifier-key"
    parts = text.split("+", 2)
    demand(len(parts) == 3 and is_key_name(parts[0]), code, "form")
    demand(len(parts[0].encode("utf-8")) <= 255, code, "name too long")
    data = base64_strict(parts[2], code=code)
    demand(data and len(data) - 1 == _KEY_LENGTHS.get(data[0]), code, "type or length of the key")
    key = VerifierKey(parts[0], data[0], data[1:])
    demand(hexadecimal(parts[1], 4, code) == key.id, code, "key id")
    return key


def _message(key: VerifierKey, time: int, checkpoint: Checkpoint) -> bytes:
    """ "What is signed"."""
    if key.type == LOG_ED25519:
        return checkpoint.text.encode("utf-8")
    if key.type == WITNESS_ED25519:
        return f"cosignature/v1\ntime {time}\n{checkpoint.text}".encode("utf-8")
    name, origin = key.name.encode("utf-8"), checkpoint.origin.encode("utf-8")
    demand(len(name) <= 255 and len(origin) <= 255, SIGNATURE, "name or origin too long to be signed")
    return b"".join(
        [
            b"subtree/v1\n\0",
            bytes([len(name)]) + name,
            time.to_bytes(8, "big"),
            bytes([len(origin)]) + origin,
            (0).to_bytes(8, "big") + checkpoint.size.to_bytes(8, "big") + checkpoint.root,
        ]
    )


def verify(key: VerifierKey, line: SignatureLine, checkpoint: Checkpoint) -> int:
    """The time of the signature, 0 where its type has none; refused where it does not verify."""
    demand(key.signed(line), SIGNATURE, "of another key")
    demand(len(line.signature) == _SIGNATURE_LENGTHS[key.type], SIGNATURE, "length")
    if key.type == LOG_ED25519:
        time, signature = 0, line.signature
    else:
        time, signature = u64(line.signature[:8], SIGNATURE), line.signature[8:]
    verifier = mldsa44.verify if key.type == ML_DSA_44 else ed25519.verify
    demand(verifier(key.key, _message(key, time, checkpoint), signature), SIGNATURE)
    return time
