"""Time cut in slots: slot-and-item.md, "Slots"."""

from __future__ import annotations

from dataclasses import dataclass

from errors import demand
from texts import MAX_INTEGER

LAST_MILLISECOND = 253402300799999


@dataclass(frozen=True)
class Slots:
    base: int
    start_millis: int
    length_millis: int

    def start(self, slot: int) -> int:
        """When a slot starts, in milliseconds; refused where there is no such slot."""
        demand(slot >= self.base, "before-first-slot")
        start = self.start_millis + (slot - self.base) * self.length_millis
        demand(slot <= MAX_INTEGER and start <= LAST_MILLISECOND, "after-last-slot")
        return start

    def iat(self, slot: int) -> int:
        """The second in which a slot starts."""
        return self.start(slot) // 1000

    def of_moment(self, moment: int) -> int:
        """The slot of a moment in milliseconds."""
        demand(moment >= self.start_millis, "before-first-slot")
        demand(moment <= LAST_MILLISECOND, "after-last-slot")
        slot = self.base + (moment - self.start_millis) // self.length_millis
        demand(slot <= MAX_INTEGER, "after-last-slot")
        return slot

    def demand_iat(self, second: int, code: str = "signing-time-invalid") -> None:
        """A slot starts in this second."""
        moment = 1000 * second + 999
        demand(self.start_millis <= moment <= LAST_MILLISECOND, code)
        slot = self.base + (moment - self.start_millis) // self.length_millis
        demand(slot <= MAX_INTEGER and self.iat(slot) == second, code)


def from_members(value: dict) -> Slots:
    return Slots(value["base"], value["startMillis"], value["lengthMillis"])
