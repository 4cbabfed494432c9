"""One recording of a statement: evidence.md, "A recording"."""

from __future__ import annotations

from dataclasses import dataclass

import checkpoint
import cosignature
import entry
import item
import log_proof
import merkle
import quorum
import slot_tree
import time_stamp
from charter import Charter, Cosigner
from checkpoint import Checkpoint
from countersignature import Countersignature
from errors import Refused, demand
from note import SignatureLine
from quorum import Confirmation
from statement import Statement
from texts import MAX_TIME, base64_strict

SURPLUS = "signature-line-surplus"
NOT_IN_LOG = "not-in-log"


@dataclass(frozen=True)
class Recording:
    by: str
    slot: int
    height: int
    countersigned: bool
    time_stamp_time: int | None
    # Nothing where no quorum has signed.
    confirmation: Confirmation | None


def _slot_iat(slot: int, charter: Charter) -> int:
    """Step 1, the first half."""
    try:
        return charter.slots.iat(slot)
    except Refused as refusal:
        raise Refused("recording-malformed", str(refusal)) from refusal


def _read_log(text: str) -> log_proof.LogProof:
    """Step 2."""
    try:
        proof = log_proof.read(text)
    except Refused as refusal:
        raise Refused("log-malformed", str(refusal)) from refusal
    demand(proof.extra is None, "log-malformed", "extra line")
    return proof


def _publisher(by: str, height: int, charter: Charter) -> bytes:
    """Step 4: the key hash of the recorder at the height."""
    member = charter.members[by]
    demand(member.in_force(height), "not-a-member", by)
    hashes = [key.key_hash for key in member.ledger_keys if key.period.holds(height)]
    demand(hashes, "key-not-valid", "no ledger key in force")
    return hashes[0]


def _entry(value: dict, publisher: bytes, jws: str, countersignature: str | None) -> bytes:
    """Step 5.1 to 5.3: the entry as it is if the recording is as it says."""
    path = [base64_strict(node, 32) for node in value["path"]]
    try:
        root = slot_tree.root(slot_tree.leaf(jws, countersignature), value["index"], path)
    except Refused as refusal:
        raise Refused("recording-malformed", str(refusal)) from refusal
    return entry.Entry(publisher, value["height"], item.Item(value["slot"], root)).encode()


def _is_under(entry_bytes: bytes, index: int, hashes: list[bytes], under: Checkpoint) -> bool:
    """Step 5.4: the proof leads from the entry to the checkpoint's root."""
    try:
        return merkle.inclusion_root(merkle.entry_hash(entry_bytes), index, under.size, hashes) == under.root
    except Refused as refusal:
        raise Refused(NOT_IN_LOG, str(refusal)) from refusal


def _find_entry(
    value: dict, proof: log_proof.LogProof, charter: Charter, jws: str, countersignature: str | None
) -> tuple[bytes, bool]:
    """Step 5: the entry, and whether it holds the countersignature."""
    publisher = _publisher(value["by"], value["height"], charter)
    tries = [] if countersignature is None else [countersignature]
    if value["by"] != charter.exchange.id:
        tries.append(None)
    for attempt in tries:
        candidate = _entry(value, publisher, jws, attempt)
        if _is_under(candidate, proof.index, proof.hashes, proof.checkpoint):
            return candidate, attempt is not None
    raise Refused(NOT_IN_LOG)


def _cosignatures(
    lines: list[SignatureLine], signed: Checkpoint, charter: Charter
) -> list[tuple[Cosigner, int]]:
    """Step 7: each line's key, in the order of keys, and its time."""
    result = []
    place = 0
    for line in lines:
        while place < len(charter.cosigners) and not charter.cosigners[place].key.signed(line):
            place += 1
        demand(place < len(charter.cosigners), SURPLUS, line.name)
        cosigner = charter.cosigners[place]
        place += 1
        time = cosignature.verify(cosigner.key, line, signed)
        right = time == 0 if cosigner.kind == "log" else 1 <= time <= MAX_TIME
        demand(right, cosignature.SIGNATURE, "time")
        result.append((cosigner, time))
    return result


def _time_stamp_time(value: dict, entry_bytes: bytes, index: int, charter: Charter) -> int:
    """Step 9."""
    try:
        stamped = checkpoint.read(value["checkpoint"])
    except Refused as refusal:
        raise Refused("log-malformed", str(refusal)) from refusal
    demand(stamped.origin == charter.origin, "log-unknown")
    hashes = [base64_strict(node, 32) for node in value["proof"]]
    demand(_is_under(entry_bytes, index, hashes, stamped), NOT_IN_LOG)
    try:
        token = base64_strict(value["token"])
        stamp = time_stamp.verify(token, value["checkpoint"].encode("utf-8"), charter.authorities)
    except Refused as refusal:
        raise Refused("time-stamp-invalid", str(refusal)) from refusal
    return stamp.time


def verify(
    value: dict,
    statement: Statement,
    countersignature: Countersignature | None,
    countersignature_jws: str | None,
    charter: Charter,
) -> Recording:
    """Steps 1 to 10."""
    slot_iat = _slot_iat(value["slot"], charter)
    demand(statement.iat <= slot_iat, "signed-after-slot")
    proof = _read_log(value["log"])
    demand(proof.checkpoint.origin == charter.origin, "log-unknown")
    entry_bytes, countersigned = _find_entry(value, proof, charter, statement.jws, countersignature_jws)
    if countersigned:
        demand(countersignature.iat <= slot_iat, "signed-after-slot", "countersignature")
    cosignatures = _cosignatures(proof.note.lines, proof.checkpoint, charter)
    demand(any(cosigner.kind == "log" for cosigner, _ in cosignatures), "log-signature-missing")
    stamp_time, of_same_checkpoint = None, None
    if value["timeStamp"] is not None:
        stamp_time = _time_stamp_time(value["timeStamp"], entry_bytes, proof.index, charter)
        if value["timeStamp"]["checkpoint"] == proof.note.text:
            of_same_checkpoint = stamp_time
    return Recording(
        by=value["by"],
        slot=value["slot"],
        height=value["height"],
        countersigned=countersigned,
        time_stamp_time=stamp_time,
        confirmation=quorum.confirmation(cosignatures, of_same_checkpoint, value["height"], charter),
    )
