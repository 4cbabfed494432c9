"""The recorded time of a checkpoint: checkpoint-and-cosignature.md, "What counts"."""

from __future__ import annotations

from charter import Charter, Cosigner


def _times_of_parties(cosignatures: list[tuple[Cosigner, int]], kind: str) -> list[int]:
    """Of each operator or group the least time that counts, in ascending order."""
    times: dict[str, int] = {}
    for cosigner, time in cosignatures:
        if cosigner.kind == kind and cosigner.period.holds(time):
            times[cosigner.party] = min(time, times.get(cosigner.party, time))
    return sorted(times.values())


def time(cosignatures: list[tuple[Cosigner, int]], charter: Charter) -> int | None:
    """The recorded time that lines which verify give, or nothing if they are not quorate."""
    operators, groups = _times_of_parties(cosignatures, "hub"), _times_of_parties(cosignatures, "witness")
    hubs, witnesses = charter.quorum_hubs, charter.quorum_witnesses
    if len(operators) < hubs or len(groups) < witnesses:
        return None
    return max([operators[hubs - 1]] + ([groups[witnesses - 1]] if witnesses else []))
