"""Checkpoints of C2SP tlog-checkpoint: checkpoint-and-cosignature.md, "Checkpoint"."""

from __future__ import annotations

from dataclasses import dataclass

from errors import demand
from texts import base64_strict, decimal, is_key_name

CODE = "checkpoint-malformed"


@dataclass(frozen=True)
class Checkpoint:
    text: str
    origin: str
    size: int
    root: bytes


def read(text: str) -> Checkpoint:
    """Three lines, each ending in a newline; no extension lines."""
    lines = text.split("\n")
    demand(len(lines) == 4 and lines[3] == "", CODE, "not three lines")
    demand(is_key_name(lines[0]), CODE, "origin")
    return Checkpoint(text, lines[0], decimal(lines[1], code=CODE), base64_strict(lines[2], 32, CODE))
