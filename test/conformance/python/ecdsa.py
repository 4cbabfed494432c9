"""ECDSA verification over P-256 and P-384: FIPS 186-5, section 6.4.2, with the curves of SP 800-186."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import new as new_hash

# A point in Jacobian coordinates (X, Y, Z): x = X / Z^2, y = Y / Z^3; Z = 0 is the point at infinity.
Point = tuple[int, int, int]
INFINITY: Point = (1, 1, 0)


@dataclass(frozen=True)
class Curve:
    """y^2 = x^3 - 3 x + b over the integers modulo p, with a group of prime order n."""

    p: int
    b: int
    n: int
    generator: tuple[int, int]

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return (self.p.bit_length() + 7) // 8

    def decode(self, data: bytes) -> tuple[int, int] | None:
        """An uncompressed point of the curve (SEC 1, 2.3.4), or nothing."""
        if len(data) != 1 + 2 * self.size or data[0] != 4:
            return None
        x, y = int.from_bytes(data[1 : 1 + self.size], "big"), int.from_bytes(data[1 + self.size :], "big")
        if x >= self.p or y >= self.p or (y * y - (x * x * x - 3 * x + self.b)) % self.p:
            return None
        return x, y

    def double(self, point: Point) -> Point:
        x, y, z = point
        p = self.p
        if z == 0 or y == 0:
            return INFINITY
        delta, gamma = z * z % p, y * y % p
        beta = x * gamma % p
        alpha = 3 * (x - delta) * (x + delta) % p
        x3 = (alpha * alpha - 8 * beta) % p
        z3 = ((y + z) * (y + z) - gamma - delta) % p
        return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % p, z3

    def add(self, left: Point, right: Point) -> Point:
        p = self.p
        x1, y1, z1 = left
        x2, y2, z2 = right
        if z1 == 0:
            return right
        if z2 == 0:
            return left
        z1z1, z2z2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * z2z2 % p, x2 * z1z1 % p
        s1, s2 = y1 * z2 * z2z2 % p, y2 * z1 * z1z1 % p
        h, r = (u2 - u1) % p, (s2 - s1) % p
        if h == 0:
            return self.double(left) if r == 0 else INFINITY
        hh = h * h % p
        hhh, v = h * hh % p, u1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return x3, (r * (v - x3) - s1 * hhh) % p, z1 * z2 * h % p

    def combine(self, a: int, left: Point, b: int, right: Point) -> Point:
        """a * left + b * right, both scalars read together from their highest bit."""
        both = self.add(left, right)
        result = INFINITY
        for bit in range(max(a.bit_length(), b.bit_length()) - 1, -1, -1):
            result = self.double(result)
            chosen = (a >> bit & 1) + 2 * (b >> bit & 1)
            if chosen:
                result = self.add(result, (left, right, both)[chosen - 1])
        return result


P256 = Curve(
    p=2**256 - 2**224 + 2**192 + 2**96 - 1,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    generator=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)
P384 = Curve(
    p=2**384 - 2**128 - 2**96 + 2**32 - 1,
    b=0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    n=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    generator=(
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
)


@lru_cache(maxsize=4096)
def verify(curve: Curve, key: bytes, digest_name: str, message: bytes, r: int, s: int) -> bool:
    """FIPS 186-5, 6.4.2, over the digest of the message. Whether s is low is the caller's business."""
    point = curve.decode(key)
    if point is None or not (0 < r < curve.n and 0 < s < curve.n):
        return False
    digest = new_hash(digest_name, message).digest()
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - curve.n.bit_length())
    inverse = pow(s, -1, curve.n)
    x, _, z = curve.combine(e * inverse % curve.n, (*curve.generator, 1), r * inverse % curve.n, (*point, 1))
    return z != 0 and x * pow(z, -2, curve.p) % curve.p % curve.n == r
