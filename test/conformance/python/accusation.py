"""That a hub or a witness lied: accusation.md."""

from __future__ import annotations

from dataclasses import dataclass

import checkpoint
import cosignature
import entry
import exact_json
import merkle
import note
from charter import Charter, Cosigner
from checkpoint import Checkpoint
from entry import Entry
from errors import Refused, demand
from texts import MAX_TIME, base64_strict, characters, is_key_name, is_text, is_whole

FORM, EXHIBIT, NOT_PROVEN = "accusation-form", "accusation-exhibit", "accusation-not-proven"
# Lies of which a majority of others convicts a hub, all that hubs tell, and all that there are.
CONFIRMED = {"invents", "omits", "reorders", "undue-size"}
HUB_LIES = CONFIRMED | {"backdates"}
LIES = HUB_LIES | {"two-logs", "rewrites", "replays"}
_ACCUSATION = ["format", "accused", "lie", "signed", "against"]
# How far the time of a block may lie ahead of the own clock of an honest hub, in seconds: two hours, and seventy minutes of the network's clock.
_CLOCKS = 11_400


@dataclass(frozen=True)
class Exhibit:
    """A published checkpoint, the lines of it that verify, and entries that are included in it."""

    checkpoint: Checkpoint
    cosignatures: list[tuple[Cosigner, int]]
    entries: list[tuple[int, bytes]]


def _well_formed(data: bytes) -> Entry | None:
    try:
        return entry.read(data)
    except Refused:
        return None


def _demand_exhibit(value: object) -> None:
    exact_json.members(value, ["note", "entries"], FORM)
    demand(is_text(value["note"]), FORM, "note")
    demand(isinstance(value["entries"], list) and len(value["entries"]) <= 2000, FORM, "entries")
    for one in value["entries"]:
        exact_json.members(one, ["index", "entry", "proof"], FORM)
        demand(is_whole(one["index"]), FORM, "index")
        base64_strict(one["entry"], code=FORM)
        demand(isinstance(one["proof"], list) and len(one["proof"]) <= 53, FORM, "proof")
        for node in one["proof"]:
            base64_strict(node, 32, FORM)


def _read(text: str) -> dict:
    """Step 1."""
    demand(is_text(text) and characters(text) <= 4_000_000, FORM, "not a text of at most 4 000 000 characters")
    value = exact_json.members(exact_json.parse(text, FORM), _ACCUSATION, FORM)
    demand(value["format"] == "besure-accusation-v0", FORM, "format")
    demand(is_key_name(value["accused"]), FORM, "accused")
    demand(isinstance(value["lie"], str) and value["lie"] in LIES, FORM, "lie")
    _demand_exhibit(value["signed"])
    if value["against"] is not None:
        _demand_exhibit(value["against"])
    demand(exact_json.write_indented(value) + "\n" == text, FORM, "not the exact text")
    return value


def _counts(cosigner: Cosigner, time: int) -> bool:
    """A log line has time 0, and is of a key without an end; another one has a time in the period of its key."""
    if cosigner.kind == "log":
        return time == 0 and cosigner.period.end is None
    return 1 <= time <= MAX_TIME and cosigner.period.holds(time)


def _counting_lines(signed: note.Note, text: Checkpoint, charter: Charter) -> list[tuple[Cosigner, int]]:
    """checkpoint-and-cosignature.md, "Published checkpoints": lines that are unknown or do not verify are ignored."""
    result = []
    for line in signed.lines:
        for cosigner in charter.cosigners:
            if cosigner.key.signed(line):
                try:
                    time = cosignature.verify(cosigner.key, line, text)
                except Refused:
                    continue
                if _counts(cosigner, time):
                    result.append((cosigner, time))
    return result


def _exhibit(value: dict, charter: Charter) -> Exhibit:
    """Step 3."""
    signed = note.read(value["note"])
    text = checkpoint.read(signed.text)
    demand(text.origin == charter.origin, EXHIBIT, "origin")
    entries: list[tuple[int, bytes]] = []
    for one in value["entries"]:
        data, index = base64_strict(one["entry"]), one["index"]
        demand(not entries or entries[-1][0] < index, EXHIBIT, "order of entries")
        hashes = [base64_strict(node) for node in one["proof"]]
        root = merkle.inclusion_root(merkle.entry_hash(data), index, text.size, hashes)
        demand(root == text.root, EXHIBIT, "entry is not included")
        entries.append((index, data))
    return Exhibit(text, _counting_lines(signed, text, charter), entries)


def _of(exhibit: Exhibit, accused: str) -> None:
    """The note is of the accused."""
    demand(any(cosigner.owner == accused for cosigner, _ in exhibit.cosignatures), NOT_PROVEN, "not of the accused")


def _time(exhibit: Exhibit, accused: str) -> int:
    """The earliest of the witness lines of the accused."""
    times = [time for cosigner, time in exhibit.cosignatures if cosigner.owner == accused and cosigner.kind != "log"]
    demand(times, NOT_PROVEN, "no time of the accused")
    return min(times)


