"""Which transactions become entries, and when a checkpoint is due: ledger-log.md, "The leaf rule", "Checkpoints"."""

from __future__ import annotations

from hashlib import new as new_hash
from hashlib import sha256

import merkle
import rights_entry
import slots
from charter import Period
from entry import Entry
from errors import Refused, demand
from item import LENGTH, MAGIC, Item
from ledger import OP_DROP, OP_RETURN, Block, Transaction, script_parts
from texts import MAX_INTEGER


class Skip(Exception):
    """The reason why a transaction adds nothing."""


def _demand(condition: object, reason: str) -> None:
    if not condition:
        raise Skip(reason)


def hash160(key: bytes) -> bytes:
    return new_hash("ripemd160", sha256(key).digest()).digest()


def _varint(data: bytes, place: int) -> tuple[int, int] | None:
    """A number in its shortest form, and the place behind it."""
    first = data[place : place + 1]
    if not first:
        return None
    if first[0] < 253:
        return first[0], place + 1
    size = {253: 2, 254: 4, 255: 8}[first[0]]
    number = int.from_bytes(data[place + 1 : place + 1 + size], "little")
    behind = place + 1 + size
    shortest = number >= (253 if size == 2 else 1 << 4 * size)
    return (number, behind) if behind <= len(data) and shortest else None


def _created_stream(script: bytes) -> bytes | None:
    """The name of the stream that an output creates."""
    parts = script_parts(script)
    if parts is None or len(parts) != 3 or parts[1:] != [OP_DROP, OP_RETURN] or isinstance(parts[0], int):
        return None
    push, fields, place = parts[0], {}, 5
    if not push.startswith(b"spkn\x02"):
        return None
    while place < len(push):
        length = _varint(push, place + 2)
        if push[place] != 0 or length is None or length[1] + length[0] > len(push) or push[place + 1] in fields:
            return None
        fields[push[place + 1]] = push[length[1] : length[1] + length[0]]
        place = length[1] + length[0]
    name = fields.get(1, b"")
    return name if 1 <= len(name) <= 32 and all(0x21 <= byte <= 0x7E for byte in name) else None


def _item_parts(script: bytes) -> tuple[list[bytes], bytes]:
    """Condition 6: the dropped pushes, and the data."""
    parts = script_parts(script) or []
    dropped, rest = [], parts
    while len(rest) >= 2 and isinstance(rest[0], bytes) and rest[1] == OP_DROP:
        dropped.append(rest[0])
        rest = rest[2:]
    _demand(dropped and len(rest) == 2 and rest[0] == OP_RETURN and isinstance(rest[1], bytes), "not-an-item")
    _demand(dropped[0].startswith(b"spke") and len(dropped[0]) == 20, "not-an-item")
    others = dropped[1:]
    keys = others[:-1] if others and others[-1].startswith(b"spkf") else others
    _demand(all(push.startswith(b"spkk") for push in keys), "not-an-item")
    return dropped, rest[1]


def _demand_input(transaction: Transaction) -> bytes:
    """Conditions 2 to 5; the key."""
    _demand(len(transaction.inputs) == 1, "input-count")
    only = transaction.inputs[0]
    _demand(not (only.txid == bytes(32) and only.output == 0xFFFFFFFF), "coinbase")
    parts = script_parts(only.script) or []
    _demand(len(parts) == 2 and all(isinstance(part, bytes) for part in parts), "input-script")
    signature, key = parts
    _demand(9 <= len(signature) <= 73 and len(key) == 33 and key[0] in (2, 3), "input-script")
    _demand(signature[-1] == 1, "hash-type")
    return key


