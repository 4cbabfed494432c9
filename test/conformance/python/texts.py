"""Texts of bytes, numbers and names: specs/README.md, "Conventions of all specifications"."""

from __future__ import annotations

import base64
import binascii
import re

from errors import Refused, demand

MAX_INTEGER = 2**53 - 1
MAX_TIME = 253402300799

_SURROGATE = re.compile("[\ud800-\udfff]")
_MEMBER_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NOT_IN_KEY_NAMES = re.compile(
    "[\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]"
)


def is_text(value: object) -> bool:
    """A string without half a surrogate pair."""
    return isinstance(value, str) and _SURROGATE.search(value) is None


def characters(text: str) -> int:
    """How many characters a text has in the sense of limits: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(data: bytes, code: str = "malformed") -> str:
    """UTF-8 without a byte order mark, ill-formed sequences and surrogates refused."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(code, "not UTF-8") from error
    demand(not text.startswith("\ufeff"), code, "byte order mark")
    return text


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url(text: object, length: int | None = None, code: str = "malformed") -> bytes:
    """RFC 4648 section 5 without padding: exactly the one text of the bytes."""
    demand(isinstance(text, str), code, "not a string")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise Refused(code, "not base64url") from error
    demand(to_base64url(data) == text, code, "not strict base64url")
    demand(length is None or len(data) == length, code, f"not {length} bytes")
    return data


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def base64_strict(text: object, length: int | None = None, code: str = "malformed") -> bytes:
    """RFC 4648 section 4 with exactly the padding that is due."""
    demand(isinstance(text, str), code, "not a string")
    try:
        data = base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise Refused(code, "not base64") from error
    demand(to_base64(data) == text, code, "not strict base64")
    demand(length is None or len(data) == length, code, f"not {length} bytes")
    return data


def hexadecimal(text: object, length: int | None = None, code: str = "malformed") -> bytes:
    """Lower case, two digits for each byte."""
    demand(isinstance(text, str) and re.fullmatch(r"(?:[0-9a-f]{2})*", text), code, "not hexadecimal")
    data = bytes.fromhex(text)
    demand(length is None or len(data) == length, code, f"not {length} bytes")
    return data


def decimal(text: str, largest: int = MAX_INTEGER, code: str = "malformed") -> int:
    """`0`, or a digit 1-9 and more digits."""
    demand(re.fullmatch(r"0|[1-9][0-9]{0,20}", text), code, "not a decimal")
    number = int(text)
    demand(number <= largest, code, "number too large")
    return number


def is_whole(value: object, least: int = 0, largest: int = MAX_INTEGER) -> bool:
    """A whole number as a JSON parser gives it, in these limits."""
    return type(value) is int and least <= value <= largest


def u64(data: bytes, code: str = "malformed") -> int:
    """Eight bytes, big endian, at most 2^53 - 1."""
    number = int.from_bytes(data, "big")
    demand(len(data) == 8 and number <= MAX_INTEGER, code, "number above 2^53 - 1")
    return number


def is_member_id(value: object) -> bool:
    return isinstance(value, str) and _MEMBER_ID.fullmatch(value) is not None


def is_key_name(value: object) -> bool:
    return is_text(value) and value != "" and _NOT_IN_KEY_NAMES.search(value) is None