def _confirmed_by_others(exhibit: Exhibit, operator: str, charter: Charter) -> None:
    """Cosigned by hubs of more than half of all operators, not counting that of the accused."""
    operators = {cosigner.party for cosigner in charter.cosigners if cosigner.kind == "hub"}
    others = {cosigner.party for cosigner, _ in exhibit.cosignatures if cosigner.kind == "hub"} - {operator}
    demand(2 * len(others) > len(operators), NOT_PROVEN, "no majority of operators but the accused's")


def _count(exhibit: Exhibit, count: int) -> None:
    demand(len(exhibit.entries) == count, NOT_PROVEN, f"not {count} entries")


def _height(data: bytes) -> int:
    read = _well_formed(data)
    demand(read is not None, NOT_PROVEN, "entry is not well-formed")
    return read.height


def _absent(lone: bytes, run: list[tuple[int, bytes]]) -> None:
    """The entry is absent from the log of which this is a run."""
    demand(run, NOT_PROVEN, "no run")
    height = _height(lone)
    demand(all(right[0] == left[0] + 1 for left, right in zip(run, run[1:])), NOT_PROVEN, "not a run")
    demand(run[0][0] == 0 or _height(run[0][1]) < height, NOT_PROVEN, "begins late")
    demand(_height(run[-1][1]) > height, NOT_PROVEN, "ends early")
    demand(all(data != lone for _, data in run), NOT_PROVEN, "entry is there")


def _demand_undue(signed: Exhibit, against: Exhibit, every: int) -> None:
    size = signed.checkpoint.size
    _count(signed, 0)
    demand([index for index, _ in against.entries] == [size - 1, size], NOT_PROVEN, "not the entries around the size")
    before, after = (_height(data) for _, data in against.entries)
    due = -(-before // every) * every
    demand(due >= after, NOT_PROVEN, "the size was due")


def _demand_backdated(signed: Exhibit, accused: str, charter: Charter) -> None:
    read = _well_formed(signed.entries[0][1])
    demand(read is not None, NOT_PROVEN, "entry is not well-formed")
    slots = charter.slots
    start = slots.start_millis + (read.item.slot - slots.base) * slots.length_millis
    latest = _time(signed, accused) + charter.terms[-1].limits["slotAheadSeconds"] + _CLOCKS
    demand(start > 1000 * latest, NOT_PROVEN, "within the clocks")


def _demand_alone(lie: str, signed: Exhibit, accused: str, charter: Charter) -> None:
    """Step 5, for what needs no second exhibit."""
    _count(signed, 1)
    if lie == "backdates":
        _demand_backdated(signed, accused, charter)
    else:
        nonsense = _well_formed(signed.entries[0][1]) is None
        demand(lie == "invents" and nonsense, NOT_PROVEN, "second exhibit is missing")


def _demand_contradiction(lie: str, signed: Exhibit, against: Exhibit, accused: str, charter: Charter) -> None:
    """Step 5, for lies of two exhibits, the second one being of whom it must be."""
    left, right = signed.checkpoint, against.checkpoint
    if lie in ("two-logs", "replays"):
        _count(signed, 0)
        _count(against, 0)
        if lie == "two-logs":
            demand(left.size == right.size and left.root != right.root, NOT_PROVEN, "one log")
        else:
            later = _time(signed, accused) > _time(against, accused)
            demand(left.size < right.size and later, NOT_PROVEN, "forward")
    elif lie in ("rewrites", "reorders"):
        _count(signed, 1)
        _count(against, 1)
        (index, one), (other_index, other) = signed.entries[0], against.entries[0]
        demand((index == other_index, one == other) == (lie == "rewrites", lie == "reorders"), NOT_PROVEN, "agree")
    elif lie == "invents":
        _count(signed, 1)
        _absent(signed.entries[0][1], against.entries)
    elif lie == "omits":
        _count(against, 1)
        _absent(against.entries[0][1], signed.entries)
    else:
        _demand_undue(signed, against, charter.checkpoint_every)


def verify(text: str, charter: Charter) -> tuple[str, str]:
    """Steps 1 to 5: who lied, and how; refused if that is not proven."""
    value = _read(text)
    accused, lie = value["accused"], value["lie"]
    keys = [cosigner for cosigner in charter.cosigners if cosigner.owner == accused]
    demand(keys, NOT_PROVEN, "nobody of the charter")
    demand(lie not in HUB_LIES or keys[0].kind != "witness", NOT_PROVEN, "no witness can tell this lie")
    signed = _exhibit(value["signed"], charter)
    against = None if value["against"] is None else _exhibit(value["against"], charter)
    _of(signed, accused)
    if against is None:
        _demand_alone(lie, signed, accused, charter)
        return accused, lie
    demand(lie != "backdates", NOT_PROVEN, "surplus exhibit")
    if lie in CONFIRMED:
        _confirmed_by_others(against, keys[0].party, charter)
    else:
        _of(against, accused)
    _demand_contradiction(lie, signed, against, accused, charter)
    return accused, lie
