"""The one way in which anything here says no."""

from __future__ import annotations


class Refused(Exception):
    """An input is not what its specification demands. `code` is a short name of the reason."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def demand(condition: object, code: str, detail: str = "") -> None:
    """Refuse with `code` unless the condition holds."""
    if not condition:
        raise Refused(code, detail)
