"""A trust file of version 1: trust-and-charter.md, "Trust file, version 1"."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import charter
import checkpoint
import cosignature
import exact_json
import merkle
import note
import quorum
import rights
from charter import Charter, Cosigner
from charter_form import CODE
from checkpoint import Checkpoint
from errors import Refused, demand
from note import Note, SignatureLine
from texts import base64_strict, characters, hexadecimal, is_text

MEMBERS = ["format", "network", "checkpoint", "entries"]
BEGINNING = '{\n  "format": "besure-trust-v1"'
MAX_TIME = 253402300799
NOT_CONFIRMED = "trust-not-confirmed"


def _counted(lines: list[SignatureLine], signed: Checkpoint, cosigners: list[Cosigner]) -> list[tuple[int, int]]:
    """Of each line that counts the place of its key, and its time."""
    result = []
    for line in lines:
        for place, cosigner in enumerate(cosigners):
            if not cosigner.key.signed(line):
                continue
            try:
                time = cosignature.verify(cosigner.key, line, signed)
            except Refused:
                continue
            right = time == 0 if cosigner.kind == "log" else 1 <= time <= MAX_TIME and cosigner.period.holds(time)
            if right:
                result.append((place, time))
    return result


def confirmation(read: Note, entries: list[bytes], by: Charter) -> tuple[list[int], int]:
    """The places of the keys whose lines count, and the latest time of which a quorum of the charter says that these are all entries."""
    signed = checkpoint.read(read.text)
    demand(signed.size == len(entries) and signed.root == merkle.root(entries), CODE, "root of the entries")
    origin = f"{by.origin}/rights"
    of_log = [
        replace(one, key=replace(one.key, name=origin)) if one.kind == "log" else one for one in by.cosigners
    ]
    counted = _counted(read.lines, signed, of_log) if signed.origin == origin else []
    cosignatures = [(of_log[place], time) for place, time in counted]
    time = quorum.upheld(cosignatures, by.terms[-1])
    is_by_log = any(cosigner.kind == "log" for cosigner, _ in cosignatures)
    demand(time is not None and is_by_log, NOT_CONFIRMED)
    return [place for place, _ in counted], time


def replay(network: str, entries: list[bytes]) -> tuple[rights.Replay, Charter]:
    """What the entries come to."""
    log = rights.Replay(network)
    for entry in entries:
        log.take(entry)
    demand(log.network is not None, CODE, "no charter of that network")
    return log, charter.read_value(log.charter)


def _form(text: str) -> dict:
    demand(is_text(text) and characters(text) <= 100_000_000, CODE, "not a text of at most 100 000 000 characters")
    value = exact_json.members(exact_json.parse(text, CODE), MEMBERS, CODE)
    demand(isinstance(value["checkpoint"], str) and isinstance(value["entries"], list), CODE, "checkpoint, entries")
    demand(exact_json.write_indented(value) + "\n" == text, CODE, "not the one text")
    hexadecimal(value["network"], 32, CODE)
    return value


@lru_cache(maxsize=8)
def read(text: str) -> tuple[Charter, int]:
    """The charter that the log comes to, and the latest time of which a quorum says that nothing is missing."""
    value = _form(text)
    entries = [base64_strict(one, code=CODE) for one in value["entries"]]
    try:
        _, result = replay(value["network"], entries)
        given = note.read(value["checkpoint"])
        places, time = confirmation(given, entries, result)
        demand(len(places) == len(given.lines) and places == sorted(set(places)), CODE, "a line that does not count")
        return result, time
    except Refused as refusal:
        if refusal.code == NOT_CONFIRMED:
            raise
        raise Refused(CODE, str(refusal)) from refusal


def open_trust(text: str) -> tuple[Charter, int | None]:
    """The charter of a trust file of either version, and up to when nothing is missing, where it says so."""
    return read(text) if text.startswith(BEGINNING) else (charter.read_trust(text).charter, None)
