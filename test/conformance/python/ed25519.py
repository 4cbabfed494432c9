"""Ed25519 verification: RFC 8032, section 5.1.7, with canonical encodings and s below the order."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
_SQRT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

# Extended coordinates (X, Y, Z, T): x = X / Z, y = Y / Z, x y = T / Z.
Point = tuple[int, int, int, int]


def _decode(data: bytes) -> Point | None:
    """RFC 8032, 5.1.3."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(data) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * _SQRT_OF_MINUS_1 % P
    if (v * x * x - u) % P or (x == 0 and sign):
        return None
    x = x if x % 2 == sign else P - x
    return x, y, 1, x * y % P


def _add(left: Point, right: Point) -> Point:
    """RFC 8032, 5.1.4."""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    for bit in range(scalar.bit_length() - 1, -1, -1):
        result = _add(result, result)
        if scalar >> bit & 1:
            result = _add(result, point)
    return result


def _same(left: Point, right: Point) -> bool:
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


_BASE = _decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


@lru_cache(maxsize=1024)
def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """The equation without the cofactor, [s]B = R + [k]A, which RFC 8032 allows."""
    point, r = _decode(key), _decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or r is None or s >= L:
        return False
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % L
    return _same(_multiply(s, _BASE), _add(r, _multiply(k, point)))
