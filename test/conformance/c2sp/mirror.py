#!/usr/bin/env python3
"""Checks a mirror of a ledger log against C2SP tlog-tiles, tlog-checkpoint, tlog-cosignature and tlog-policy, byte for byte.

Written from those specifications, not from ours. Ed25519 lines are by keys that the policy does not name, and only counted.

mirror.py DIR        exit status 0 where every file is what the specifications say
"""

from __future__ import annotations

import base64
import hashlib
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "python"))

import mldsa44  # noqa: E402

WIDTH = 256
OWN_FILES = {"checkpoint", "checkpoint.body", "tlog-policy"}


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tile_name(level: object, index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + ("" if width == WIDTH else f".p/{width}")


def tree_hash(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, over leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + tree_hash(hashes[:split]) + tree_hash(hashes[split:]))


def read_entries(folder: Path, size: int, seen: set[str]) -> list[bytes]:
    entries: list[bytes] = []
    while len(entries) < size:
        width = min(WIDTH, size - len(entries))
        name = tile_name("entries", len(entries) // WIDTH, width)
        seen.add(name)
        bundle = (folder / name).read_bytes()
        at = 0
        for _ in range(width):
            (length,) = struct.unpack(">H", bundle[at : at + 2])
            assert at + 2 + length <= len(bundle), f"{name} ends within an entry"
            entries.append(bundle[at + 2 : at + 2 + length])
            at += 2 + length
        assert at == len(bundle), f"{name} has more entries than its width says"
    return entries


def check_tiles(folder: Path, leaves: list[bytes], seen: set[str]) -> None:
    level, hashes = 0, leaves
    while hashes:
        for first in range(0, len(hashes), WIDTH):
            tile = hashes[first : first + WIDTH]
            name = tile_name(level, first // WIDTH, len(tile))
            seen.add(name)
            assert (folder / name).read_bytes() == b"".join(tile), f"{name} has other hashes"
        full = len(hashes) // WIDTH
        hashes = [tree_hash(hashes[i * WIDTH : (i + 1) * WIDTH]) for i in range(full)]
        level += 1


def read_policy(text: str) -> tuple[set[tuple[str, str]], dict[str, tuple[str, str]], dict[str, tuple[int, list[str]]], str]:
    """Logs, witnesses, groups and the quorum; keys as (key name, base64 of type and key)."""
    logs, witnesses, groups, quorum = set(), {}, {}, None
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "log":
            logs.add(read_vkey(words[1]))
        elif words[0] == "witness":
            witnesses[words[1]] = read_vkey(words[2])
        elif words[0] == "group":
            members = words[3:]
            assert all(member in witnesses or member in groups for member in members), f"{line}: not defined before"
            needed = {"any": 1, "all": len(members)}.get(words[2]) or int(words[2])
            assert 1 <= needed <= len(members), line
            groups[words[1]] = (needed, members)
        else:
            assert words[0] == "quorum" and quorum is None and words[1] in witnesses | groups, line
            quorum = words[1]
    assert quorum is not None, "the policy has no quorum"
    grouped = [member for _, members in groups.values() for member in members]
    assert len(grouped) == len(set(grouped)), "a name is in two groups"
    return logs, witnesses, groups, quorum


def read_vkey(text: str) -> tuple[str, str]:
    name, key_id, key = text.split("+", 2)
    assert sha256(name.encode() + b"\n" + base64.b64decode(key))[:4].hex() == key_id, f"{name} has another key id"
    return name, key


def signed_by(text: bytes, line: str, keys: dict[bytes, tuple[str, str]]) -> tuple[str, str] | None:
    """The ML-DSA-44 key of the policy whose line this is. Raises where the line does not verify."""
    dash, name, encoded = line.split(" ")
    assert dash == "—", line
    blob = base64.b64decode(encoded, validate=True)
    key = keys.get(name.encode() + b"\n" + blob[:4])
    if key is None:
        return None
    public = base64.b64decode(key[1])
    assert public[0] == 6 and len(blob) == 4 + 8 + 2420, f"{name}: not an ML-DSA-44 cosignature"
    origin, size, root = text.decode().split("\n")[:3]
    message = b"subtree/v1\n\x00" + bytes([len(name.encode())]) + name.encode() + blob[4:12]
    message += bytes([len(origin.encode())]) + origin.encode() + struct.pack(">QQ", 0, int(size)) + base64.b64decode(root)
    assert mldsa44.verify(public[1:], message, blob[12:]), f"the cosignature of {name} does not verify"
    return key


def main() -> int:
    folder = Path(sys.argv[1])
    note = (folder / "checkpoint").read_bytes()
    end = note.rindex(b"\n\n")
    text, lines = note[: end + 1], note[end + 2 :].decode().split("\n")
    assert lines.pop() == "", "the note does not end in a newline"
    assert (folder / "checkpoint.body").read_bytes() == text, "the body is another"
    origin, size, root, nothing = text.decode().split("\n")
    assert nothing == "" and str(int(size)) == size
    seen: set[str] = set()
    leaves = [sha256(b"\x00" + entry) for entry in read_entries(folder, int(size), seen)]
    check_tiles(folder, leaves, seen)
    assert base64.b64encode(tree_hash(leaves)).decode() == root, "the entries have another root"
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == seen | OWN_FILES, f"unexpected files: {sorted(there ^ (seen | OWN_FILES))}"

    logs, witnesses, groups, quorum = read_policy((folder / "tlog-policy").read_text())
    keys = {
        name.encode() + b"\n" + sha256(name.encode() + b"\n" + base64.b64decode(key))[:4]: (name, key)
        for name, key in [*logs, *witnesses.values()]
    }
    signers = {key for line in lines if (key := signed_by(text, line, keys)) is not None}

    def has_signed(name: str) -> bool:
        if name in witnesses:
            return witnesses[name] in signers
        needed, members = groups[name]
        return sum(map(has_signed, members)) >= needed

    assert any(name == origin and (name, key) in signers for name, key in logs), "the log has not signed"
    assert has_signed(quorum), "there is no quorum"
    print(f"{origin}: {size} entries, {len(lines)} signature lines, {len(signers)} of them by keys of the policy; a quorum")
    return 0


if __name__ == "__main__":
    sys.exit(main())
