"""Notes of the log of rights: rights.md, "Note", and the form of their changes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Callable

import charter_form
import es256
import exact_json
import statement
from errors import Refused, demand
from texts import base64_strict, base64url, characters, hexadecimal, is_member_id, is_whole, to_base64url, utf8

CODE = "malformed"
Check = Callable[[object], object]


@dataclass(frozen=True)
class Note:
    key: str
    content: dict
    signing_input: str
    signature: tuple[int, int]

    @property
    def id(self) -> str:
        return to_base64url(sha256(self.signing_input.encode("ascii")).digest())

    @property
    def is_signed(self) -> bool:
        return es256.verifies(base64url(self.key, 65), self.signing_input, self.signature)


def _whole(least: int) -> Check:
    return lambda value: demand(is_whole(value, least), CODE, "number")


def _one_of(*values: str) -> Check:
    return lambda value: demand(isinstance(value, str) and value in values, CODE, "choice")


def _or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _hash(value: object) -> None:
    base64url(value, 32, CODE)


def _network(value: object) -> None:
    hexadecimal(value, 32, CODE)


def _id(value: object) -> None:
    demand(is_member_id(value), CODE, "id")


def _ml_dsa_44(value: object) -> None:
    base64url(value, 1312, CODE)


def _certificate(value: object) -> None:
    demand(1 <= len(base64_strict(value, code=CODE)) <= 4096, CODE, "certificate")


def _seats(least: int) -> Check:
    def check(value: object) -> None:
        demand(isinstance(value, list) and least <= len(value) <= 100, CODE, "seats")
        for seat in value:
            charter_form.demand_point(seat)

    return check


_SIGNING_KEY = {"signingKey": charter_form.demand_point}
_LEDGER_ADDRESS = {"ledgerAddress": charter_form.demand_address_form}
_HUB_KEYS = {"log": charter_form.key_pair, "witness": charter_form.key_pair}
_ORGANISATION, _HUB, _WITNESS = {"organisation": _id}, {"hub": _id}, {"witness": _id}

CHANGES: dict[str, dict[str, Check]] = {
    "admit-organisation": {
        **_ORGANISATION, "name": charter_form.demand_name, **_SIGNING_KEY, **_LEDGER_ADDRESS, "seats": _seats(1)
    },
    "suspend-organisation": _ORGANISATION,
    "reinstate-organisation": _ORGANISATION,
    "remove-organisation": _ORGANISATION,
    "rotate-signing-key": {**_ORGANISATION, **_SIGNING_KEY},
    "revoke-signing-key": {**_ORGANISATION, **_SIGNING_KEY, "compromisedFrom": _or_null(_whole(0))},
    "rotate-ledger-key": {**_ORGANISATION, **_LEDGER_ADDRESS},
    "revoke-ledger-key": {**_ORGANISATION, **_LEDGER_ADDRESS},
    "change-seats": {**_ORGANISATION, "add": _seats(0), "end": _seats(0)},
    "admit-hub": {
        **_HUB,
        "name": charter_form.demand_key_name,
        "operator": charter_form.demand_counted_name,
        "provider": charter_form.demand_counted_name,
        "nodeAddress": charter_form.demand_address_form,
        **_HUB_KEYS,
    },
    "rotate-hub-keys": {**_HUB, **_HUB_KEYS},
    "remove-hub": _HUB,
    "admit-witness": {
        **_WITNESS, "name": charter_form.demand_key_name, "group": charter_form.demand_counted_name, "mlDsa44": _ml_dsa_44
    },
    "rotate-witness-key": {**_WITNESS, "mlDsa44": _ml_dsa_44},
    "remove-witness": _WITNESS,
    "admit-authority": {"name": charter_form.demand_name, "certificate": _certificate},
    "remove-authority": {"name": charter_form.demand_name},
    "change-terms": {
        "limits": _or_null(charter_form.limits),
        "quorum": _or_null(charter_form.quorum),
        "leastAssurance": _or_null(_one_of(*charter_form.ASSURANCES)),
        "board": _or_null(charter_form.board),
        "algorithms": _or_null(charter_form.algorithms),
    },
}  # fmt: skip


def _kind(value: object, kinds: dict[str, dict[str, Check]]) -> None:
    """An object of a `kind` and the members of that kind, each of its form, in the order given."""
    demand(isinstance(value, dict) and isinstance(value.get("kind"), str), CODE, "kind")
    demand(value["kind"] in kinds, CODE, "kind")
    checks = kinds[value["kind"]]
    exact_json.members(value, ["kind", *checks], CODE)
    for name, check in checks.items():
        read = check(value[name])
        # Within, the order is that of the charter; written anew in that order it is the same text, or the note is none.
        if isinstance(read, dict):
            value[name] = read


def _change(value: object) -> None:
    _kind(value, CHANGES)


_SAID = {"network": _network, "member": _id}
NOTES: dict[str, dict[str, Check]] = {
    "proposal": {
        **_SAID, "state": _whole(0), "expires": _whole(0), "minute": _or_null(_hash), "change": _change
    },
    "vote": {
        **_SAID, "state": _whole(0), "proposal": _hash, "number": _whole(1), "choice": _one_of("for", "against")
    },
    "withdrawal": {**_SAID, "proposal": _hash},
}  # fmt: skip


def _read(data: bytes) -> Note:
    jws = utf8(data, CODE)
    demand(characters(jws) <= 64_000, CODE, "too long")
    header, payload, signature = statement.split_jws(jws, CODE)
    text = utf8(base64url(header, code=CODE), CODE)
    value = exact_json.members(exact_json.parse(text, CODE), ["alg", "typ", "kid"], CODE)
    demand(value["alg"] == "ES256" and value["typ"] == "besure-rights-note-v1+jws", CODE, "header")
    charter_form.demand_point(value["kid"])
    exact_json.exact(text, value, CODE)
    text = utf8(base64url(payload, code=CODE), CODE)
    content = exact_json.parse(text, CODE)
    _kind(content, NOTES)
    exact_json.exact(text, content, CODE)
    return Note(value["kid"], content, f"{header}.{payload}", es256.read(signature, CODE))


def read(data: bytes) -> Note:
    try:
        return _read(data)
    except Refused as refusal:
        raise Refused(CODE, str(refusal)) from refusal
