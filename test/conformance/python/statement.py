"""Statements: statement.md. Each step is a function, because evidence.md gives each its own code."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import certificate_key
import claims
import es256
import exact_json
from errors import demand
from texts import (
    MAX_TIME,
    base64_strict,
    base64url,
    characters,
    is_member_id,
    is_text,
    is_whole,
    to_base64url,
    utf8,
)

MALFORMED = "statement-malformed"
SIGNATURE = "statement-signature"
DISCLOSURE = "disclosure-invalid"
NOT_ALLOWED = "event-not-allowed"


@dataclass(frozen=True)
class Statement:
    """What steps 1 to 5 read."""

    jws: str
    disclosures: list[str]
    signing_input: str
    key: bytes
    digests: list[str]
    iat: int
    issuer: str
    signature: tuple[int, int]

    @property
    def id(self) -> str:
        return to_base64url(sha256(self.signing_input.encode("ascii")).digest())


def split_jws(jws: str, code: str) -> list[str]:
    """Exactly two `.`, with something before, between and after them."""
    parts = jws.split(".")
    demand(len(parts) == 3 and all(parts), code, "not three parts")
    return parts


def _split(sd_jwt: str) -> tuple[str, list[str]]:
    """Step 1."""
    demand(is_text(sd_jwt) and characters(sd_jwt) <= 73739 and sd_jwt.endswith("~"), MALFORMED, "SD-JWT")
    jws, *disclosures = sd_jwt[:-1].split("~")
    demand(jws and all(disclosures) and len(disclosures) <= 10, MALFORMED, "disclosures")
    return jws, disclosures


def _key_in_header(header: str) -> bytes:
    """Step 3; the key in the first certificate."""
    text = utf8(base64url(header, code=MALFORMED), MALFORMED)
    value = exact_json.members(exact_json.parse(text, MALFORMED), ["alg", "typ", "x5c"], MALFORMED)
    demand(value["alg"] == "ES256" and value["typ"] == "besure-statement-v1+sd-jwt", MALFORMED, "header")
    demand(isinstance(value["x5c"], list) and 1 <= len(value["x5c"]) <= 4, MALFORMED, "x5c")
    certificates = [base64_strict(one, code=MALFORMED) for one in value["x5c"]]
    exact_json.exact(text, value, MALFORMED)
    for certificate in certificates:
        demand(len(certificate) <= 4096, MALFORMED, "certificate")
        certificate_key.demand_sequence(certificate)
    return certificate_key.key_of(certificates[0])


def _payload(payload: str) -> dict:
    """Step 4."""
    text = utf8(base64url(payload, code=MALFORMED), MALFORMED)
    value = exact_json.members(exact_json.parse(text, MALFORMED), ["_sd", "_sd_alg", "iat", "iss"], MALFORMED)
    digests = value["_sd"]
    demand(isinstance(digests, list) and len(digests) == 10, MALFORMED, "_sd")
    for digest in digests:
        base64url(digest, 32, MALFORMED)
    demand(all(left < right for left, right in zip(digests, digests[1:])), MALFORMED, "order of _sd")
    demand(value["_sd_alg"] == "sha-256", MALFORMED, "_sd_alg")
    demand(is_whole(value["iat"], 0, MAX_TIME), MALFORMED, "iat")
    demand(is_member_id(value["iss"]), MALFORMED, "iss")
    exact_json.exact(text, value, MALFORMED)
    return value


def read(sd_jwt: str) -> Statement:
    """Steps 1 to 5."""
    jws, disclosures = _split(sd_jwt)
    demand(len(jws) <= 32768, MALFORMED, "statement too long")
    header, payload, signature = split_jws(jws, MALFORMED)
    key = _key_in_header(header)
    content = _payload(payload)
    return Statement(
        jws=jws,
        disclosures=disclosures,
        signing_input=f"{header}.{payload}",
        key=key,
        digests=content["_sd"],
        iat=content["iat"],
        issuer=content["iss"],
        signature=es256.read(signature, SIGNATURE),
    )


def _disclosure(text: str) -> tuple[str, object]:
    """Name and value of one disclosure, by the rules of step 8 that concern it alone."""
    demand(len(text) <= 4096, DISCLOSURE, "too long")
    decoded = utf8(base64url(text, code=DISCLOSURE), DISCLOSURE)
    value = exact_json.parse(decoded, DISCLOSURE)
    demand(isinstance(value, list) and len(value) == 3, DISCLOSURE, "not three elements")
    salt, name, claim = value
    base64url(salt, 16, DISCLOSURE)
    demand(isinstance(name, str) and name in claims.RULES, DISCLOSURE, "name")
    demand(claims.RULES[name](claim), DISCLOSURE, name)
    exact_json.exact(decoded, value, DISCLOSURE)
    return name, claim


def shown_claims(statement: Statement) -> dict[str, object]:
    """Steps 8 and 9."""
    shown: dict[str, object] = {}
    last = -1
    for text in statement.disclosures:
        name, claim = _disclosure(text)
        place = claims.NAMES.index(name)
        demand(place > last, DISCLOSURE, "order")
        last = place
        digest = to_base64url(sha256(text.encode("ascii")).digest())
        demand(digest in statement.digests, DISCLOSURE, "not one of _sd")
        shown[name] = claim
    if "event" in shown and "reason" in shown:
        demand(claims.reason_keeps_to_role(shown["event"], shown["reason"]), DISCLOSURE, "reason")
    return shown


def demand_role(statement: Statement, shown: dict[str, object]) -> None:
    """Step 10."""
    if "event" in shown:
        organisation = claims.stating_organisation(shown["event"])
        demand(shown.get(organisation, statement.issuer) == statement.issuer, NOT_ALLOWED)


def verify(sd_jwt: str, key: bytes) -> tuple[Statement, dict[str, object]]:
    """Steps 1 to 10, with the key of the issuer."""
    statement = read(sd_jwt)
    demand(statement.key == key, "certificate-differs")
    demand(es256.verifies(key, statement.signing_input, statement.signature), SIGNATURE)
    shown = shown_claims(statement)
    demand_role(statement, shown)
    return statement, shown
