"""The work of the programs of Lyra, as a user of each peer writes it.

What comes before what a program measures is done once, by the function that makes the work; but Woxi
is given the program itself, and reads and does all of it each time.
"""

import math
import re
import sys

import numpy as np

from peer import serve

sys.setrecursionlimit(10_000)


def fib(_):
    def function(n):
        return n if n < 2 else function(n - 1) + function(n - 2)

    return lambda: function(22)


def doloop(_):
    def work():
        s = 0
        for i in range(1, 1_000_001):
            s += i
        return s

    return work


def table_total(_):
    return lambda: sum([i**2 for i in range(1, 1_000_001)])


def map_pure(_):
    return lambda: sum(map(lambda n: n**2 % 7, range(1, 1_000_001)))


def sort(_):
    data = [i * 7919 % 1_000_003 for i in range(1, 1_000_001)]
    return lambda: sorted(data)[499_999]


def nestlist(_):
    def work():
        values = [42]
        for _ in range(100_000):
            values.append((1_103_515_245 * values[-1] + 12_345) % 2_147_483_648)
        return values[-1]

    return work


def strings(_):
    words = [f"w{i * 7919 % 1009}" for i in range(1, 100_001)]

    def work():
        text = " ".join(words)
        replaced = text.replace("w1", "Q")
        return len(replaced.split(" ")) + len(replaced) + replaced.count("Q")

    return work


def sieve(_):
    def work():
        n = 100_000
        s = [True] * (n + 1)
        s[0] = s[1] = False
        for i in range(2, 317):
            if s[i]:
                for j in range(i * i, n + 1, i):
                    s[j] = False
        return s.count(True)

    return work


def memo(_):
    def work():
        known = {0: 0, 1: 1}

        def function(n):
            if n not in known:
                known[n] = function(n - 1) + function(n - 2)
            return known[n]

        return function(400) % 1_000_003

    return work


def assoc(_):
    data = list(range(1, 100_001))

    def work():
        groups, counts = {}, {}
        for i in data:
            groups.setdefault(i % 100, []).append(i)
        groups = {key: sum(values) for key, values in groups.items()}
        for i in data:
            key = i * i % 97
            counts[key] = counts.get(key, 0) + 1
        return [len(groups), groups[7], counts[4]]

    return work


def bigint(_):
    sys.set_int_max_str_digits(0)

    def work():
        a, b = 0, 1
        for _ in range(20_000):
            a, b = b, a + b
        digits = sum(map(int, str(math.factorial(5000))))
        return digits + 3**100_000 % 1_000_007 + a % 1_000_003

    return work


def collatz(_):
    def work():
        best = 0
        for k in range(1, 3001):
            n, c = k, 0
            while n != 1:
                n = n // 2 if n % 2 == 0 else 3 * n + 1
                c += 1
            if c > best:
                best = c
        return best

    return work


def prices():
    return [100 + 10 * math.sin(0.001 * i) + 0.01 * (i * 7919 % 101) for i in range(1, 200_001)]


def ema(_):
    p = prices()

    def work():
        values = [p[0]]
        for x in p[1:]:
            values.append(values[-1] + 0.1 * (x - values[-1]))
        return round(1000 * values[-1])

    return work


def cases(_):
    data = [(i, i % 13) for i in range(1, 100_001)]

    def work():
        first = len([1 for a, b in data if a > b and b == 5])
        return first + sum(1 for a, _ in data if a % 2 == 0)

    return work


def mandel(_):
    def work():
        total = 0
        for row in range(25):
            cy = -1.2 + 0.1 * row
            for column in range(26):
                cx = -2.0 + 0.1 * column
                z = zi = 0.0
                k = 0
                while k < 50 and z * z + zi * zi < 4.0:
                    z, zi = z * z - zi * zi + cx, 2.0 * z * zi + cy
                    k += 1
                total += k
        return total

    return work


def module_call(_):
    def function(x):
        a = x
        b = x + 1
        c = x + 2
        return a + b + c

    def work():
        for i in range(1, 50_001):
            function(i)
        return function(7)

    return work


def dot(_):
    i = np.arange(1, 201)
    m = np.sin(1.0 * np.outer(i, i))
    return lambda: np.round(1000 * (m @ m)[6, 8])


