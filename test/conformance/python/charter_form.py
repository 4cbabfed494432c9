"""Form and limits of all members of a charter: trust-and-charter.md, "Charter", step 2 of "Verification"."""

from __future__ import annotations

import re
from typing import Callable, Iterable, TypeVar

import claims
import slots
from counted_names import is_counted_name
from errors import demand
from texts import (
    MAX_INTEGER,
    MAX_TIME,
    base64_strict,
    base64url,
    hexadecimal,
    is_key_name,
    is_member_id,
    is_text,
    is_whole,
)

Element = TypeVar("Element")
CODE = "trust-malformed"
YEAR, TEN_YEARS = 31_536_000, 315_360_000
ASSURANCES = ["one-hub", "recorded", "time-stamped"]
ALGORITHMS = ["ES256", "ML-DSA-44", "SHA-256", "SHA3-512"]

# The members of each object, in the order of canonical text.
_CHARTER = [
    "format", "network", "ledger", "log", "slots", "limits", "quorum", "leastAssurance", "board", "formerTerms",
    "organisations", "hubs", "witnesses", "timeStampAuthorities", "algorithms",
]  # fmt: skip
_LEDGER = ["chain", "genesis", "addressVersion", "addressChecksum", "streams", "finalDepth"]
_LIMITS = {
    "agreementToleranceSeconds": (0, YEAR),
    "countersignatureDeadlineSeconds": (0, YEAR),
    "largestLagSeconds": (1, TEN_YEARS),
    "slotAheadSeconds": (0, YEAR),
    "timeStampLagSeconds": (0, TEN_YEARS),
}
_MEMBER = ["id", "name", "role", "from", "until", "signingKeys", "ledgerKeys", "seats", "suspensions"]
_SIGNING_KEY = ["key", "from", "until", "compromisedFrom"]
_LEDGER_KEY = ["address", "from", "until"]
_SEAT = ["key", "from", "until"]
_PERIOD = ["from", "until"]
_QUORUM = ["hubs", "witnesses"]
_FORMER_TERMS = ["limits", "quorum", "leastAssurance", "until", "untilTime"]
_BOARD = ["rule", "hostingCapPercent", "openProposals", "longestLifeBlocks"]
_RULES = {
    "central": ["mode", "organisation"],
    "majority": ["mode"],
    "hybrid": ["mode", "organisations", "atLeast", "including"],
}
_HUB = ["id", "name", "operator", "provider", "nodeAddress", "keys"]
_HUB_KEYS = ["from", "until", "log", "witness"]
_HUB_KEY_PAIR = ["mlDsa44", "ed25519"]
_WITNESS = ["id", "name", "group", "keys"]
_WITNESS_KEYS = ["from", "until", "mlDsa44"]
_AUTHORITY = ["name", "certificate", "from", "until"]


def ordered(value: object, names: Iterable[str]) -> dict:
    """An object with exactly these members in any order, given back in the order of canonical text."""
    names = list(names)
    demand(isinstance(value, dict) and set(value) == set(names), CODE, f"not an object with {', '.join(names)}")
    return {name: value[name] for name in names}


def _list(value: object, least: int, most: int, read: Callable[[object], Element]) -> list[Element]:
    demand(isinstance(value, list) and least <= len(value) <= most, CODE, f"not a list of {least} to {most}")
    return [read(element) for element in value]


