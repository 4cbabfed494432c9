"""The key in a certificate of a statement: statement.md, "Key of a certificate"."""

from __future__ import annotations

from errors import demand

CODE = "statement-malformed"
SEQUENCE, INTEGER, VERSION = 0x30, 0x02, 0xA0
P256_KEY = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107034200")


def _element(data: bytes, start: int) -> tuple[int, int, int]:
    """Tag, begin and end of the content of the element that starts here."""
    demand(start + 2 <= len(data), CODE, "cut off")
    tag, first = data[start], data[start + 1]
    begin, length = start + 2, first
    if first >= 0x80:
        more = first - 0x80
        demand(more in (1, 2) and begin + more <= len(data), CODE, "length")
        length = int.from_bytes(data[begin : begin + more], "big")
        demand(length >= (0x80, 0x100)[more - 1], CODE, "length not in its shortest form")
        begin += more
    demand(begin + length <= len(data), CODE, "content reaches too far")
    return tag, begin, begin + length


def demand_sequence(certificate: bytes) -> bytes:
    """The content of the one SEQUENCE that spans all bytes."""
    tag, begin, end = _element(certificate, 0)
    demand(tag == SEQUENCE and end == len(certificate), CODE, "not one SEQUENCE")
    return certificate[begin:end]


def key_of(certificate: bytes) -> bytes:
    content = demand_sequence(certificate)
    tag, begin, end = _element(content, 0)
    demand(tag == SEQUENCE, CODE, "tbsCertificate")
    content, place = content[begin:end], 0
    if content[:1] == bytes([VERSION]):
        _, _, place = _element(content, 0)
    for expected in (INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE):
        tag, _, place = _element(content, place)
        demand(tag == expected, CODE, "tbsCertificate")
    tag, begin, end = _element(content, place)
    key = content[begin:end]
    demand(tag == SEQUENCE and key.startswith(P256_KEY) and len(key) == len(P256_KEY) + 65, CODE, "no key of P-256")
    demand(key[len(P256_KEY)] == 4, CODE, "compressed point")
    return key[len(P256_KEY) :]
