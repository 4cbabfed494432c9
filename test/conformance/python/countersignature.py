"""Countersignatures of the exchange: countersignature.md."""

from __future__ import annotations

from dataclasses import dataclass

import claims
import es256
import exact_json
from errors import demand
from statement import split_jws
from texts import MAX_TIME, base64url, is_member_id, is_whole, to_base64url, utf8

MALFORMED = "countersignature-malformed"
SIGNATURE = "countersignature-signature"
HEADER = to_base64url(b'{"alg":"ES256","typ":"besure-countersignature-v1+jws"}')
_MEMBERS = ["checked", "iat", "iss", "statement", "tolerance"]


@dataclass(frozen=True)
class Countersignature:
    checked: list[str]
    iat: int
    issuer: str
    statement: str
    tolerance: int
    signing_input: str
    signature: tuple[int, int]


def read(jws: str) -> Countersignature:
    """Steps 1 to 4."""
    demand(len(jws) <= 2048, MALFORMED, "too long")
    header, payload, signature = split_jws(jws, MALFORMED)
    demand(header == HEADER, MALFORMED, "header")
    text = utf8(base64url(payload, code=MALFORMED), MALFORMED)
    value = exact_json.members(exact_json.parse(text, MALFORMED), _MEMBERS, MALFORMED)
    checked = value["checked"]
    demand(isinstance(checked, list) and checked, MALFORMED, "checked")
    demand(checked == [name for name in claims.NAMES if name in checked], MALFORMED, "names in checked")
    demand(is_whole(value["iat"], 0, MAX_TIME), MALFORMED, "iat")
    demand(is_member_id(value["iss"]), MALFORMED, "iss")
    base64url(value["statement"], 32, MALFORMED)
    demand(is_whole(value["tolerance"]), MALFORMED, "tolerance")
    exact_json.exact(text, value, MALFORMED)
    return Countersignature(
        checked=checked,
        iat=value["iat"],
        issuer=value["iss"],
        statement=value["statement"],
        tolerance=value["tolerance"],
        signing_input=f"{header}.{payload}",
        signature=es256.read(signature, SIGNATURE),
    )


def verifies(countersignature: Countersignature, key: bytes) -> bool:
    """Step 8."""
    return es256.verifies(key, countersignature.signing_input, countersignature.signature)
