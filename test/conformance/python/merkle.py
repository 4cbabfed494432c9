"""Merkle trees of the log: RFC 9162, section 2.1, with SHA-256."""

from __future__ import annotations

from hashlib import sha256

from errors import demand


def entry_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(entries: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1: the hash of a tree over these entries."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return entry_hash(entries[0])
    middle = 1 << (len(entries) - 1).bit_length() - 1
    return node_hash(root(entries[:middle]), root(entries[middle:]))


def inclusion_root(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2, as "Root of an inclusion proof" in checkpoint-and-cosignature.md has it."""
    demand(0 <= index < size, "inclusion-proof", "index outside the tree")
    first, last, node = index, size - 1, leaf
    for sibling in proof:
        demand(len(sibling) == 32, "inclusion-proof", "hash of another length")
        demand(last > 0, "inclusion-proof", "too long")
        if first % 2 or first == last:
            node = node_hash(sibling, node)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    demand(last == 0, "inclusion-proof", "too short")
    return node


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> None:
    """RFC 9162, 2.1.4.2; the empty tree and the tree itself begin every tree by an empty proof."""
    code = "consistency-proof"
    demand(0 <= old_size <= new_size, code, "sizes")
    demand(all(len(node) == 32 for node in proof), code, "hash of another length")
    if old_size == new_size:
        demand(not proof and old_root == new_root, code, "same size")
        return
    if old_size == 0:
        demand(not proof and old_root == root([]), code, "from the empty tree")
        return
    demand(proof, code, "too short")
    nodes = list(proof)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    first, last = old_size - 1, new_size - 1
    while first % 2:
        first, last = first >> 1, last >> 1
    older = newer = nodes[0]
    for node in nodes[1:]:
        demand(last > 0, code, "too long")
        if first % 2 or first == last:
            older, newer = node_hash(node, older), node_hash(node, newer)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            newer = node_hash(newer, node)
        first, last = first >> 1, last >> 1
    demand(last == 0, code, "too short")
    demand(older == old_root and newer == new_root, code, "another root")
