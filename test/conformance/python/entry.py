"""An entry of the log: ledger-log.md, "Entry"."""

from __future__ import annotations

from dataclasses import dataclass

import item
from errors import demand
from texts import u64

MAGIC = bytes.fromhex("42534c01")
LENGTH = 76


@dataclass(frozen=True)
class Entry:
    publisher: bytes
    height: int
    item: item.Item

    def encode(self) -> bytes:
        return MAGIC + self.publisher + self.height.to_bytes(8, "big") + self.item.encode()


def read(data: bytes) -> Entry:
    demand(len(data) == LENGTH, "entry-malformed", "length")
    demand(data.startswith(MAGIC), "entry-malformed", "magic")
    return Entry(data[4:24], u64(data[24:32], "entry-malformed"), item.read(data[32:]))
