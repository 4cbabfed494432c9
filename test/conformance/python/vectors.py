"""Walking the test vectors: vectors/README.md."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Callable

import acceptance
import accusation
import charter
import checkpoint
import cosignature
import countersignature
import decision
import entry
import event
import item
import leaf_rule
import ledger
import log_proof
import merkle
import note
import rights
import slot_tree
import slots
import statement
import time_stamp
import trust_log
from charter import Authority, Period
from errors import Refused, demand
from texts import base64_strict, base64url, hexadecimal, to_base64

Case = dict
Output = dict[str, object]


def _statement(case: Case) -> Output:
    read, shown = statement.verify(case["sdJwt"], base64url(case["publicKey"], 65))
    return {
        "jws": read.jws,
        "disclosures": read.disclosures,
        "id": read.id,
        "issuer": read.issuer,
        "iat": read.iat,
        "claims": shown,
    }


def _countersignature(case: Case) -> Output:
    """Steps 1 to 4 and 6 to 8."""
    read = countersignature.read(case["jws"])
    demand(read.statement == case["statement"]["id"], "countersignature-elsewhere")
    demand(read.iat >= case["statement"]["iat"], "signing-time-invalid")
    demand(countersignature.verifies(read, base64url(case["publicKey"], 65)), countersignature.SIGNATURE)
    content = {
        "statement": read.statement,
        "issuer": read.issuer,
        "iat": read.iat,
        "checked": read.checked,
        "tolerance": read.tolerance,
    }
    return {"content": content}


def _slot(case: Case) -> Output:
    of = slots.from_members(case["slots"])
    if "second" in case:
        of.demand_iat(case["second"])
        return {}
    slot = of.of_moment(case["moment"]) if "moment" in case else case["slot"]
    return {"slot": slot, "start": of.start(slot), "iat": of.iat(slot)}


def _item(case: Case) -> Output:
    read = item.read(hexadecimal(case["hex"]))
    return {"slot": read.slot, "root": read.root.hex()}


def _slot_tree(case: Case) -> Output:
    leaf = slot_tree.leaf(case["jws"], case["countersignature"])
    root = slot_tree.root(leaf, case["index"], [hexadecimal(node) for node in case["path"]])
    demand(root == hexadecimal(case["root"], 32), "slot-path", "another root")
    return {"leaf": leaf.hex()}


def _log_entry(case: Case) -> Output:
    read = entry.read(hexadecimal(case["hex"]))
    return {"publisher": read.publisher.hex(), "height": read.height, "item": read.item.encode().hex()}


def _ledger_log(case: Case) -> Output:
    return _added(leaf_rule.Log(case["rule"], case["before"]), case["blocks"])


def _rights_leaves(case: Case) -> Output:
    return _added(leaf_rule.RightsLog(case["rule"], case["before"]), case["blocks"])


def _added(log: leaf_rule.StreamLog, blocks: list[dict]) -> Output:
    outcomes, checkpoints = [], []
    for block in blocks:
        outcomes.append(log.block(ledger.read_block(hexadecimal(block["hex"])), block["height"]))
        due = log.checkpoint(block["height"])
        checkpoints += [] if due is None else [due]
    return {"outcomes": outcomes, "checkpoints": checkpoints}


def _rights(case: Case) -> Output:
    log, outcomes = rights.Replay(case["network"]), []
    for data in case["entries"]:
        outcomes.append(log.take(hexadecimal(data)))
    # The code of what is refused last is the same everywhere.
    if "refused" in outcomes[-1]:
        demand(all("did" in outcome for outcome in outcomes[:-1]), "unexpected", str(outcomes))
        raise Refused(outcomes[-1]["refused"])
    text = log.text()
    return {"outcomes": outcomes, "state": text, "digest": sha256(text.encode("utf-8")).hexdigest()}


def _decision(case: Case) -> Output:
    found, size, height, time = decision.read(case["text"], case["network"])
    votes = found.value()["votes"]
    said = {"proposal": found.id, "status": found.status, "closed": found.closed, "votes": votes}
    return {**said, "size": size, "height": height, "confirmed": time}


def _merkle(case: Case) -> Output:
    if case["operation"] == "root":
        return {"root": merkle.root([hexadecimal(one) for one in case["entries"]]).hex()}
    proof = [hexadecimal(node) for node in case["proof"]]
    if case["operation"] == "inclusion":
        leaf = merkle.entry_hash(hexadecimal(case["entry"]))
        root = merkle.inclusion_root(leaf, case["index"], case["size"], proof)
        demand(root.hex() == case["root"], "inclusion-proof", "another root")
        return {}
    older, newer = case["older"], case["newer"]
    roots = hexadecimal(older["root"], 32), hexadecimal(newer["root"], 32)
    merkle.verify_consistency(older["size"], roots[0], newer["size"], roots[1], proof)
    return {}


def _checkpoint(case: Case) -> Output:
    signed = note.read(case["note"])
    read = checkpoint.read(signed.text)
    signatures = [{"name": line.name, "keyId": line.key_id.hex()} for line in signed.lines]
    return {"origin": read.origin, "size": read.size, "root": to_base64(read.root), "signatures": signatures}


def _cosignature(case: Case) -> Output:
    key = cosignature.read_key(case["verifierKey"])
    signed = note.read(case["note"])
    demand(len(signed.lines) == 1, "lines")
    return {"time": cosignature.verify(key, signed.lines[0], checkpoint.read(signed.text))}


def _tlog_proof(case: Case) -> Output:
    proof = log_proof.read(case["text"])
    demand(proof.root(hexadecimal(case["entry"])) == proof.checkpoint.root, "inclusion-proof", "another root")
    return {"index": proof.index, "extra": None if proof.extra is None else proof.extra.hex()}


def _time_stamp(case: Case) -> Output:
    authorities = [
        Authority(str(place), base64_strict(one["certificate"]), Period(one["from"], one["until"]))
        for place, one in enumerate(case["authorities"])
    ]
    stamp = time_stamp.verify(base64_strict(case["token"]), case["message"].encode("utf-8"), authorities)
    return {"time": stamp.time, "authority": stamp.authority, "serial": stamp.serial.hex()}


def _charter(case: Case) -> Output:
    return {"canonical": charter.read_charter(case["text"]).canonical}


def _trust(case: Case) -> Output:
    trust = charter.read_trust(case["text"])
    return {"canonical": trust.canonical, "fingerprint": trust.fingerprint.hex()}


def _trust_log(case: Case) -> Output:
    result, confirmed = trust_log.read(case["text"])
    return {"network": json.loads(case["text"])["network"], "confirmed": confirmed, "charter": result.canonical}


def _document_event(case: Case) -> Output:
    id_, source, facts = event.verify(case["event"])
    return {"id": id_, "source": source, "facts": facts}


def _accusation(case: Case) -> Output:
    accused, lie = accusation.verify(case["accusation"], charter.read_trust(case["trust"]).charter)
    return {"accused": accused, "lie": lie}


OPERATIONS: dict[str, Callable[[Case], Output]] = {
    "statement": _statement,
    "countersignature": _countersignature,
    "rights": _rights,
    "rights-leaves": _rights_leaves,
    "decision": _decision,
    "slot": _slot,
    "item": _item,
    "slot-tree": _slot_tree,
    "log-entry": _log_entry,
    "ledger-log": _ledger_log,
    "merkle": _merkle,
    "checkpoint": _checkpoint,
    "cosignature": _cosignature,
    "tlog-proof": _tlog_proof,
    "time-stamp": _time_stamp,
    "charter": _charter,
    "trust": _trust,
    "trust-log": _trust_log,
    "document-event": _document_event,
    "accusation": _accusation,
}

# What is refused here is part of what everyone has to agree on.
SAME_CODES = {"decision", "rights", "trust-log"}

# Of another layout, and of no concern to who verifies evidence.
NOT_WALKED = {"ledger"}


@dataclass
class Tally:
    """What came of one folder. `other_codes` are refusals for a reason of another name, which is no failure."""

    name: str
    valid: int = 0
    invalid: int = 0
    failures: list[str] = field(default_factory=list)
    other_codes: list[str] = field(default_factory=list)


def _same(left: object, right: object) -> bool:
    """Equal as JSON values: unlike in Python, `true` is not 1."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _differences(output: Output, case: Case) -> str:
    wrong = [name for name, value in output.items() if name in case and not _same(value, case[name])]
    return f"differs in {', '.join(wrong)}" if wrong else ""


