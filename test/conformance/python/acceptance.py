"""Whether evidence that is not bad is accepted, and the verdict: evidence.md, "Acceptance" and "The verdict"."""

from __future__ import annotations

from dataclasses import dataclass, field

import claims
import evidence
import trust_log
from charter import Charter, Terms
from charter_form import ASSURANCES
from errors import Refused
from evidence import Proof
from quorum import Confirmation
from recording import Recording
from texts import utf8

PROVEN, BAD, UNACCEPTABLE = "proven", "bad", "unacceptable"
# How long a trust file lasts, in seconds.
_TRUST_LASTS = 172_800
_ALWAYS_CHECKED = {"event", "sender_org", "recipient_org", "message"}


@dataclass(frozen=True)
class Verdict:
    result: str
    code: str
    detail: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def _earliest(recordings: list[Recording]) -> int | None:
    """R, or A of the countersigned ones: none unless each has a recorded time."""
    known = [one.confirmation.time for one in recordings if one.confirmation is not None]
    return min(known) if known and len(known) == len(recordings) else None


def _terms(proof: Proof, charter: Charter) -> Terms:
    """Those of the least height."""
    return charter.terms_from(min(one.height for one in proof.recordings))[0]


def _assurance(proof: Proof, terms: Terms) -> str:
    if not all(one.confirmation.majority for one in proof.recordings):
        return "one-hub"
    soon = all(
        one.time_stamp_time is not None
        and one.time_stamp_time <= one.confirmation.checkpoint_time + terms.limits["timeStampLagSeconds"]
        for one in proof.recordings
    )
    return "time-stamped" if soon else "recorded"


def _after_end(one: Confirmation, charter: Charter) -> bool:
    """ML-DSA-44 against the time of the checkpoint, the others against the recorded time."""
    end = charter.cosignature_end
    forgeable = end is not None and one.checkpoint_time >= end
    return forgeable or any(one.time >= statement_end for statement_end in charter.statement_ends)


def _claimed_time(proof: Proof) -> int:
    """T."""
    if "time" in proof.shown:
        return claims.milliseconds(proof.shown["time"]) // 1000
    return proof.statement.iat


def _broken_rule(proof: Proof, charter: Charter, confirmed: int | None, document: bytes | None) -> str | None:
    """The first rule of the table that is broken."""
    terms, agreed = _terms(proof, charter), proof.countersignature
    limits = terms.limits
    tolerance = limits["agreementToleranceSeconds"]
    recorded, claimed = _earliest(proof.recordings), _claimed_time(proof)
    if recorded is None:
        return "quorum-not-met"
    times = [one.confirmation.checkpoint_time for one in proof.recordings]
    if confirmed is not None and max(times) - confirmed > _TRUST_LASTS:
        return "trust-too-old"
    if ASSURANCES.index(_assurance(proof, terms)) < ASSURANCES.index(terms.least_assurance):
        return "assurance-too-low"
    if proof.key_compromised:
        return "key-compromised"
    if any(_after_end(one.confirmation, charter) for one in proof.recordings):
        return "algorithm-ended"
    if agreed is None:
        return "one-sided"
    if not (set(proof.shown) | _ALWAYS_CHECKED) <= set(agreed.checked):
        return "partly-agreed"
    if agreed.tolerance > tolerance:
        return "agreement-too-loose"
    if any(one.confirmation.time + tolerance < charter.slots.iat(one.slot) for one in proof.recordings):
        return "recorded-before-slot"
    if claimed > recorded + tolerance:
        return "claimed-after-recording"
    if recorded - claimed > limits["largestLagSeconds"]:
        return "late"
    if document is not None and "document" not in proof.shown:
        return "document-hidden"
    return None


def _facts(proof: Proof, charter: Charter) -> dict[str, object]:
    recorded = _earliest(proof.recordings)
    return {
        "statement": proof.statement.id,
        "issuer": proof.statement.issuer,
        "exchange": proof.countersignature.issuer if proof.countersignature else None,
        "claims": proof.shown,
        "hidden": [name for name in claims.NAMES if name not in proof.shown],
        "claimed": _claimed_time(proof),
        "recorded": recorded,
        "agreed": _earliest([one for one in proof.recordings if one.countersigned]),
        "assurance": None if recorded is None else _assurance(proof, _terms(proof, charter)),
        "timeStamps": [one.time_stamp_time for one in proof.recordings],
        "compromised": proof.key_compromised,
    }


def judge(text: str | bytes, trust: str | bytes, document: bytes | None = None) -> Verdict:
    """All of evidence.md: the verdict over one evidence file under a trust file."""
    try:
        charter, confirmed = trust_log.open_trust(trust if isinstance(trust, str) else utf8(trust, "trust-malformed"))
        decoded = text if isinstance(text, str) else utf8(text, "evidence-malformed")
        proof = evidence.verify(decoded, charter, document)
        broken = _broken_rule(proof, charter, confirmed, document)
        result = PROVEN if broken is None else UNACCEPTABLE
        return Verdict(result, broken or PROVEN, facts=_facts(proof, charter))
    except Refused as refusal:
        return Verdict(BAD, refusal.code, refusal.detail)
    except Exception as error:  # step 17: anything else that goes wrong in a verifier
        return Verdict(BAD, "unverifiable", repr(error))
