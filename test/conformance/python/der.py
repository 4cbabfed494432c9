"""DER (X.690) as time-stamp.md, "Form", demands it: each element has one form, and nothing is left over."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from errors import Refused, demand

MALFORMED = "malformed"
BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31


def context(number: int, constructed: bool = True) -> int:
    """The tag of a context-specific element."""
    return (0xA0 if constructed else 0x80) + number


@dataclass(frozen=True)
class Element:
    tag: int
    content: bytes
    raw: bytes


def _read(data: bytes, start: int) -> tuple[Element, int]:
    demand(start + 2 <= len(data), MALFORMED, "cut off")
    tag, first = data[start], data[start + 1]
    demand(tag & 0x1F != 0x1F, MALFORMED, "tag of more than one byte")
    begin, length = start + 2, first
    if first >= 0x80:
        more = first - 0x80
        demand(1 <= more <= 4 and begin + more <= len(data), MALFORMED, "length")
        length = int.from_bytes(data[begin : begin + more], "big")
        demand(length >= 0x80 and data[begin] != 0, MALFORMED, "length not in the fewest bytes")
        begin += more
    end = begin + length
    demand(end <= len(data), MALFORMED, "content reaches too far")
    return Element(tag, data[begin:end], data[start:end]), end


def elements(data: bytes) -> list[Element]:
    """All elements one after the other, up to the end of the bytes."""
    result, place = [], 0
    while place < len(data):
        element, place = _read(data, place)
        result.append(element)
    return result


def only(data: bytes, tag: int) -> Element:
    """The one element of this tag that the bytes are."""
    found = elements(data)
    demand(len(found) == 1 and found[0].tag == tag, MALFORMED, f"not one element of tag {tag:02x}")
    return found[0]


class Fields:
    """The elements within a constructed one, taken in their order."""

    def __init__(self, element: Element, tag: int = SEQUENCE) -> None:
        demand(element.tag == tag, MALFORMED, f"tag {element.tag:02x} for {tag:02x}")
        self._rest = elements(element.content)

    def more(self) -> bool:
        return bool(self._rest)

    def take(self, *tags: int) -> Element:
        """The next element, of one of these tags, or of any if none is named."""
        demand(self._rest and (not tags or self._rest[0].tag in tags), MALFORMED, "element missing or another")
        return self._rest.pop(0)

    def optional(self, tag: int) -> Element | None:
        return self._rest.pop(0) if self._rest and self._rest[0].tag == tag else None

    def end(self) -> None:
        demand(not self._rest, MALFORMED, "surplus element")


def sequence_of(element: Element, tag: int = SEQUENCE) -> list[Element]:
    demand(element.tag == tag, MALFORMED, f"tag {element.tag:02x} for {tag:02x}")
    return elements(element.content)


def integer(element: Element) -> int:
    """An INTEGER, or one under another tag, in the fewest bytes."""
    content = element.content
    demand(content, MALFORMED, "integer of no bytes")
    if len(content) > 1:
        demand(not (content[0] == 0 and content[1] < 0x80), MALFORMED, "integer not in the fewest bytes")
        demand(not (content[0] == 0xFF and content[1] >= 0x80), MALFORMED, "integer not in the fewest bytes")
    return int.from_bytes(content, "big", signed=True)


def demand_true(element: Element) -> None:
    demand(element.tag == BOOLEAN and element.content == b"\xff", MALFORMED, "not TRUE as ff")


def oid(element: Element) -> str:
    """An OBJECT IDENTIFIER in dots, minimal."""
    content = element.content
    demand(element.tag == OID and content and content[-1] < 0x80, MALFORMED, "object identifier")
    arcs, number, first = [], 0, True
    for byte in content:
        demand(not (first and byte == 0x80), MALFORMED, "object identifier not minimal")
        number = number << 7 | byte & 0x7F
        first = byte < 0x80
        if first:
            arcs.append(number)
            number = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(map(str, [top, arcs[0] - 40 * top, *arcs[1:]]))


def whole_bytes(element: Element) -> bytes:
    """A BIT STRING of whole bytes."""
    demand(element.tag == BIT_STRING and element.content[:1] == b"\0", MALFORMED, "bit string")
    return element.content[1:]


def named_bits(element: Element) -> set[int]:
    """A BIT STRING of named bits: no zero bits at its end (X.690, 11.2.2)."""
    demand(element.tag == BIT_STRING and element.content, MALFORMED, "bit string")
    unused, data = element.content[0], element.content[1:]
    if not data:
        demand(unused == 0, MALFORMED, "bit string")
        return set()
    demand(unused < 8 and data[-1] & (2 ** (unused + 1) - 1) == 2**unused, MALFORMED, "bits at the end")
    return {8 * i + bit for i, byte in enumerate(data) for bit in range(8) if byte >> (7 - bit) & 1}


def _moment(text: str) -> int:
    """YYYYMMDDHHMMSS in seconds since 1970."""
    try:
        moment = datetime.datetime.strptime(text, "%Y%m%d%H%M%S")
    except ValueError as error:
        raise Refused(MALFORMED, "no such moment") from error
    return round((moment - datetime.datetime(1970, 1, 1)) / datetime.timedelta(seconds=1))


def generalized_time(element: Element) -> tuple[int, str]:
    """Whole seconds since 1970, and the digits of the fraction, which does not end in 0."""
    text = element.content.decode("latin-1")
    match = re.fullmatch(r"([0-9]{14})(?:\.([0-9]*[1-9]))?Z", text) if len(text) <= 64 else None
    demand(element.tag == GENERALIZED_TIME and match, MALFORMED, "GeneralizedTime")
    return _moment(match[1]), match[2] or ""


def certificate_time(element: Element) -> int:
    """UTCTime, or GeneralizedTime without fraction."""
    if element.tag == UTC_TIME:
        match = re.fullmatch(r"([0-9]{12})Z", element.content.decode("latin-1"))
        demand(match, MALFORMED, "UTCTime")
        return _moment(("19" if match[1] >= "50" else "20") + match[1])
    seconds, fraction = generalized_time(element)
    demand(not fraction, MALFORMED, "fraction")
    return seconds
