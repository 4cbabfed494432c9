"""The ten claims and the rules of their values: statement.md, "Claims" and "Role table"."""

from __future__ import annotations

import datetime
import re
from typing import Callable

from errors import Refused, demand
from texts import base64url, characters, is_member_id, is_text, is_whole

NAMES = [
    "event",
    "reason",
    "time",
    "sender",
    "sender_org",
    "recipient",
    "recipient_org",
    "message",
    "document",
    "corrects",
]

EVENT_PREFIX = "http://uri.etsi.org/19522/Event/"

# Name of the event: whose organisation states it, and whether there is a reason.
ROLES = {
    "SubmissionAcceptance": ("sender", "no"),
    "SubmissionRejection": ("sender", "must"),
    "ContentConsignment": ("recipient", "no"),
    "ContentConsignmentFailure": ("recipient", "must"),
    "ContentAccessTracking": ("recipient", "no"),
    "ContentHandover": ("recipient", "no"),
    "ContentHandoverFailure": ("recipient", "must"),
    "ConsignmentRejection": ("recipient", "must"),
    "AcceptanceRejectionExpiry": ("recipient", "may"),
    "RelayAcceptance": ("recipient", "no"),
    "RelayRejection": ("recipient", "must"),
    "RelayFailure": ("sender", "must"),
    "NotificationForAcceptance": ("recipient", "no"),
    "NotificationForAcceptanceFailure": ("recipient", "must"),
    "ConsignmentAcceptance": ("recipient", "no"),
    "ConsignmentNotification": ("recipient", "no"),
    "ConsignmentNotificationFailure": ("recipient", "must"),
    "NotificationDelivered": ("recipient", "no"),
    "NotificationAccessTracking": ("recipient", "no"),
    "RelayToNonERDS": ("sender", "no"),
    "RelayToNonERDSFailure": ("sender", "must"),
    "ReceivedFromNonERDS": ("recipient", "no"),
}

_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z")
_URI = re.compile(r"[a-z][a-z0-9+.-]{0,31}:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+")
_SCHEME = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,128}")
_NOT_IN_IDENTIFIERS = re.compile(
    "[\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MEDIA_NAME = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
_MEDIA_PARAMETER = (
    r"; ?[a-z0-9][a-z0-9!#$&^_.+-]{0,63}="
    r"(?:[A-Za-z0-9!#$%&'*+.^_|~\x60-]+|\"[\x20\x21\x23-\x5b\x5d-\x7e]*\")"
)
_MEDIA_TYPE = re.compile(rf"{_MEDIA_NAME}\/{_MEDIA_NAME}(?:{_MEDIA_PARAMETER}){{0,8}}")


def _matches(pattern: re.Pattern[str], value: object, least: int = 0, most: int = 10**6) -> bool:
    return isinstance(value, str) and least <= len(value) <= most and pattern.fullmatch(value) is not None


def is_event(value: object) -> bool:
    return isinstance(value, str) and value.startswith(EVENT_PREFIX) and value[len(EVENT_PREFIX) :] in ROLES


def is_uri(value: object) -> bool:
    return _matches(_URI, value, 3, 512)


def milliseconds(value: object) -> int:
    """A moment `YYYY-MM-DDTHH:MM:SS.mmmZ` in milliseconds since 1970."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    demand(match, "time", "form")
    try:
        moment = datetime.datetime(*map(int, match.groups()[:6]))
    except ValueError as error:
        raise Refused("time", "no such moment") from error
    demand(moment.year >= 1970, "time", "before 1970")
    since = moment - datetime.datetime(1970, 1, 1)
    return (since.days * 86400 + since.seconds) * 1000 + int(match.group(7))


def is_time(value: object) -> bool:
    try:
        milliseconds(value)
    except Refused:
        return False
    return True


def is_visible(value: str) -> bool:
    """No code point that identifiers must not hold, and no space at the ends."""
    return value == value.strip(" ") and _NOT_IN_IDENTIFIERS.search(value) is None


def is_identifier(value: object) -> bool:
    """The rule of `id` and `message`."""
    return is_text(value) and 1 <= characters(value) <= 256 and is_visible(value)


def is_scheme(value: object) -> bool:
    return _matches(_SCHEME, value)


def is_party(value: object) -> bool:
    return (
        isinstance(value, dict)
        and list(value) == ["scheme", "id"]
        and is_scheme(value["scheme"])
        and is_identifier(value["id"])
    )


def is_media_type(value: object) -> bool:
    return _matches(_MEDIA_TYPE, value, 3, 255)


def is_bytes(length: int) -> Callable[[object], bool]:
    def rule(value: object) -> bool:
        try:
            base64url(value, length)
        except Refused:
            return False
        return True

    return rule


DOCUMENT_RULES: dict[str, Callable[[object], bool]] = {
    "mediaType": is_media_type,
    "size": is_whole,
    "sha256": is_bytes(32),
    "sha3_512": is_bytes(64),
}


def is_document(value: object) -> bool:
    return (
        isinstance(value, dict)
        and list(value) == list(DOCUMENT_RULES)
        and all(rule(value[name]) for name, rule in DOCUMENT_RULES.items())
    )


def is_corrects(value: object) -> bool:
    return value is None or is_bytes(32)(value)


RULES: dict[str, Callable[[object], bool]] = {
    "event": is_event,
    "reason": lambda value: value is None or is_uri(value),
    "time": is_time,
    "sender": is_party,
    "sender_org": is_member_id,
    "recipient": is_party,
    "recipient_org": is_member_id,
    "message": is_identifier,
    "document": is_document,
    "corrects": is_corrects,
}


def reason_keeps_to_role(event: str, reason: str | None) -> bool:
    """statement.md, step 9."""
    rule = ROLES[event[len(EVENT_PREFIX) :]][1]
    return {"no": reason is None, "must": reason is not None, "may": True}[rule]


def stating_organisation(event: str) -> str:
    """The claim that names who may state the event: `sender_org` or `recipient_org`."""
    return ROLES[event[len(EVENT_PREFIX) :]][0] + "_org"
