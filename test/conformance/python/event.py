"""What a back office tells of a document: event-envelope.md."""

from __future__ import annotations

import datetime
import re
from typing import Callable

import claims
from errors import Refused, demand
from texts import is_member_id, is_whole

_PREFIX, _GENERAL = "be.besure.document.", "be.besure.document.event.v1"
_SHORT_NAMES = {
    "sent": "SubmissionAcceptance",
    "rejected": "SubmissionRejection",
    "made-available": "ContentConsignment",
    "not-made-available": "ContentConsignmentFailure",
    "consulted": "ContentAccessTracking",
    "received": "ContentHandover",
    "failed": "ContentHandoverFailure",
    "refused": "ConsignmentRejection",
    "expired": "AcceptanceRejectionExpiry",
}
_TYPES = {f"{_PREFIX}{short}.v1": (short, claims.EVENT_PREFIX + name) for short, name in _SHORT_NAMES.items()}
_SOURCE = re.compile(r"[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]{1,512}")
_CONTENT_TYPE = re.compile(r"application/json(?:; ?charset=utf-8)?", re.IGNORECASE | re.ASCII)
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_EPOCH = datetime.datetime(1970, 1, 1)


def _moment(value: object) -> str:
    """The moment in the form of statements: UTC, three digits of milliseconds, what is finer cut off."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    demand(match, "time", "form")
    hours, minutes = int(match[9] or 0), int(match[10] or 0)
    demand(hours <= 23 and minutes <= 59, "time", "offset")
    sign = -1 if match[8] == "-" else 1
    try:
        local = datetime.datetime(*map(int, match.groups()[:6]))
        moment = local - sign * datetime.timedelta(hours=hours, minutes=minutes)
    except (ValueError, OverflowError) as error:
        raise Refused("time", "no such moment") from error
    demand(moment >= _EPOCH, "time", "before 1970")
    return f"{moment.isoformat(timespec='seconds')}.{(match[7] or '').ljust(3, '0')[:3]}Z"


def _general_name(uri: str) -> str:
    """The name in the URI in lower case, a hyphen before each capital but the first, none within `ERDS`."""
    name = uri[len(claims.EVENT_PREFIX) :].replace("ERDS", "Erds")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _demand_members(value: object, required: set[str], optional: set[str], path: str) -> dict:
    demand(isinstance(value, dict), "member", path)
    demand(required <= set(value) <= required | optional, "member", path)
    return value


def _demand_rule(value: dict, name: str, rule: Callable[[object], bool], path: str) -> None:
    demand(rule(value[name]), "member", f"{path}{name}")


def _demand_party(value: object, path: str) -> dict[str, str]:
    party = _demand_members(value, {"scheme", "id", "organisation"}, set(), path)
    _demand_rule(party, "scheme", claims.is_scheme, path)
    _demand_rule(party, "id", claims.is_identifier, path)
    _demand_rule(party, "organisation", is_member_id, path)
    return party


def _whole_number(value: object) -> bool:
    """A JSON number with a whole value: 1.0 and 1e3 are such."""
    return is_whole(value) or (isinstance(value, float) and value.is_integer() and is_whole(int(value)))


def _demand_document(value: object) -> dict:
    document = _demand_members(value, set(claims.DOCUMENT_RULES), set(), "data.document")
    for name, rule in claims.DOCUMENT_RULES.items():
        _demand_rule(document, name, _whole_number if name == "size" else rule, "data.document.")
    return {**document, "size": int(document["size"])}


def _demand_data(value: object, general: bool) -> dict:
    required = {"message", "sender", "recipient", "document"} | ({"event"} if general else set())
    data = _demand_members(value, required, {"reason", "corrects"}, "data")
    _demand_rule(data, "message", claims.is_identifier, "data.")
    for name in ("reason", "corrects"):
        demand(claims.RULES[name](data.get(name)), "member", f"data.{name}")
    if general:
        _demand_rule(data, "event", claims.is_event, "data.")
        demand(data["event"] not in {uri for _, uri in _TYPES.values()}, "member", "data.event has a type of its own")
    return data


def verify(value: object) -> tuple[str, str, dict[str, object]]:
    """id, source and facts of an event."""
    demand(isinstance(value, dict), "not-an-object")
    kind = value.get("type")
    general = kind == _GENERAL
    demand(general or (isinstance(kind, str) and kind in _TYPES), "type")
    required = {"specversion", "id", "source", "type", "time", "data"}
    _demand_members(value, required, {"datacontenttype", "subject"}, "")
    demand(value["specversion"] == "1.0", "member", "specversion")
    _demand_rule(value, "id", claims.is_identifier, "")
    demand(isinstance(value["source"], str) and _SOURCE.fullmatch(value["source"]), "member", "source")
    moment = _moment(value["time"])
    if "datacontenttype" in value:
        content_type = value["datacontenttype"]
        demand(isinstance(content_type, str) and _CONTENT_TYPE.fullmatch(content_type), "member", "datacontenttype")
    if "subject" in value:
        _demand_rule(value, "subject", claims.is_identifier, "")
    data = _demand_data(value["data"], general)
    sender = _demand_party(data["sender"], "data.sender.")
    recipient = _demand_party(data["recipient"], "data.recipient.")
    document = _demand_document(data["document"])
    short, uri = (_general_name(data["event"]), data["event"]) if general else _TYPES[kind]
    demand(claims.reason_keeps_to_role(uri, data.get("reason")), "member", "data.reason")
    facts = {
        "event": short,
        "reason": data.get("reason"),
        "time": moment,
        "message": data["message"],
        "sender": sender,
        "recipient": recipient,
        "document": document,
        "corrects": data.get("corrects"),
    }
    return value["id"], value["source"], facts
