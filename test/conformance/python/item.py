"""The 44 bytes that go to the ledger: slot-and-item.md, "Item"."""

from __future__ import annotations

from dataclasses import dataclass

from errors import demand
from texts import u64

MAGIC = bytes.fromhex("42534901")
LENGTH = 44


@dataclass(frozen=True)
class Item:
    slot: int
    root: bytes

    def encode(self) -> bytes:
        return MAGIC + self.slot.to_bytes(8, "big") + self.root


def read(data: bytes) -> Item:
    demand(len(data) == LENGTH, "item-malformed", "length")
    demand(data.startswith(MAGIC), "item-malformed", "magic")
    return Item(u64(data[4:12], "item-malformed"), data[12:])
