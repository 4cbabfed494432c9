"""Replay of the log of rights: rights.md, "Replay" and "State text"."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import charter
import exact_json
import rights_change
import rights_entry
import rights_note
from charter import may_vote
from errors import Refused, demand
from rights_entry import Entry
from rights_note import Note
from texts import utf8


@dataclass
class Proposal:
    id: str
    note: dict
    height: int
    voters: list[str]
    at_least: int | None
    including: list[str]
    votes: dict[str, dict] = field(default_factory=dict)
    status: str = "open"
    closed: int | None = None

    def close(self, status: str, height: int) -> None:
        self.status, self.closed = status, height

    @property
    def result(self) -> str:
        needed = len(self.voters) // 2 + 1 if self.at_least is None else self.at_least
        choices = {voter: self.votes[voter]["choice"] for voter in self.voters if voter in self.votes}
        in_favour = {voter for voter, choice in choices.items() if choice == "for"}
        against = {voter for voter, choice in choices.items() if choice == "against"}
        if len(in_favour) >= needed and in_favour.issuperset(self.including):
            return "accepted"
        left = set(self.voters) - against
        return "open" if len(left) >= needed and left.issuperset(self.including) else "rejected"

    def value(self) -> dict:
        electorate = {"voters": self.voters, "atLeast": self.at_least, "including": self.including}
        return {
            "id": self.id,
            "note": self.note,
            "height": self.height,
            "electorate": electorate,
            "votes": [self.votes[member] for member in sorted(self.votes)],
            "status": self.status,
            "closed": self.closed,
        }


def _holds(period: dict, height: int) -> bool:
    return period["from"] <= height and (period["until"] is None or height < period["until"])


def _read_first_charter(content: bytes, height: int, time: int) -> charter.Charter:
    code = "charter"
    try:
        read = charter.read_charter(utf8(content))
    except Refused as refusal:
        raise Refused(code, str(refusal)) from refusal
    value = read.value
    rights_change.demand_reachable(value, code)
    rights_change.demand_hosting(value, {hub["provider"] for hub in value["hubs"]}, code)
    heights = [terms["until"] for terms in value["formerTerms"]]
    for member in value["organisations"]:
        lists = [member[name] for name in ("signingKeys", "ledgerKeys", "seats", "suspensions")]
        for period in [member, *(period for one in lists for period in one)]:
            heights += [period["from"], period["until"]]
    demand(all(one is None or one <= height for one in heights), code, "a height that is to come")
    demand(all(terms["untilTime"] <= time for terms in value["formerTerms"]), code, "a time that is to come")
    return read


class Replay:
    """The log of a network as far as it was taken in."""

    def __init__(self, network: str) -> None:
        self.given = network
        self.network: str | None = None
        self.charter: dict = {}
        self.version = self.height = self.time = 0
        self.proposals: list[Proposal] = []

    def take(self, data: bytes) -> dict:
        """The outcome of an entry; refused with `rights-entry` if it is none here."""
        entry = rights_entry.read(data)
        if self.network is not None:
            demand(entry.height >= self.height, rights_entry.CODE, "below")
            self.height, self.time = entry.height, max(self.time, entry.time)
            for proposal in self.proposals:
                if proposal.status == "open" and proposal.note["expires"] < entry.height:
                    proposal.close("expired", proposal.note["expires"])
        try:
            return self._found(entry) if entry.kind == "charter" else self._note(entry)
        except Refused as refusal:
            return {"refused": refusal.code}

    def _found(self, entry: Entry) -> dict:
        demand(self.network is None, "founded")
        read = _read_first_charter(entry.content, entry.height, entry.time)
        network = sha256(f"{read.genesis}\n{read.canonical}".encode("utf-8")).hexdigest()
        demand(network == self.given, "network")
        self.network, self.charter, self.height, self.time = network, read.value, entry.height, entry.time
        return {"did": "founded", "id": self.network}

    def _note(self, entry: Entry) -> dict:
        demand(self.network is not None, "not-founded")
        note = rights_note.read(entry.content)
        content = note.content
        demand(content["network"] == self.network, "network")
        members = [one for one in self.charter["organisations"] if one["id"] == content["member"]]
        height = entry.height
        in_force = [m for m in members if _holds(m, height) and not any(_holds(s, height) for s in m["suspensions"])]
        demand(in_force, "member")
        demand(any(s["key"] == note.key and _holds(s, height) for s in in_force[0]["seats"]), "seat")
        demand(note.is_signed, "signature")
        if content["kind"] == "proposal":
            return self._propose(note)
        return self._vote(content) if content["kind"] == "vote" else self._withdraw(content)

    def _propose(self, note: Note) -> dict:
        content, board = note.content, self.charter["board"]
        demand(all(proposal.id != note.id for proposal in self.proposals), "repeated")
        demand(content["state"] == self.version, "state")
        demand(self.height < content["expires"] <= self.height + board["longestLifeBlocks"], "expires")
        member = content["member"]
        its = [one for one in self.proposals if one.status == "open" and one.note["member"] == member]
        demand(len(its) < board["openProposals"], "open-proposals")
        rights_change.apply(self.charter, content["change"], self.height, self.time)
        self.proposals.append(Proposal(note.id, content, self.height, *self._electorate(board["rule"])))
        return {"did": "proposed", "id": note.id}

    def _electorate(self, rule: dict) -> tuple[list[str], int | None, list[str]]:
        may = sorted(member["id"] for member in self.charter["organisations"] if may_vote(member))
        if rule["mode"] == "central":
            return [one for one in may if one == rule["organisation"]], 1, []
        if rule["mode"] == "majority":
            return may, None, []
        return [one for one in may if one in rule["organisations"]], rule["atLeast"], sorted(rule["including"])

    def _open(self, identity: str) -> Proposal:
        found = [proposal for proposal in self.proposals if proposal.id == identity]
        demand(found, "proposal")
        demand(found[0].status == "open", "closed")
        return found[0]

    def _vote(self, content: dict) -> dict:
        proposal, member = self._open(content["proposal"]), content["member"]
        demand(content["state"] == proposal.note["state"], "state")
        demand(member in proposal.voters, "voter")
        last = proposal.votes[member]["number"] if member in proposal.votes else 0
        demand(1 <= content["number"] - last <= 100, "number")
        proposal.votes[member] = {
            "member": member,
            "choice": content["choice"],
            "number": content["number"],
            "height": self.height,
        }
        while self._decide():
            pass
        return {"did": "voted", "id": proposal.id}

    def _withdraw(self, content: dict) -> dict:
        proposal = self._open(content["proposal"])
        demand(content["member"] == proposal.note["member"], "proposer")
        proposal.close("withdrawn", self.height)
        return {"did": "withdrew", "id": proposal.id}

    def _decide(self) -> bool:
        """Whether a proposal had enough votes, so that the board has to decide again."""
        for proposal in self.proposals:
            if proposal.status == "open" and proposal.result == "rejected":
                proposal.close("rejected", self.height)
            elif proposal.status == "open" and proposal.result == "accepted":
                self._accept(proposal)
                return True
        return False

    def _accept(self, proposal: Proposal) -> None:
        change = proposal.note["change"]
        try:
            self.charter = rights_change.apply(self.charter, change, self.height, self.time)
        except Refused:
            return proposal.close("lapsed", self.height)
        proposal.close("accepted", self.height)
        self.version += 1
        may = {member["id"] for member in self.charter["organisations"] if may_vote(member)}
        about = rights_change.subject(change)
        for other in self.proposals:
            if other.status != "open":
                continue
            if about[0] == "terms" or rights_change.subject(other.note["change"]) == about:
                other.close("lapsed", self.height)
            else:
                other.voters = [voter for voter in other.voters if voter in may]

    def text(self) -> str:
        state = {
            "network": self.network,
            "charter": self.charter,
            "version": self.version,
            "height": self.height,
            "time": self.time,
            "proposals": [proposal.value() for proposal in self.proposals],
        }
        return exact_json.write_indented(state) + "\n"
