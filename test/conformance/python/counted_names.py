"""Names of operators, providers and groups, and what they count as: trust-and-charter.md, "Names that are counted"."""

from __future__ import annotations

import re
from typing import Iterable

_LOOK_ALIKE = str.maketrans("01i", "oll")


def is_counted_name(value: object) -> bool:
    return (
        isinstance(value, str)
        and re.fullmatch(r"[A-Za-z0-9 &'(),./-]{1,120}", value) is not None
        and value.strip(" ") == value
        and counted_as(value) != ""
    )


def counted_as(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", name).lower().translate(_LOOK_ALIKE)


def counted(names: Iterable[str]) -> set[str]:
    """Those whom these names are of, each once."""
    return {counted_as(name) for name in names}
