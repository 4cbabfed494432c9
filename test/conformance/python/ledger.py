"""Blocks and transactions of the ledger: ledger-log.md, "Encodings of the ledger"."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from errors import demand

CODE = "block-malformed"
OP_RETURN, OP_DROP = 0x6A, 0x75


def double_sha256(data: bytes) -> bytes:
    return sha256(sha256(data).digest()).digest()


@dataclass(frozen=True)
class Input:
    txid: bytes
    output: int
    script: bytes


@dataclass(frozen=True)
class Transaction:
    hash: bytes
    inputs: list[Input]
    output_scripts: list[bytes]


@dataclass(frozen=True)
class Block:
    hash: bytes
    previous: bytes
    time: int
    transactions: list[Transaction]


class _Reader:
    """Takes little-endian numbers and bytes one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def bytes(self, length: int) -> bytes:
        demand(self.place + length <= len(self.data), CODE, "cut off")
        self.place += length
        return self.data[self.place - length : self.place]

    def number(self, length: int) -> int:
        return int.from_bytes(self.bytes(length), "little")

    def varint(self) -> int:
        first = self.number(1)
        if first < 253:
            return first
        length = {253: 2, 254: 4, 255: 8}[first]
        number = self.number(length)
        demand(number >= (253 if length == 2 else 1 << 4 * length), CODE, "varint not in its shortest form")
        return number


def _transaction(reader: _Reader) -> Transaction:
    begin = reader.place
    reader.bytes(4)
    count = reader.varint()
    demand(count >= 1, CODE, "no input")
    inputs = []
    for _ in range(count):
        txid, output = reader.bytes(32), reader.number(4)
        inputs.append(Input(txid, output, reader.bytes(reader.varint())))
        reader.bytes(4)
    count = reader.varint()
    demand(count >= 1, CODE, "no output")
    scripts = []
    for _ in range(count):
        reader.bytes(8)
        scripts.append(reader.bytes(reader.varint()))
    reader.bytes(4)
    return Transaction(double_sha256(reader.data[begin : reader.place]), inputs, scripts)


def _root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = list(zip(hashes[0::2], hashes[1::2]))
        demand(all(left != right for left, right in pairs), CODE, "two equal neighbours")
        if len(hashes) % 2:
            pairs.append((hashes[-1], hashes[-1]))
        hashes = [double_sha256(left + right) for left, right in pairs]
    return hashes[0]


def read_block(data: bytes) -> Block:
    reader = _Reader(data)
    reader.bytes(4)
    previous, root, time = reader.bytes(32), reader.bytes(32), reader.number(4)
    reader.bytes(8)
    count = reader.varint()
    demand(count >= 1, CODE, "no transaction")
    transactions = [_transaction(reader) for _ in range(count)]
    demand(reader.place == len(data), CODE, "bytes after the block")
    demand(_root([one.hash for one in transactions]) == root, CODE, "another root")
    return Block(double_sha256(data[:80]), previous, time, transactions)


def script_parts(script: bytes) -> list[bytes | int] | None:
    """Pushes as bytes and operations as numbers; nothing if a push is cut off or not in its shortest form."""
    parts: list[bytes | int] = []
    place = 0
    while place < len(script):
        code = script[place]
        place += 1
        if code > 0x4E:
            parts.append(code)
            continue
        length = code
        if code >= 0x4C:
            size = 1 << code - 0x4C
            number = script[place : place + size]
            length = int.from_bytes(number, "little")
            place += size
            if len(number) < size or length < (76, 256, 65536)[code - 0x4C]:
                return None
        if place + length > len(script):
            return None
        parts.append(script[place : place + length])
        place += length
    return parts