def _matches(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _id(value: object) -> str:
    demand(is_member_id(value), CODE, "id")
    return value


def demand_name(value: object) -> None:
    """A name for people."""
    demand(is_text(value) and 1 <= len(value) <= 120, CODE, "name")
    demand(claims.is_visible(value), CODE, "name: a code point that is not visible, or a space at an end")


def demand_counted_name(value: object) -> None:
    """A name by which parties are told apart."""
    demand(is_counted_name(value), CODE, "name of an operator, a provider or a group")


def demand_key_name(value: object) -> None:
    demand(is_key_name(value) and len(value.encode("utf-8")) <= 255, CODE, "key name")


def _demand_period(value: dict, largest: int) -> None:
    demand(is_whole(value["from"], 0, largest), CODE, "from")
    if value["until"] is not None:
        demand(is_whole(value["until"], 0, largest) and value["until"] > value["from"], CODE, "until")


def _demand_in_order(keys: list[dict]) -> None:
    """Periods of a list of keys, which do not overlap and stand in the order of time."""
    for before, after in zip(keys, keys[1:]):
        demand(before["until"] is not None and after["from"] >= before["until"], CODE, "periods of keys")


def _ledger(value: object) -> dict:
    ledger = ordered(value, _LEDGER)
    demand(_matches(ledger["chain"], r"[A-Za-z0-9_-]{1,32}"), CODE, "chain")
    hexadecimal(ledger["genesis"], 32, CODE)
    demand(1 <= len(hexadecimal(ledger["addressVersion"], code=CODE)) <= 20, CODE, "addressVersion")
    hexadecimal(ledger["addressChecksum"], 4, CODE)
    ledger["streams"] = streams = ordered(ledger["streams"], ["proofs", "rights"])
    demand(all(_matches(name, r"[A-Za-z0-9.-]{1,32}") for name in streams.values()), CODE, "streams")
    demand(streams["proofs"] != streams["rights"], CODE, "streams are one")
    demand(is_whole(ledger["finalDepth"], 1, 10_000), CODE, "finalDepth")
    return ledger


def _log(value: object) -> dict:
    log = ordered(value, ["origin", "checkpointEvery"])
    demand_key_name(log["origin"])
    demand(is_whole(log["checkpointEvery"], 1, 1_000_000), CODE, "checkpointEvery")
    return log


def _slots(value: object) -> dict:
    result = ordered(value, ["base", "startMillis", "lengthMillis"])
    demand(is_whole(result["base"]), CODE, "slots.base")
    demand(is_whole(result["startMillis"], 0, slots.LAST_MILLISECOND), CODE, "slots.startMillis")
    demand(is_whole(result["lengthMillis"], 1, 86_400_000), CODE, "slots.lengthMillis")
    return result


def limits(value: object) -> dict:
    result = ordered(value, _LIMITS)
    for name, (least, largest) in _LIMITS.items():
        demand(is_whole(result[name], least, largest), CODE, name)
    return result


def quorum(value: object) -> dict:
    result = ordered(value, _QUORUM)
    demand(is_whole(result["hubs"], 1, 1000) and is_whole(result["witnesses"], 0, 1000), CODE, "quorum")
    return result


def _demand_terms(value: dict) -> None:
    """The members that may change: limits, quorum, least assurance."""
    value["limits"] = limits(value["limits"])
    value["quorum"] = quorum(value["quorum"])
    demand(value["leastAssurance"] in ASSURANCES, CODE, "leastAssurance")


def _former_terms(value: object) -> dict:
    former = ordered(value, _FORMER_TERMS)
    _demand_terms(former)
    demand(is_whole(former["until"]), CODE, "until of former terms")
    demand(is_whole(former["untilTime"], 0, MAX_TIME), CODE, "untilTime of former terms")
    return former


def board(value: object) -> dict:
    result = ordered(value, _BOARD)
    rule = result["rule"]
    demand(isinstance(rule, dict) and isinstance(rule.get("mode"), str) and rule["mode"] in _RULES, CODE, "mode")
    result["rule"] = rule = ordered(rule, _RULES[rule["mode"]])
    if rule["mode"] == "central":
        _id(rule["organisation"])
    if rule["mode"] == "hybrid":
        _list(rule["organisations"], 1, 1000, _id)
        demand(is_whole(rule["atLeast"], 1, 1000), CODE, "atLeast")
        _list(rule["including"], 0, 1000, _id)
    demand(is_whole(result["hostingCapPercent"], 1, 100), CODE, "hostingCapPercent")
    demand(is_whole(result["openProposals"], 1, 1000), CODE, "openProposals")
    demand(is_whole(result["longestLifeBlocks"], 1, 100_000_000), CODE, "longestLifeBlocks")
    return result


def demand_point(value: object) -> None:
    demand(base64url(value, 65, CODE)[0] == 4, CODE, "not an uncompressed point")


def demand_address_form(value: object) -> None:
    """Step 1 of "Addresses"."""
    demand(_matches(value, r"[1-9A-HJ-NP-Za-km-z]{20,64}"), CODE, "address")


def _seat(value: object) -> dict:
    seat = ordered(value, _SEAT)
    demand_point(seat["key"])
    _demand_period(seat, MAX_INTEGER)
    return seat


def _suspension(value: object) -> dict:
    period = ordered(value, _PERIOD)
    _demand_period(period, MAX_INTEGER)
    return period


def _signing_key(value: object) -> dict:
    key = ordered(value, _SIGNING_KEY)
    demand_point(key["key"])
    _demand_period(key, MAX_INTEGER)
    if key["compromisedFrom"] is not None:
        demand(is_whole(key["compromisedFrom"], key["from"]), CODE, "compromisedFrom")
        demand(key["until"] is None or key["compromisedFrom"] < key["until"], CODE, "compromisedFrom")
    return key


def _ledger_key(value: object) -> dict:
    key = ordered(value, _LEDGER_KEY)
    _demand_period(key, MAX_INTEGER)
    return key


def _member(value: object) -> dict:
    member = ordered(value, _MEMBER)
    demand(is_member_id(member["id"]), CODE, "id")
    demand_name(member["name"])
    demand(member["role"] in ("organisation", "exchange"), CODE, "role")
    _demand_period(member, MAX_INTEGER)
    member["signingKeys"] = _list(member["signingKeys"], 1, 1000, _signing_key)
    member["ledgerKeys"] = _list(member["ledgerKeys"], 1, 1000, _ledger_key)
    member["seats"] = _list(member["seats"], 1, 1000, _seat)
    member["suspensions"] = _list(member["suspensions"], 0, 1000, _suspension)
    _demand_in_order(member["suspensions"])
    _demand_in_order(member["signingKeys"])
    _demand_in_order(member["ledgerKeys"])
    return member


def key_pair(value: object) -> dict:
    keys = ordered(value, _HUB_KEY_PAIR)
    base64url(keys["mlDsa44"], 1312, CODE)
    base64url(keys["ed25519"], 32, CODE)
    return keys


def _hub_keys(value: object) -> dict:
    keys = ordered(value, _HUB_KEYS)
    _demand_period(keys, MAX_TIME)
    for use in ("log", "witness"):
        keys[use] = key_pair(keys[use])
    return keys


def _hub(value: object) -> dict:
    hub = ordered(value, _HUB)
    demand(is_member_id(hub["id"]), CODE, "id of a hub")
    demand_key_name(hub["name"])
    demand_counted_name(hub["operator"])
    demand_counted_name(hub["provider"])
    hub["keys"] = _list(hub["keys"], 1, 1000, _hub_keys)
    _demand_in_order(hub["keys"])
    return hub


def _witness_keys(value: object) -> dict:
    keys = ordered(value, _WITNESS_KEYS)
    _demand_period(keys, MAX_TIME)
    base64url(keys["mlDsa44"], 1312, CODE)
    return keys


def _witness(value: object) -> dict:
    witness = ordered(value, _WITNESS)
    demand(is_member_id(witness["id"]), CODE, "id of a witness")
    demand_key_name(witness["name"])
    demand_counted_name(witness["group"])
    witness["keys"] = _list(witness["keys"], 1, 1000, _witness_keys)
    _demand_in_order(witness["keys"])
    return witness


def _authority(value: object) -> dict:
    authority = ordered(value, _AUTHORITY)
    demand_name(authority["name"])
    certificate = base64_strict(authority["certificate"], code=CODE)
    demand(1 <= len(certificate) <= 4096, CODE, "certificate")
    _demand_period(authority, MAX_TIME)
    return authority


def algorithms(value: object) -> dict:
    ends = ordered(value, ALGORITHMS)
    demand(all(end is None or is_whole(end, 0, MAX_TIME) for end in ends.values()), CODE, "algorithms")
    return ends


def read(value: object) -> dict:
    """The charter in the order of canonical text, if the form of each member is right."""
    charter = ordered(value, _CHARTER)
    demand(charter["format"] == "besure-charter-v1", CODE, "format")
    demand(is_member_id(charter["network"]), CODE, "network")
    charter["ledger"] = _ledger(charter["ledger"])
    charter["log"] = _log(charter["log"])
    charter["slots"] = _slots(charter["slots"])
    _demand_terms(charter)
    charter["board"] = board(charter["board"])
    charter["formerTerms"] = _list(charter["formerTerms"], 0, 100_000, _former_terms)
    charter["organisations"] = _list(charter["organisations"], 1, 10_000, _member)
    charter["hubs"] = _list(charter["hubs"], 1, 1000, _hub)
    charter["witnesses"] = _list(charter["witnesses"], 0, 1000, _witness)
    charter["timeStampAuthorities"] = _list(charter["timeStampAuthorities"], 0, 100, _authority)
    charter["algorithms"] = algorithms(charter["algorithms"])
    return charter
