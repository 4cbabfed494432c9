"""Since when a quorum has signed a checkpoint, and what its word is worth: checkpoint-and-cosignature.md, "What counts",
and evidence.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from charter import Charter, Cosigner, Terms

Cosignatures = list[tuple[Cosigner, int]]


@dataclass(frozen=True)
class Confirmation:
    # Of the checkpoint, and of the recording.
    checkpoint_time: int
    time: int
    majority: bool


def _times_of_parties(cosignatures: Cosignatures, kind: str, choose: Callable[[int, int], int] = min) -> dict[str, int]:
    """Of each operator or group the least time that counts, or the greatest."""
    times: dict[str, int] = {}
    for cosigner, time in cosignatures:
        if cosigner.kind == kind and cosigner.period.holds(time):
            times[cosigner.party] = choose(time, times.get(cosigner.party, time))
    return times


def time(cosignatures: Cosignatures, terms: Terms) -> int | None:
    """The recorded time that lines which verify give, or nothing if they are not quorate."""
    operators = sorted(_times_of_parties(cosignatures, "hub").values())
    groups = sorted(_times_of_parties(cosignatures, "witness").values())
    hubs, witnesses = terms.quorum_hubs, terms.quorum_witnesses
    if len(operators) < hubs or len(groups) < witnesses:
        return None
    return max([operators[hubs - 1]] + ([groups[witnesses - 1]] if witnesses else []))


def upheld(cosignatures: Cosignatures, terms: Terms) -> int | None:
    """The upheld time that lines which verify give, or nothing if they are not quorate."""
    operators, groups = (
        sorted(_times_of_parties(cosignatures, kind, max).values(), reverse=True) for kind in ("hub", "witness")
    )
    hubs, witnesses = terms.quorum_hubs, terms.quorum_witnesses
    if len(operators) < hubs or len(groups) < witnesses:
        return None
    return min([operators[hubs - 1]] + ([groups[witnesses - 1]] if witnesses else []))


def _is_majority(cosignatures: Cosignatures, terms: Terms, at: int, charter: Charter) -> bool:
    def those(kind: str) -> set[str]:
        signed = {party for party, time in _times_of_parties(cosignatures, kind).items() if time <= at}
        return charter.parties_at(kind, at) | signed

    operators, groups = those("hub"), those("witness")
    hubs, witnesses = terms.quorum_hubs, terms.quorum_witnesses
    both = min(hubs, witnesses, len(operators & groups))
    return 2 * hubs > len(operators) and (not groups or 2 * witnesses > len(groups)) and hubs + witnesses - both >= 2


def confirmation(cosignatures: Cosignatures, stamped: int | None, height: int, charter: Charter) -> Confirmation | None:
    """Step 10 of "A recording". `stamped` is the time of a time stamp over that very checkpoint."""
    for later, terms in enumerate(charter.terms_from(height)):
        reached = time(cosignatures, terms)
        if reached is None:
            continue
        earliest = terms.since if later else 0
        confirmed = max(reached, earliest)
        recorded = max(reached if stamped is None else min(reached, stamped), earliest)
        return Confirmation(confirmed, recorded, _is_majority(cosignatures, terms, confirmed, charter))
    return None
