"""An item and an entry of the log of rights: rights.md, "Item and entry"."""

from __future__ import annotations

from dataclasses import dataclass

from errors import demand
from texts import u64

CODE = "rights-entry"
MAGIC = bytes.fromhex("42535201")
KINDS = {bytes.fromhex("42534301"): "charter", bytes.fromhex("42534e01"): "note"}
_BEFORE_ITEM = 36


@dataclass(frozen=True)
class Entry:
    publisher: bytes
    height: int
    time: int
    kind: str
    content: bytes


def read(data: bytes) -> Entry:
    demand(data.startswith(MAGIC), CODE, "magic")
    item = data[_BEFORE_ITEM:]
    demand(5 <= len(item) <= 65_000, CODE, "length of the item")
    demand(item[:4] in KINDS, CODE, "magic of the item")
    height, time = u64(data[24:32], CODE), int.from_bytes(data[32:36], "big")
    return Entry(data[4:24], height, time, KINDS[item[:4]], item[4:])
