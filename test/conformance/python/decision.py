"""A decision file: rights.md, "Decision file"."""

from __future__ import annotations

import exact_json
import note
import trust_log
from errors import Refused, demand
from rights import Proposal
from texts import base64_strict, base64url, characters, is_text

CODE = "decision-malformed"
MEMBERS = ["format", "proposal", "checkpoint", "entries"]


def _form(text: str) -> dict:
    demand(is_text(text) and characters(text) <= 100_000_000, CODE, "not a text of at most 100 000 000 characters")
    value = exact_json.members(exact_json.parse(text, CODE), MEMBERS, CODE)
    demand(value["format"] == "besure-decision-v1", CODE, "format")
    demand(isinstance(value["checkpoint"], str) and isinstance(value["entries"], list), CODE, "checkpoint, entries")
    demand(exact_json.write_indented(value) + "\n" == text, CODE, "not the one text")
    base64url(value["proposal"], 32, CODE)
    return value


def read(text: str, network: str) -> tuple[Proposal, int, int, int]:
    """The proposal; size and height of the log; the latest time of which a quorum says that it is all."""
    value = _form(text)
    entries = [base64_strict(one, code=CODE) for one in value["entries"]]
    try:
        log, by = trust_log.replay(network, entries)
        _, time = trust_log.confirmation(note.read(value["checkpoint"]), entries, by)
    except Refused as refusal:
        code = "decision-not-confirmed" if refusal.code == trust_log.NOT_CONFIRMED else CODE
        raise Refused(code, str(refusal)) from refusal
    found = [one for one in log.proposals if one.id == value["proposal"]]
    demand(found, "decision-unknown", "the log has no such proposal")
    return found[0], len(entries), log.height, time
