"""JSON of which there is one text: specs/README.md, "Exact JSON", and the laid-out texts of evidence and charters."""

from __future__ import annotations

import json
import re
from typing import Callable

from errors import Refused, demand
from texts import is_text

_SHORT_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_STRING_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\n\r]+')


def parse(text: str, code: str = "malformed") -> object:
    """Parse leniently; what the parser forgives shows when the text is written anew."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(code, "not JSON") from error


def short_string(value: str) -> str:
    """The short form of a string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def ecmascript_string(value: str) -> str:
    """A string as `JSON.stringify` of ECMAScript writes it (25.5.2.3, QuoteJSONString)."""

    def escape(match: re.Match[str]) -> str:
        character = match.group()
        return _SHORT_ESCAPES.get(character, f"\\u{ord(character):04x}")

    return '"' + re.sub("[\x00-\x1f\"\\\\\ud800-\udfff]", escape, value) + '"'


def write(value: object, string: Callable[[str], str] = short_string) -> str:
    """The exact text of a value, without white space."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return string(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{string(name)}:{write(member, string)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(element, string) for element in value) + "]"
    if type(value) is int:
        return str(value)
    raise Refused("malformed", "a value that has no exact text here")


def write_indented(value: object, indent: str = "") -> str:
    """`JSON.stringify(value, null, 2)` of ECMAScript, for the same values."""
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        names = {name: ecmascript_string(name) for name in value}
        lines = [f"{deeper}{names[name]}: {write_indented(member, deeper)}" for name, member in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
    if isinstance(value, list) and value:
        lines = [deeper + write_indented(element, deeper) for element in value]
        return "[\n" + ",\n".join(lines) + "\n" + indent + "]"
    return write(value, ecmascript_string)


def without_space(text: str) -> str:
    """A JSON text without the white space between its tokens."""
    return _STRING_OR_SPACE.sub(lambda match: match.group(1) or "", text)


def members(value: object, names: list[str], code: str = "malformed") -> dict:
    """The value as an object with exactly these members in this order."""
    demand(isinstance(value, dict) and list(value) == names, code, f"not an object with {', '.join(names)}")
    return value


def exact(text: str, value: object, code: str = "malformed") -> None:
    """The text is the exact one of the value."""
    demand(is_text(text) and write(value) == text, code, "not the exact text")