def _check_operation(operation: Callable[[Case], Output], case: Case, valid: bool, tally: Tally, name: str) -> None:
    try:
        output = operation(case)
        problem = _differences(output, case) if valid else "was accepted"
    except Refused as refusal:
        problem = f"was refused: {refusal}" if valid else ""
        if not valid and case["error"]["code"] != refusal.code:
            tally.other_codes.append(f"{name}: {refusal} for {case['error']}")
    except Exception as error:  # a verifier that breaks has not refused
        problem = f"broke: {error!r}"
    if problem:
        tally.failures.append(f"{name}: {problem} ({case['comment']})")


def _check_evidence(case: Case, valid: bool, tally: Tally, name: str, folder: Path) -> None:
    trust = (folder / case["trust"]).read_text("utf-8")
    document = base64url(case["document"]) if "document" in case else None
    verdict = acceptance.judge(case["evidence"], trust, document)
    if verdict.code != case["code"] or (verdict.result == acceptance.PROVEN) != valid:
        tally.failures.append(f"{name}: {verdict.result} {verdict.code} {verdict.detail} for {case['code']}")


def _walk_folder(folder: Path) -> Tally:
    tally = Tally(folder.name)
    for kind in ("valid", "invalid"):
        files = sorted((folder / kind).glob("*.json"))
        setattr(tally, kind, len(files))
        for file in files:
            case, name = json.loads(file.read_text("utf-8")), f"{kind}/{file.name}"
            if folder.name == "evidence":
                _check_evidence(case, kind == "valid", tally, name, folder)
            elif folder.name in {"ledger-log", "rights-leaves"}:
                _check_operation(OPERATIONS[folder.name], case, True, tally, name)
            else:
                _check_operation(OPERATIONS[folder.name], case, kind == "valid", tally, name)
    if folder.name in SAME_CODES:
        tally.failures += tally.other_codes
    return tally


def walk(root: Path, show_codes: bool = False) -> bool:
    """Check every folder, print a line for each, and tell whether all hold."""
    known = set(OPERATIONS) | {"evidence"}
    folders = sorted(path for path in root.iterdir() if path.is_dir() and path.name not in NOT_WALKED)
    unknown = [path.name for path in folders if path.name not in known]
    missing = sorted(known - {path.name for path in folders})
    good = True
    for folder in folders:
        if folder.name in unknown:
            continue
        tally = _walk_folder(folder)
        failures = len(tally.failures)
        good = good and failures == 0 and tally.valid > 0
        print(f"{tally.name:18} {tally.valid:4} valid {tally.invalid:4} invalid {failures:4} failures", flush=True)
        for line in tally.failures + (tally.other_codes if show_codes else []):
            print(f"  {line}")
    for name in unknown:
        print(f"{name}: no operation is known for this folder", file=sys.stderr)
    for name in missing:
        print(f"{name}: the folder is missing", file=sys.stderr)
    return good and not unknown and not missing