class StreamLog:
    """The log of what stands in a stream: what the blocks so far have made of it."""

    def __init__(self, rule: dict, before: dict) -> None:
        self._stream_name = rule["stream"].encode("ascii")
        self._every = rule["checkpointEvery"]
        self._stream = None if before["stream"] is None else bytes.fromhex(before["stream"])[::-1][16:32]
        self._entries: list[bytes] = []
        self._from_start = before["size"] == 0
        self.size = before["size"]
        self._due_size = before["dueSize"]
        self._newest: tuple[int, bytes] | None = None

    def _published(self, transaction: Transaction) -> tuple[bytes, bytes]:
        """Conditions 1 to 9: HASH160 of the key, and the data."""
        _demand(self._stream is not None, "no-stream")
        key = _demand_input(transaction)
        dropped, data = _item_parts(transaction.output_scripts[0])
        _demand(dropped[0][4:] == self._stream, "stream")
        _demand(not (len(dropped) > 1 and dropped[-1].startswith(b"spkf")), "format")
        _demand(dropped[1:] == [b"spkk"], "keys")
        return hash160(key), data

    def _entry(self, transaction: Transaction, block: Block, height: int) -> bytes:
        raise NotImplementedError

    def _transaction(self, transaction: Transaction, block: Block, height: int) -> dict[str, str]:
        if self._stream is None and self._stream_name in map(_created_stream, transaction.output_scripts):
            self._stream = transaction.hash[16:32]
        try:
            entry = self._entry(transaction, block, height)
        except Skip as skip:
            return {"skip": str(skip)}
        self._entries.append(entry)
        self.size += 1
        return {"entry": entry.hex()}

    def block(self, block: Block, height: int) -> list[dict[str, str]]:
        """What each transaction of a final block adds, or why it is skipped."""
        if self._newest is not None:
            demand(self._newest == (height - 1, block.previous), "block-malformed", "not on the block below")
        self._newest = (height, block.hash)
        return [self._transaction(transaction, block, height) for transaction in block.transactions]

    def checkpoint(self, height: int) -> dict[str, object] | None:
        """The checkpoint that is due after the block at this height."""
        if height % self._every or self.size <= self._due_size:
            return None
        self._due_size = self.size
        root = {"root": merkle.root(self._entries).hex()} if self._from_start else {}
        return {"height": height, "size": self.size, **root}


class Log(StreamLog):
    """The log of proofs."""

    def __init__(self, rule: dict, before: dict) -> None:
        super().__init__(rule, before)
        self._slots = slots.from_members(rule["slots"])
        self._ahead = rule["slotAheadSeconds"]
        self._members = rule["members"]
        self._taken = {(taken["member"], taken["slot"]) for taken in before["taken"]}

    def _publisher(self, key_hash: bytes, height: int) -> str | None:
        for member in self._members:
            periods = [member] if "from" in member else []
            for key in member["ledgerKeys"]:
                in_force = all(Period(p["from"], p["until"]).holds(height) for p in [*periods, key])
                if bytes.fromhex(key["keyHash"]) == key_hash and in_force:
                    return member["id"]
        return None

    def _demand_slot(self, slot: int, time: int) -> None:
        """Conditions 13 to 15."""
        _demand(slot <= MAX_INTEGER, "item")
        _demand(slot >= self._slots.base, "slot-before-first")
        start = self._slots.start_millis + (slot - self._slots.base) * self._slots.length_millis
        _demand(start <= (time + self._ahead) * 1000, "slot-ahead")

    def _entry(self, transaction: Transaction, block: Block, height: int) -> bytes:
        """Conditions 1 to 16."""
        key_hash, data = self._published(transaction)
        _demand(len(data) == LENGTH, "length")
        _demand(data.startswith(MAGIC), "magic")
        member = self._publisher(key_hash, height)
        _demand(member is not None, "publisher")
        slot = int.from_bytes(data[4:12], "big")
        self._demand_slot(slot, block.time)
        _demand((member, slot) not in self._taken, "slot-taken")
        self._taken.add((member, slot))
        return Entry(key_hash, height, Item(slot, data[12:])).encode()


class RightsLog(StreamLog):
    """The log of rights: rights.md, "Item and entry", "Room"."""

    ROOM, FREED = 1_048_576, 16

    def __init__(self, rule: dict, before: dict) -> None:
        super().__init__(rule, before)
        self._nodes = set(rule.get("nodes", []))
        self._used = {name: (used["bytes"], used["height"]) for name, used in before.get("rooms", {}).items()}

    def _use_room(self, publisher: str, length: int, height: int) -> None:
        name = publisher if publisher in self._nodes else "others"
        used, since = self._used.get(name, (0, height))
        now = max(0, used - self.FREED * (height - since)) + length
        _demand(now <= self.ROOM, "room")
        self._used[name] = (now, height)

    def _entry(self, transaction: Transaction, block: Block, height: int) -> bytes:
        key_hash, data = self._published(transaction)
        entry = rights_entry.MAGIC + key_hash + height.to_bytes(8, "big") + block.time.to_bytes(4, "big") + data
        try:
            rights_entry.read(entry)
        except Refused as refusal:
            raise Skip("item") from refusal
        self._use_room(key_hash.hex(), len(entry), height)
        return entry
