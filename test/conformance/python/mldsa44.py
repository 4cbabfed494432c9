"""ML-DSA-44 verification, pure variant: FIPS 204, algorithm 3 (ML-DSA.Verify) with the parameters of table 1."""

from __future__ import annotations

from functools import lru_cache
from hashlib import shake_128, shake_256

Q = 8380417
D = 13
TAU = 39
GAMMA_1 = 2**17
GAMMA_2 = (Q - 1) // 88
K = L = 4
BETA = 78
OMEGA = 80
PUBLIC_KEY_LENGTH = 1312
SIGNATURE_LENGTH = 2420

# A polynomial is its 256 coefficients; transformed, the 256 values of its NTT.
Polynomial = list[int]

# Appendix B: 1753^BitRev8(m) mod q.
_ZETAS = [pow(1753, int(f"{m:08b}"[::-1], 2), Q) for m in range(256)]


def _ntt(w: Polynomial) -> Polynomial:
    """Algorithm 41."""
    w = list(w)
    m, length = 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            m += 1
            zeta = _ZETAS[m]
            for j in range(start, start + length):
                t = zeta * w[j + length] % Q
                w[j + length] = (w[j] - t) % Q
                w[j] = (w[j] + t) % Q
        length //= 2
    return w


def _inverse_ntt(w: Polynomial) -> Polynomial:
    """Algorithm 42."""
    w = list(w)
    m, length = 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            m -= 1
            zeta = -_ZETAS[m]
            for j in range(start, start + length):
                t = w[j]
                w[j] = (t + w[j + length]) % Q
                w[j + length] = zeta * (t - w[j + length]) % Q
        length *= 2
    return [coefficient * 8347681 % Q for coefficient in w]


def _unpack(data: bytes, bits: int) -> list[int]:
    """Algorithm 18 (SimpleBitUnpack): 256 numbers of so many bits, little endian."""
    number, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [number >> bits * i & mask for i in range(256)]


def _pack(values: list[int], bits: int) -> bytes:
    """Algorithm 16 (SimpleBitPack)."""
    number = sum(value << bits * i for i, value in enumerate(values))
    return number.to_bytes(32 * bits, "little")


def _reject_ntt(seed: bytes) -> Polynomial:
    """Algorithm 30 (RejNTTPoly) with algorithm 14 (CoeffFromThreeBytes)."""
    length = 1024
    while True:
        stream = shake_128(seed).digest(length)
        triples = zip(stream[0::3], stream[1::3], stream[2::3])
        values = [z for a, b, c in triples if (z := a | b << 8 | (c & 127) << 16) < Q]
        if len(values) >= 256:
            return values[:256]
        length *= 2


def _sample_in_ball(seed: bytes) -> Polynomial:
    """Algorithm 29."""
    length = 512
    stream = shake_256(seed).digest(length)
    signs, place = int.from_bytes(stream[:8], "little"), 8
    c = [0] * 256
    for i in range(256 - TAU, 256):
        while True:
            if place == length:
                length *= 2
                stream = shake_256(seed).digest(length)
            j = stream[place]
            place += 1
            if j <= i:
                break
        c[i] = c[j]
        c[j] = 1 - 2 * (signs >> i + TAU - 256 & 1)
    return c


def _unpack_hints(y: bytes) -> list[set[int]] | None:
    """Algorithm 21 (HintBitUnpack): of each polynomial the places that are 1, or nothing if malformed."""
    hints: list[set[int]] = []
    index = 0
    for end in y[OMEGA:]:
        if not index <= end <= OMEGA:
            return None
        places = y[index:end]
        if any(left >= right for left, right in zip(places, places[1:])):
            return None
        hints.append(set(places))
        index = end
    return None if any(y[index:OMEGA]) else hints


def _use_hint(hint: bool, r: int) -> int:
    """Algorithm 40, with algorithm 36 (Decompose)."""
    m = (Q - 1) // (2 * GAMMA_2)
    low = r % (2 * GAMMA_2)
    if low > GAMMA_2:
        low -= 2 * GAMMA_2
    if r - low == Q - 1:
        high, low = 0, low - 1
    else:
        high = (r - low) // (2 * GAMMA_2)
    if not hint:
        return high
    return (high + 1) % m if low > 0 else (high - 1) % m


@lru_cache(maxsize=64)
def _expand_key(key: bytes) -> tuple[list[list[Polynomial]], list[Polynomial], bytes]:
    """Algorithm 23 (pkDecode) and 32 (ExpandA): the matrix, NTT(t1 * 2^d) and the hash of the key."""
    rho = key[:32]
    matrix = [[_reject_ntt(rho + bytes([s, r])) for s in range(L)] for r in range(K)]
    t1 = [_unpack(key[32 + 320 * i : 352 + 320 * i], 10) for i in range(K)]
    return matrix, [_ntt([c << D for c in t]) for t in t1], shake_256(key).digest(64)


@lru_cache(maxsize=1024)
def verify(key: bytes, message: bytes, signature: bytes, context: bytes = b"") -> bool:
    """Algorithm 3 and 8. The context is at most 255 bytes; this project has it empty."""
    if len(key) != PUBLIC_KEY_LENGTH or len(signature) != SIGNATURE_LENGTH or len(context) > 255:
        return False
    c_tilde, hints = signature[:32], _unpack_hints(signature[2336:])
    if hints is None:
        return False
    z = [[GAMMA_1 - v for v in _unpack(signature[32 + 576 * i : 608 + 576 * i], 18)] for i in range(L)]
    if any(abs(v) >= GAMMA_1 - BETA for polynomial in z for v in polynomial):
        return False
    matrix, t1, key_hash = _expand_key(key)
    mu = shake_256(key_hash + bytes([0, len(context)]) + context + message).digest(64)
    c = _ntt(_sample_in_ball(c_tilde))
    z = [_ntt(polynomial) for polynomial in z]
    w1 = b""
    for row, t, hint in zip(matrix, t1, hints):
        product = [
            (a[0] * z0 + a[1] * z1 + a[2] * z2 + a[3] * z3 - ci * ti) % Q
            for *a, z0, z1, z2, z3, ci, ti in zip(*row, *z, c, t)
        ]
        w = _inverse_ntt(product)
        w1 += _pack([_use_hint(i in hint, r) for i, r in enumerate(w)], 6)
    return shake_256(mu + w1).digest(32) == c_tilde
