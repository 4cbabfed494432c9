"""Signed notes of C2SP: checkpoint-and-cosignature.md, "Note"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from errors import demand
from texts import base64_strict, characters, is_key_name, is_text

CODE = "note-malformed"


@dataclass(frozen=True)
class SignatureLine:
    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    text: str
    lines: list[SignatureLine]


def _line(text: str) -> SignatureLine:
    parts = text.split(" ")
    demand(len(parts) == 3 and parts[0] == "\u2014", CODE, "signature line")
    demand(is_key_name(parts[1]), CODE, "key name")
    data = base64_strict(parts[2], code=CODE)
    demand(len(data) >= 5, CODE, "signature of no bytes")
    return SignatureLine(parts[1], data[:4], data[4:])


def read(note: str) -> Note:
    demand(is_text(note) and characters(note) <= 1_000_000, CODE, "not a text of at most 1 000 000 characters")
    demand(re.search(r"[\x00-\x09\x0b-\x1f]", note) is None, CODE, "control character")
    end = note.rfind("\n\n")
    demand(end >= 0 and note.endswith("\n"), CODE, "no empty line or no newline at the end")
    lines = note[end + 2 : -1].split("\n")
    demand(len(lines) <= 256, CODE, "too many lines")
    return Note(note[: end + 1], [_line(line) for line in lines])
