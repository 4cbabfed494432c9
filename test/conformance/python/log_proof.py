"""C2SP tlog-proof: checkpoint-and-cosignature.md, "Log proof"."""

from __future__ import annotations

from dataclasses import dataclass

import checkpoint
import merkle
import note
from errors import demand
from texts import base64_strict, decimal

CODE = "log-malformed"
FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class LogProof:
    extra: bytes | None
    index: int
    hashes: list[bytes]
    note: note.Note
    checkpoint: checkpoint.Checkpoint

    def root(self, entry: bytes) -> bytes:
        return merkle.inclusion_root(merkle.entry_hash(entry), self.index, self.checkpoint.size, self.hashes)


def read(text: str) -> LogProof:
    head, empty, signed = text.partition("\n\n")
    demand(empty, CODE, "no empty line")
    lines = head.split("\n")
    demand(lines.pop(0) == FIRST_LINE, CODE, "first line")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = base64_strict(lines.pop(0)[6:], code=CODE)
        demand(extra, CODE, "extra line with nothing in it")
    demand(lines and lines[0].startswith("index "), CODE, "index")
    index = decimal(lines.pop(0)[6:], code=CODE)
    demand(len(lines) <= 53, CODE, "too many hashes")
    hashes = [base64_strict(line, 32, CODE) for line in lines]
    signed_note = note.read(signed)
    return LogProof(extra, index, hashes, signed_note, checkpoint.read(signed_note.text))
