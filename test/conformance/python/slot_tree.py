"""The tree over a slot's statements: slot-and-item.md, "Tree"."""

from __future__ import annotations

from hashlib import sha256

from errors import demand

HEIGHTS = (10, 15, 20)
DOMAIN = b"besure/statement-leaf/v1\n"


def leaf(jws: str, countersignature: str | None) -> bytes:
    def with_length(text: str) -> bytes:
        data = text.encode("utf-8")
        return len(data).to_bytes(4, "big") + data

    return sha256(b"\x00" + DOMAIN + with_length(jws) + with_length(countersignature or "")).digest()


def root(leaf_hash: bytes, index: int, path: list[bytes]) -> bytes:
    """ "From a path to the root", steps 1 to 3."""
    demand(len(path) in HEIGHTS and all(len(node) == 32 for node in path), "slot-path", "path")
    demand(type(index) is int and 0 <= index < 2 ** len(path), "slot-path", "index")
    node = leaf_hash
    for sibling in path:
        pair = sibling + node if index % 2 else node + sibling
        node = sha256(b"\x01" + pair).digest()
        index //= 2
    return node