def linsolve(_):
    i = np.arange(1, 201)
    m = np.sin(1.0 * np.outer(i, i)) + 20 * np.eye(200)
    b = 1.0 * i
    return lambda: np.round(1000 * np.linalg.solve(m, b).sum())


def vector(_):
    v = np.arange(1, 1_000_001) / 1e6
    return lambda: np.round((np.sin(v) ** 2 + np.cos(v) ** 2 * np.exp(-v)).sum())


def drawdown(_):
    p = np.array(prices())

    def work():
        r = np.diff(np.log(p))
        equity = np.cumsum(r)
        peak = np.maximum.accumulate(equity)
        most, _, _ = (peak - equity).max(), r.mean(), r.std(ddof=1)
        return np.round(1e6 * most)

    return work


def symengine_expand(_):
    import symengine

    x, y, z = symengine.symbols("x y z")
    return lambda: len(symengine.expand((1 + x + y + z) ** 20).args)


def symengine_product(_):
    import symengine

    x, y, z, w = symengine.symbols("x y z w")
    s = 1 + x + y + z + w
    return lambda: len(symengine.expand(s**10 * (1 + s**10)).args)


def flint_ring(names):
    import flint

    context = flint.fmpz_mpoly_ctx.get(names, "lex")
    return context.gens()


def flint_expand(_):
    x, y, z = flint_ring(("x", "y", "z"))
    return lambda: len((1 + x + y + z) ** 20)


def flint_product(_):
    x, y, z, w = flint_ring(("x", "y", "z", "w"))
    s = 1 + x + y + z + w
    return lambda: len(s**10 * (1 + s**10))


def flint_hilbert(_):
    import flint

    m = flint.fmpq_mat([[flint.fmpq(1, i + j + 1) for j in range(30)] for i in range(30)])
    return lambda: float(1 / m.det() > 10**500)


def flint_factor(_):
    import flint

    x, y = flint_ring(("x", "y"))
    second = (x**2 + x + 1) ** 3 * (x**3 - 2 * y + 5) ** 2 * (x + y) ** 4
    first = flint.fmpz_poly([-1] + [0] * 59 + [1])
    return lambda: len([first.factor(), second.factor()])


def woxi(program):
    """The program itself, with what comes before: Woxi has one session, which is cleared first."""

    def make(data):
        import woxi

        lines = data["programs"][program]

        def work():
            woxi.clear_state()
            for line in (*lines["before"], lines["measured"]):
                woxi.interpret(line)
            result = woxi.interpret(lines["result"])
            return [float(number) for number in re.findall(r"-?\d+\.?\d*", result)]

        return work

    return make


CPYTHON = {
    "01_fib": fib,
    "02_doloop": doloop,
    "03_table_total": table_total,
    "04_map_pure": map_pure,
    "05_sort": sort,
    "06_nestlist": nestlist,
    "07_strings": strings,
    "19_sieve": sieve,
    "20_memo": memo,
    "21_assoc": assoc,
    "23_bigint": bigint,
    "24_collatz": collatz,
    "25_ema": ema,
    "28_cases": cases,
    "30_mandel": mandel,
    "31_module_call": module_call,
}
NUMPY = {
    "17_dot_real": dot,
    "18_linsolve_real": linsolve,
    "26_vector": vector,
    "27_drawdown": drawdown,
}
OTHERS = {
    "symengine:08_expand": symengine_expand,
    "symengine:09_expand_prod": symengine_product,
    "flint:08_expand": flint_expand,
    "flint:09_expand_prod": flint_product,
    "flint:16_det_hilbert": flint_hilbert,
    "flint:22_factor": flint_factor,
}

SYMBOLIC = [
    "10_diff6",
    "11_rewrite_fold",
    "12_rewrite_peano",
    "13_bubble",
    "14_integrate",
    "15_solve",
    "29_series",
    "32_simplify",
]

if __name__ == "__main__":
    makers = {f"cpython:{name}": maker for name, maker in CPYTHON.items()}
    makers |= {f"numpy:{name}": maker for name, maker in NUMPY.items()} | OTHERS
    names = [*CPYTHON, *NUMPY, *(name.split(":")[1] for name in OTHERS), *SYMBOLIC]
    makers |= {f"woxi:{name}": woxi(name) for name in names}
    serve(makers)
