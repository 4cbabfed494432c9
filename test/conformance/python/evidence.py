"""Verification of an evidence file: evidence.md, "Form" and "Verification"."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import countersignature
import es256
import exact_json
import recording
import statement
from charter import Charter, SigningKey
from countersignature import Countersignature
from errors import demand
from recording import Recording
from statement import Statement
from texts import base64_strict, base64url, characters, is_text, is_whole

MALFORMED = "evidence-malformed"
_EVIDENCE = ["format", "statement", "countersignature", "recordings"]
_RECORDING = ["by", "slot", "height", "index", "path", "log", "timeStamp"]
_TIME_STAMP = ["checkpoint", "proof", "token"]


@dataclass(frozen=True)
class Proof:
    """What evidence says that is not bad."""

    statement: Statement
    shown: dict[str, object]
    countersignature: Countersignature | None
    recordings: list[Recording]
    key_compromised: bool


def _demand_strings(value: dict, names: list[str]) -> None:
    for name in names:
        demand(is_text(value[name]) and value[name] != "", MALFORMED, name)


def _demand_hashes(value: object, most: int) -> None:
    demand(isinstance(value, list) and len(value) <= most, MALFORMED, "list of hashes")
    for node in value:
        base64_strict(node, 32, MALFORMED)


def _demand_recording(value: object) -> None:
    exact_json.members(value, _RECORDING, MALFORMED)
    _demand_strings(value, ["by", "log"])
    demand(all(is_whole(value[name]) for name in ("slot", "height", "index")), MALFORMED, "number")
    _demand_hashes(value["path"], 20)
    stamp = value["timeStamp"]
    if stamp is not None:
        exact_json.members(stamp, _TIME_STAMP, MALFORMED)
        _demand_strings(stamp, ["checkpoint", "token"])
        _demand_hashes(stamp["proof"], 53)


def read(text: str) -> dict:
    """Step 2: the form."""
    demand(is_text(text) and characters(text) <= 2_000_000, MALFORMED, "not a text of at most 2 000 000 characters")
    value = exact_json.members(exact_json.parse(text, MALFORMED), _EVIDENCE, MALFORMED)
    demand(value["format"] == "besure-evidence-v1", MALFORMED, "format")
    _demand_strings(value, ["statement"])
    if value["countersignature"] is not None:
        _demand_strings(value, ["countersignature"])
    demand(isinstance(value["recordings"], list) and len(value["recordings"]) in (1, 2), MALFORMED, "recordings")
    for one in value["recordings"]:
        _demand_recording(one)
    demand(exact_json.write_indented(value) + "\n" == text, MALFORMED, "not the exact text")
    return value


def _read_statement(sd_jwt: str, charter: Charter) -> tuple[Statement, dict[str, object], SigningKey]:
    """Steps 3 to 9."""
    read_statement = statement.read(sd_jwt)
    issuer = charter.members.get(read_statement.issuer)
    demand(issuer is not None and issuer.role == "organisation", "issuer-unknown")
    keys = [key for key in issuer.signing_keys if key.key == read_statement.key]
    demand(keys, "certificate-differs")
    demand(
        es256.verifies(read_statement.key, read_statement.signing_input, read_statement.signature),
        statement.SIGNATURE,
    )
    shown = statement.shown_claims(read_statement)
    statement.demand_role(read_statement, shown)
    charter.slots.demand_iat(read_statement.iat)
    return read_statement, shown, keys[0]


def _read_countersignature(
    jws: str, of: Statement, charter: Charter
) -> tuple[Countersignature, list[SigningKey]]:
    """Step 10; with the keys under which it verifies."""
    read_countersignature = countersignature.read(jws)
    demand(read_countersignature.issuer == charter.exchange.id, "countersigner-unknown")
    demand(read_countersignature.statement == of.id, "countersignature-elsewhere")
    keys = [
        key for key in charter.exchange.signing_keys if countersignature.verifies(read_countersignature, key.key)
    ]
    demand(keys, countersignature.SIGNATURE)
    charter.slots.demand_iat(read_countersignature.iat)
    demand(read_countersignature.iat >= of.iat, "signing-time-invalid", "before the statement")
    return read_countersignature, keys


def _demand_recorders(recordings: list[dict], issuer: str, exchange: str) -> None:
    """Step 11."""
    recorders = [value["by"] for value in recordings]
    demand(recorders in ([issuer], [exchange], [issuer, exchange]), "recorder-unknown")


def _key_in_force(member_id: str, keys: list[SigningKey], height: int, charter: Charter) -> SigningKey:
    """Steps 14 and 15."""
    demand(charter.members[member_id].in_force(height), "not-a-member", member_id)
    in_force = [key for key in keys if key.period.holds(height)]
    demand(in_force, "key-not-valid", member_id)
    return in_force[0]


def _is_compromised(key: SigningKey, height: int) -> bool:
    return key.compromised_from is not None and key.compromised_from <= height


def _demand_document(document: bytes, claimed: dict) -> None:
    """Step 16."""
    demand(
        len(document) == claimed["size"]
        and hashlib.sha256(document).digest() == base64url(claimed["sha256"])
        and hashlib.sha3_512(document).digest() == base64url(claimed["sha3_512"]),
        "document-differs",
    )


def verify(text: str, charter: Charter, document: bytes | None = None) -> Proof:
    """Steps 2 to 16; refused with the code of the first that fails."""
    value = read(text)
    of, shown, issuer_key = _read_statement(value["statement"], charter)
    agreed, exchange_keys = None, []
    if value["countersignature"] is not None:
        agreed, exchange_keys = _read_countersignature(value["countersignature"], of, charter)
    _demand_recorders(value["recordings"], of.issuer, charter.exchange.id)
    recordings = [
        recording.verify(one, of, agreed, value["countersignature"], charter) for one in value["recordings"]
    ]
    countersigned = [one for one in recordings if one.countersigned]
    demand(agreed is None or countersigned, "countersignature-unrecorded")
    height = min(one.height for one in recordings)
    compromised = _is_compromised(_key_in_force(of.issuer, [issuer_key], height, charter), height)
    if agreed is not None:
        height = min(one.height for one in countersigned)
        key = _key_in_force(charter.exchange.id, exchange_keys, height, charter)
        compromised = compromised or _is_compromised(key, height)
    if document is not None and "document" in shown:
        _demand_document(document, shown["document"])
    return Proof(of, shown, agreed, recordings, compromised)
