"""What every peer script shares: the data, and the loop that answers the benchmark.

A script names its peers and how to make each of them. Making one imports what it needs, compiles,
and returns a function without arguments: that function is the work, and it alone is timed. A second
function may be returned with it, which brings the result into the benchmark's order.
"""

import json
import pathlib
import sys
import time

import numpy as np

# Work is repeated until it took this long, so that the clock's steps do not matter.
LEAST_SECONDS = 0.05


class Data:
    """The inputs, as the benchmark wrote them: numbers by name, and columns in files."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.numbers = json.loads((self.folder / "numbers.json").read_text())

    def __getitem__(self, name):
        return self.numbers[name]

    def column(self, name, dtype=np.float64):
        return np.fromfile(self.folder / name, dtype=dtype)

    def path(self, name):
        return str(self.folder / name)


def seconds(work):
    count, start = 0, time.process_time()
    while True:
        values = work()
        count += 1
        spent = time.process_time() - start
        if spent >= LEAST_SECONDS:
            return spent / count, values


def flat(values):
    """All values as one column, in the order in which the benchmark lists its own."""
    if isinstance(values, (tuple, list)):
        return np.concatenate([flat(part) for part in values])
    return np.asarray(values, dtype=np.float64).ravel()


def serve(makers):
    """Answers commands until there are no more: `prepare`, `time` and `values`, each of a name."""
    data, works, shapes, results = Data(sys.argv[1]), {}, {}, {}

    def answer(command, name):
        if command == "prepare":
            made = makers[name](data)
            works[name], shapes[name] = made if isinstance(made, tuple) else (made, lambda x: x)
            results[name] = works[name]()
            return {}
        if command == "time":
            spent, results[name] = seconds(works[name])
            return {"seconds": spent}
        if command == "values":
            flat(shapes[name](results[name])).tofile(data.folder / "values.f64")
            return {}
        raise ValueError(f"there is no command `{command}`")

    for line in sys.stdin:
        try:
            reply = answer(*line.split())
        except Exception as error:  # Whatever went wrong is the answer.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
