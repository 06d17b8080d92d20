"""Evaluates Python expressions, one a line, and prints their values as Lyra writes them."""

import math
import sys
from fractions import Fraction
from functools import reduce

try:
    import sympy
    from sympy import Poly, symbols
except ImportError:
    sys.exit(2)

x, y, z = symbols("x y z")
sys.set_int_max_str_digits(0)


def written(value):
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"({value})"
    if isinstance(value, Fraction):
        return f"(({value.numerator})/({value.denominator}))"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(map(written, value)) + "}"
    return sympy.mathematica_code(value)


def positions(text, part):
    return [[i + 1, i + len(part)] for i in range(len(text)) if text.startswith(part, i)]


def digits(n, base):
    n, found = abs(n), []
    while n:
        found.append(n % base)
        n //= base
    return found[::-1] or [0]


def truncated_bits(n):
    return n.bit_length()


def factors(n):
    return [[p, e] for p, e in sorted(sympy.factorint(n).items())]


def runs(items):
    found = []
    for item in items:
        if found and found[-1][0] == item:
            found[-1].append(item)
        else:
            found.append([item])
    return found


def tally(items):
    found = {}
    for item in items:
        found[item] = found.get(item, 0) + 1
    return [[item, n] for item, n in found.items()]


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, c in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, d in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (c != d))
    return row[-1]


def coefficients(p):
    return [int(c) for c in reversed(Poly(p, x).all_coeffs())]


for line in sys.stdin:
    try:
        print(written(eval(line)), flush=True)
    except Exception as error:  # what the peer cannot do is told, and counted
        print(f"error: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
