"""The charter with a change in it: rights.md, "Changes"."""

from __future__ import annotations

import copy
from typing import Callable, Iterable

import charter
from charter import may_vote, stands
from counted_names import counted, counted_as
from errors import Refused, demand

CODE = "change"


def hub_stands(hub: dict) -> bool:
    return any(keys["until"] is None for keys in hub["keys"])


def demand_reachable(value: dict, code: str = CODE) -> None:
    operators = counted(hub["operator"] for hub in value["hubs"] if hub_stands(hub))
    groups = counted(w["group"] for w in value["witnesses"] if any(key["until"] is None for key in w["keys"]))
    quorum = value["quorum"]
    demand(quorum["hubs"] <= len(operators) and quorum["witnesses"] <= len(groups), code, "quorum out of reach")


def demand_hosting(value: dict, providers: Iterable[str], code: str = CODE) -> None:
    hubs = [hub for hub in value["hubs"] if hub_stands(hub)]
    operators = counted(hub["operator"] for hub in hubs)
    cap = value["board"]["hostingCapPercent"]
    for provider in counted(providers):
        its = [hub for hub in hubs if counted_as(hub["provider"]) == provider]
        demand(len(its) <= max(1, cap * len(hubs) // 100), code, "hosting: hubs")
        theirs = counted(hub["operator"] for hub in its)
        demand(len(theirs) <= max(1, cap * len(operators) // 100), code, "hosting: operators")


def _end(entries: list[dict], is_the_one: Callable[[dict], bool], at: int) -> None:
    """End those that have no end, of which there are some."""
    going = [entry for entry in entries if entry["until"] is None and is_the_one(entry)]
    demand(going, CODE, "none without an end")
    for entry in going:
        entry["until"] = at


def _rotate(entries: list[dict], new: dict, at: int) -> None:
    for entry in entries:
        if entry["until"] is None:
            entry["until"] = at
    entries.append({**new, "from": at, "until": None})


def _of(parties: list[dict], id_: str) -> dict:
    found = [party for party in parties if party["id"] == id_]
    demand(found, CODE, "unknown")
    return found[0]


def _admit(value: dict, change: dict, at: int) -> None:
    period = {"from": at, "until": None}
    value["organisations"].append({
        "id": change["organisation"],
        "name": change["name"],
        "role": "organisation",
        **period,
        "signingKeys": [{"key": change["signingKey"], **period, "compromisedFrom": None}],
        "ledgerKeys": [{"address": change["ledgerAddress"], **period}],
        "seats": [{"key": seat, **period} for seat in change["seats"]],
        "suspensions": [],
    })  # fmt: skip


def _revoke(member: dict, change: dict, at: int) -> None:
    keys = [key for key in member["signingKeys"] if key["key"] == change["signingKey"]]
    demand(keys, CODE, "signing key unknown")
    key, since = keys[0], change["compromisedFrom"]
    demand(key["until"] is None or since is not None, CODE, "has ended")
    if key["until"] is None:
        key["until"] = at
    known = [height for height in (key["compromisedFrom"], since) if height is not None]
    key["compromisedFrom"] = min(known) if known else None


def _change_seats(member: dict, change: dict, at: int) -> None:
    demand(change["add"] or change["end"], CODE, "no seat")
    for gone in change["end"]:
        _end(member["seats"], lambda seat: seat["key"] == gone, at)
    member["seats"] += [{"key": seat, "from": at, "until": None} for seat in change["add"]]
    demand(may_vote(member) or not stands(member), CODE, "last seat")


def _member(value: dict, change: dict, at: int) -> None:
    kind = change["kind"]
    if kind == "admit-organisation":
        return _admit(value, change, at)
    member = _of(value["organisations"], change["organisation"])
    demand(member["until"] is None, CODE, "removed")
    if kind in ("suspend-organisation", "remove-organisation"):
        demand(member["role"] != "exchange", CODE, "the exchange")
    if kind == "suspend-organisation":
        demand(stands(member), CODE, "suspended")
        member["suspensions"].append({"from": at, "until": None})
    elif kind == "reinstate-organisation":
        _end(member["suspensions"], lambda _: True, at)
    elif kind == "remove-organisation":
        member["until"] = at
    elif kind == "rotate-signing-key":
        _rotate(member["signingKeys"], {"key": change["signingKey"], "compromisedFrom": None}, at)
    elif kind == "revoke-signing-key":
        _revoke(member, change, at)
    elif kind == "rotate-ledger-key":
        _rotate(member["ledgerKeys"], {"address": change["ledgerAddress"]}, at)
    elif kind == "revoke-ledger-key":
        _end(member["ledgerKeys"], lambda key: key["address"] == change["ledgerAddress"], at)
    else:
        _change_seats(member, change, at)


def _cosigner(value: dict, change: dict, at: int) -> None:
    party, field = ("hub", "hubs") if "hub" in change else ("witness", "witnesses")
    kind, members = change["kind"], {name: change[name] for name in change if name not in ("kind", party)}
    keys = {name: members.pop(name) for name in ("log", "witness", "mlDsa44") if name in members}
    if kind.startswith("admit-"):
        value[field].append({"id": change[party], **members, "keys": [{**keys, "from": at, "until": None}]})
        return
    its = _of(value[field], change[party])["keys"]
    _end(its, lambda _: True, at)
    if kind.startswith("rotate-"):
        _rotate(its, keys, at)


def _authority(value: dict, change: dict, at: int) -> None:
    if change["kind"] == "remove-authority":
        return _end(value["timeStampAuthorities"], lambda authority: authority["name"] == change["name"], at)
    new = {"name": change["name"], "certificate": change["certificate"], "from": at, "until": None}
    value["timeStampAuthorities"].append(new)


def _terms(value: dict, change: dict, at: int, time: int) -> None:
    new = {name: part for name, part in change.items() if name != "kind" and part is not None}
    demand(new, CODE, "nothing changes")
    before = {name: value[name] for name in ("limits", "quorum", "leastAssurance")}
    for name, end in new.get("algorithms", {}).items():
        known = value["algorithms"][name]
        demand(known is None or (end is not None and end <= known), CODE, "an algorithm that ends later")
    value.update(new)
    demand(value["limits"]["slotAheadSeconds"] == before["limits"]["slotAheadSeconds"], CODE, "slotAheadSeconds")
    if any(name in new for name in before):
        value["formerTerms"].append({**before, "until": at, "untilTime": time})


def subject(change: dict) -> tuple[str, str]:
    """What a change is about."""
    for party in ("organisation", "hub", "witness"):
        if party in change and isinstance(change[party], str):
            return party, change[party]
    return ("terms", "") if change["kind"] == "change-terms" else ("authority", change["name"])


def apply(value: dict, change: dict, height: int, time: int) -> dict:
    """The charter that comes of a possible change; refused with `change` if it is not possible."""
    value, change = copy.deepcopy(value), copy.deepcopy(change)
    about, _ = subject(change)
    if about == "organisation":
        _member(value, change, height + 1)
    elif about in ("hub", "witness"):
        _cosigner(value, change, time)
    elif about == "authority":
        _authority(value, change, time)
    else:
        _terms(value, change, height + 1, time)
    try:
        value = charter.read_value(value).value
    except Refused as refusal:
        raise Refused(CODE, str(refusal)) from refusal
    demand_reachable(value)
    if change["kind"] == "admit-hub":
        demand_hosting(value, [change["provider"]])
    return value
