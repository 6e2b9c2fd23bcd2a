"""An exact computation that shares nothing with the oracle: Fractions, rounded by bisection."""

from fractions import Fraction

import pytest

FORMATS = {"float16": 16, "bfloat16": 16, "float32": 32, "float64": 64}


class Independent:
    """Values of stored elements, and the nearest storable element of a Fraction."""

    def value(self, bits, name):
        """The Fraction with those bits; the infinity's bits give the next power of two."""
        width, stored = FORMATS[name], {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}
        field_bits = width - 1 - stored[name]
        field, fraction = bits >> stored[name], bits & ((1 << stored[name]) - 1)
        bias = (1 << (field_bits - 1)) - 1
        if field:
            return Fraction((1 << stored[name]) + fraction) * Fraction(2) ** (
                field - bias - stored[name]
            )
        return Fraction(fraction) * Fraction(2) ** (1 - bias - stored[name])

    def infinity(self, name):
        return {"float16": 0x7C00, "bfloat16": 0x7F80, "float32": 0x7F800000}.get(name, 0x7FF << 52)

    def nearest(self, number, name):
        """Bits (without sign) of the element nearest to |number|, ties to even."""
        number, low, high = abs(number), 0, self.infinity(name)
        if number >= self.value(high, name):
            return high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.value(middle, name) <= number else (low, middle)
        down, up = number - self.value(low, name), self.value(high, name) - number
        return low if down < up or (down == up and low % 2 == 0) else high

    def ulp(self, number, name):
        """The distance of the two storable neighbours of |number|, as a Fraction."""
        number, low, high = abs(number), 0, self.infinity(name)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.value(middle, name) <= number else (low, middle)
        return self.value(low + 1, name) - self.value(low, name)

    def fractions(self, x, name):
        """The finite elements of a 1-d array as Fractions."""
        bits = x.view(f"uint{FORMATS[name]}").astype(object)
        sign = 1 << (FORMATS[name] - 1)
        return [(-1 if b & sign else 1) * self.value(b & (sign - 1), name) for b in bits]

    def magnitudes(self, values, name):
        """The bits of stored elements without their signs, as a list."""
        bits = values.view(f"uint{FORMATS[name]}").astype(object)
        return [b & ((1 << (FORMATS[name] - 1)) - 1) for b in bits]

    def signs(self, values, name):
        bits = values.view(f"uint{FORMATS[name]}").astype(object)
        return [bool(b >> (FORMATS[name] - 1)) for b in bits]


@pytest.fixture(scope="session")
def independent():
    return Independent()
