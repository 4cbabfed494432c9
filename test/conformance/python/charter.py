"""What a verifier starts from: trust-and-charter.md."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Iterable

import address
import charter_form
import exact_json
import slots
from charter_form import CODE
from cosignature import LOG_ED25519, ML_DSA_44, WITNESS_ED25519, VerifierKey
from counted_names import counted, counted_as
from errors import Refused, demand
from texts import base64_strict, base64url, characters, hexadecimal, is_text, is_whole

@dataclass(frozen=True)
class Period:
    """From `start` on and before `end`, in heights or seconds."""

    start: int
    end: int | None

    def holds(self, moment: int) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class SigningKey:
    key: bytes
    period: Period
    compromised_from: int | None


@dataclass(frozen=True)
class LedgerKey:
    key_hash: bytes
    period: Period


@dataclass(frozen=True)
class Member:
    id: str
    role: str
    period: Period
    suspensions: list[Period]
    signing_keys: list[SigningKey]
    ledger_keys: list[LedgerKey]

    def in_force(self, height: int) -> bool:
        """A member, and not suspended, at a height."""
        return self.period.holds(height) and not any(rest.holds(height) for rest in self.suspensions)


@dataclass(frozen=True)
class Cosigner:
    """A key of type 06 in the order of keys. `kind` is `log`, `hub` or `witness`; `owner` the name of the hub or
    witness, `party` what its operator or group counts as."""

    kind: str
    owner: str
    party: str
    key: VerifierKey
    period: Period


@dataclass(frozen=True)
class Authority:
    name: str
    certificate: bytes
    period: Period


@dataclass(frozen=True)
class Terms:
    """What evidence is held against. `since` is the time at which these followed others, if they did."""

    limits: dict[str, int]
    quorum_hubs: int
    quorum_witnesses: int
    least_assurance: str
    until: int | None
    since: int | None


@dataclass(frozen=True)
class Charter:
    canonical: str
    # Its members as parsed, in the order of canonical text.
    value: dict
    genesis: str
    origin: str
    checkpoint_every: int
    slots: slots.Slots
    # In the order of time; the last ones are those of now.
    terms: list[Terms]
    members: dict[str, Member]
    exchange: Member
    cosigners: list[Cosigner]
    authorities: list[Authority]
    # Of the algorithm of cosignatures, and of the others.
    cosignature_end: int | None
    statement_ends: list[int]

    def terms_from(self, height: int) -> list[Terms]:
        """The terms at a height, and all that followed."""
        return [one for one in self.terms if one.until is None or height < one.until]

    def parties_at(self, kind: str, time: int) -> set[str]:
        """The operators or groups that have a key at a time."""
        return {one.party for one in self.cosigners if one.kind == kind and one.period.holds(time)}


@dataclass(frozen=True)
class Trust:
    canonical: str
    fingerprint: bytes
    charter: Charter


def _period(value: dict) -> Period:
    return Period(value["from"], value["until"])


def _no_two(values: Iterable[object], what: str) -> None:
    values = list(values)
    demand(len(values) == len(set(values)), CODE, f"{what} twice")


def _key_hash(text: str, charter: dict) -> bytes:
    version = bytes.fromhex(charter["ledger"]["addressVersion"])
    checksum = bytes.fromhex(charter["ledger"]["addressChecksum"])
    try:
        return address.key_hash(text, version, checksum)
    except Refused as refusal:
        raise Refused(CODE, str(refusal)) from refusal


def _members(charter: dict) -> dict[str, Member]:
    def ledger_key(key: dict) -> LedgerKey:
        return LedgerKey(_key_hash(key["address"], charter), _period(key))

    return {
        member["id"]: Member(
            member["id"],
            member["role"],
            _period(member),
            [_period(rest) for rest in member["suspensions"]],
            [SigningKey(base64url(k["key"]), _period(k), k["compromisedFrom"]) for k in member["signingKeys"]],
            [ledger_key(key) for key in member["ledgerKeys"]],
        )
        for member in charter["organisations"]
    }


def _cosigners(charter: dict) -> list[Cosigner]:
    """The order of keys: checkpoint-and-cosignature.md, "Whose signatures there are"."""

    def cosigner(kind: str, owner: dict, name: str, key: str, keys: dict) -> Cosigner:
        party = counted_as(owner["group" if kind == "witness" else "operator"])
        return Cosigner(kind, owner["name"], party, VerifierKey(name, ML_DSA_44, base64url(key)), _period(keys))

    origin, hubs, witnesses = charter["log"]["origin"], charter["hubs"], charter["witnesses"]
    return (
        [cosigner("log", h, origin, k["log"]["mlDsa44"], k) for h in hubs for k in h["keys"]]
        + [cosigner("hub", h, h["name"], k["witness"]["mlDsa44"], k) for h in hubs for k in h["keys"]]
        + [cosigner("witness", w, w["name"], k["mlDsa44"], k) for w in witnesses for k in w["keys"]]
    )


def _demand_nothing_twice(charter: dict, cosigners: list[Cosigner]) -> None:
    """Step 3, "Nothing twice"."""
    organisations, hubs, witnesses = charter["organisations"], charter["hubs"], charter["witnesses"]
    for parties in (organisations, hubs, witnesses):
        _no_two((party["id"] for party in parties), "id")
    points = (key["key"] for member in organisations for key in member["signingKeys"] + member["seats"])
    _no_two(points, "signing key or seat")
    addresses = [key["address"] for member in organisations for key in member["ledgerKeys"]]
    _no_two(addresses + list({hub["nodeAddress"] for hub in hubs}), "address")
    origin = charter["log"]["origin"]
    demand(len(f"{origin}/rights".encode("utf-8")) <= 255, CODE, "log.origin too long")
    _no_two([origin, f"{origin}/rights"] + [party["name"] for party in hubs + witnesses], "key name")
    _no_two((authority["name"] for authority in charter["timeStampAuthorities"]), "name of an authority")
    ed25519 = [
        VerifierKey(name, kind, base64url(keys[use]["ed25519"]))
        for hub in hubs
        for keys in hub["keys"]
        for name, kind, use in (
            (charter["log"]["origin"], LOG_ED25519, "log"),
            (hub["name"], WITNESS_ED25519, "witness"),
        )
    ]
    keys = [cosigner.key for cosigner in cosigners] + ed25519
    _no_two((key.key for key in keys), "key")
    _no_two(((key.name, key.id) for key in keys), "key id under a name")


def _demand_former_terms(charter: dict) -> None:
    former = charter["formerTerms"]
    demand(all(a["until"] < b["until"] for a, b in zip(former, former[1:])), CODE, "order of formerTerms")
    in_time = all(a["untilTime"] <= b["untilTime"] for a, b in zip(former, former[1:]))
    demand(in_time, CODE, "times of formerTerms")
    ahead = {terms["limits"]["slotAheadSeconds"] for terms in [charter, *former]}
    demand(len(ahead) == 1, CODE, "slotAheadSeconds changed")


def may_vote(member: dict) -> bool:
    """A member that stands, with a seat that has no end."""
    return stands(member) and any(seat["until"] is None for seat in member["seats"])


def stands(member: dict) -> bool:
    return member["until"] is None and all(rest["until"] is not None for rest in member["suspensions"])


def _demand_board(charter: dict) -> None:
    rule = charter["board"]["rule"]
    voters = {member["id"] for member in charter["organisations"] if may_vote(member)}
    if rule["mode"] == "central":
        demand(rule["organisation"] in voters, CODE, "board.rule.organisation")
    elif rule["mode"] == "majority":
        demand(voters, CODE, "board.rule")
    else:
        body, including = rule["organisations"], rule["including"]
        _no_two(body, "one of a body")
        _no_two(including, "one that must be among them")
        demand(set(including) <= set(body) and set(including) <= voters, CODE, "board.rule.including")
        demand(rule["atLeast"] <= len(set(body) & voters), CODE, "board.rule.atLeast")


def _terms(charter: dict) -> list[Terms]:
    former = charter["formerTerms"]
    begun = [None] + [terms["untilTime"] for terms in former]
    return [
        Terms(
            one["limits"], one["quorum"]["hubs"], one["quorum"]["witnesses"], one["leastAssurance"], one.get("until"), time
        )
        for one, time in zip([*former, charter], begun)
    ]


def _charter(value: object) -> Charter:
    """Steps 2 and 3."""
    charter = charter_form.read(value)
    members = _members(charter)
    cosigners = _cosigners(charter)
    for hub in charter["hubs"]:
        _key_hash(hub["nodeAddress"], charter)
    _demand_nothing_twice(charter, cosigners)
    _demand_former_terms(charter)
    _demand_board(charter)
    exchanges = [member for member in members.values() if member.role == "exchange"]
    demand(len(exchanges) == 1, CODE, "not exactly one exchange")
    operators = counted(hub["operator"] for hub in charter["hubs"])
    groups = counted(witness["group"] for witness in charter["witnesses"])
    demand(is_whole(charter["quorum"]["hubs"], 1, len(operators)), CODE, "quorum.hubs")
    demand(is_whole(charter["quorum"]["witnesses"], 0, len(groups)), CODE, "quorum.witnesses")
    canonical = exact_json.write_indented(charter) + "\n"
    demand(characters(canonical) <= 4_000_000, CODE, "canonical text too long")
    return Charter(
        canonical=canonical,
        value=charter,
        genesis=charter["ledger"]["genesis"],
        origin=charter["log"]["origin"],
        checkpoint_every=charter["log"]["checkpointEvery"],
        slots=slots.from_members(charter["slots"]),
        terms=_terms(charter),
        members=members,
        exchange=exchanges[0],
        cosigners=cosigners,
        authorities=[
            Authority(a["name"], base64_strict(a["certificate"]), _period(a)) for a in charter["timeStampAuthorities"]
        ],
        cosignature_end=charter["algorithms"]["ML-DSA-44"],
        statement_ends=[
            end for name, end in charter["algorithms"].items() if name != "ML-DSA-44" and end is not None
        ],
    )


def _parse(text: str) -> object:
    """Step 1: everything is said once, and in one form but for white space between tokens."""
    demand(is_text(text) and characters(text) <= 4_000_000, CODE, "not a text of at most 4 000 000 characters")
    value = exact_json.parse(text, CODE)
    try:
        written = exact_json.write(value, exact_json.ecmascript_string)
    except (Refused, RecursionError) as error:
        raise Refused(CODE, str(error)) from error
    demand(exact_json.without_space(text) == written, CODE, "not as ECMAScript writes it, or a member twice")
    return value


def read_charter(text: str) -> Charter:
    return _charter(_parse(text))


def read_value(value: object) -> Charter:
    """Steps 2 and 3 for a charter that was parsed already."""
    return _charter(value)


@lru_cache(maxsize=64)
def read_trust(text: str) -> Trust:
    """Steps 1 to 4."""
    value = _parse(text)
    trust = charter_form.ordered(value, ["format", "genesis", "charter"])
    demand(trust["format"] == "besure-trust-v0", CODE, "format")
    hexadecimal(trust["genesis"], 32, CODE)
    charter = _charter(trust["charter"])
    demand(trust["genesis"] == charter.genesis, CODE, "genesis differs")
    trust["charter"] = exact_json.parse(charter.canonical)
    fingerprint = sha256(f"{charter.genesis}\n{charter.canonical}".encode("utf-8")).digest()
    return Trust(exact_json.write_indented(trust) + "\n", fingerprint, charter)
