"""Operators over a panel, missing where the window is not whole.

Each library gets the layout that suits it: numba, whose loops run over the assets of a row so that
they become vector instructions, rows of assets; bottleneck and polars, which run along a series,
a contiguous series an asset (for ranks across assets, a contiguous row).
"""

import numpy as np

from peer import serve

TYPES = {"f64": np.float64, "f32": np.float32}


class Panel:
    def __init__(self, data, precision):
        self.window = data["window"]

        def field(name):
            return data.column(name).reshape(-1, data["assets"]).astype(TYPES[precision])

        self.close, self.volume = field("close"), field("volume")


# --- numba ------------------------------------------------------------------------------------


def numba_sums(kind):
    """Running sums of each asset, less its first value: then squares do not cancel."""

    def build():
        import numba

        @numba.njit(error_model="numpy")
        def work(x, y, window):
            rows, lanes = x.shape
            out = np.empty_like(x)
            origin_x, origin_y = np.zeros(lanes), np.zeros(lanes)
            sx, sy, sxx, sxy, syy = (
                np.zeros(lanes), np.zeros(lanes), np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
            )
            present = np.zeros(lanes)
            for lane in range(lanes):
                for row in range(rows):
                    if x[row, lane] == x[row, lane] and y[row, lane] == y[row, lane]:
                        origin_x[lane], origin_y[lane] = x[row, lane], y[row, lane]
                        break
            for row in range(rows):
                for lane in range(lanes):
                    a = np.float64(x[row, lane]) - origin_x[lane]
                    there = a == a
                    if kind == 2:
                        b = np.float64(y[row, lane]) - origin_y[lane]
                        there = there and b == b
                        b = b if there else 0.0
                        sy[lane] += b
                    a = a if there else 0.0
                    sx[lane] += a
                    if kind >= 1:
                        sxx[lane] += a * a
                    if kind == 2:
                        sxy[lane] += a * b
                        syy[lane] += b * b
                    present[lane] += 1.0 if there else 0.0
                if row >= window:
                    for lane in range(lanes):
                        a = np.float64(x[row - window, lane]) - origin_x[lane]
                        there = a == a
                        if kind == 2:
                            b = np.float64(y[row - window, lane]) - origin_y[lane]
                            there = there and b == b
                            b = b if there else 0.0
                            sy[lane] -= b
                        a = a if there else 0.0
                        sx[lane] -= a
                        if kind >= 1:
                            sxx[lane] -= a * a
                        if kind == 2:
                            sxy[lane] -= a * b
                            syy[lane] -= b * b
                        present[lane] -= 1.0 if there else 0.0
                for lane in range(lanes):
                    if kind == 0:
                        value = sx[lane] / window + origin_x[lane]
                    elif kind == 1:
                        square = sxx[lane] - sx[lane] * sx[lane] / window
                        value = np.sqrt(max(square, 0.0) / (window - 1))
                    else:
                        covariance = window * sxy[lane] - sx[lane] * sy[lane]
                        value_x = window * sxx[lane] - sx[lane] * sx[lane]
                        value_y = window * syy[lane] - sy[lane] * sy[lane]
                        value = covariance / np.sqrt(value_x * value_y)
                    out[row, lane] = value if present[lane] == window else np.nan
            return out

        return lambda panel: work(panel.close, panel.volume, panel.window)

    return build


def numba_decay():
    import numba

    @numba.njit(error_model="numpy")
    def work(x, window):
        rows, lanes = x.shape
        out = np.empty_like(x)
        total, weighted = np.zeros(lanes), np.zeros(lanes)
        present = np.zeros(lanes)
        weights = window * (window + 1) / 2
        for row in range(rows):
            for lane in range(lanes):
                a = np.float64(x[row, lane])
                there = a == a
                a = a if there else 0.0
                weighted[lane] += window * a - total[lane]
                total[lane] += a
                present[lane] += 1.0 if there else 0.0
            if row >= window:
                for lane in range(lanes):
                    a = np.float64(x[row - window, lane])
                    there = a == a
                    total[lane] -= a if there else 0.0
                    present[lane] -= 1.0 if there else 0.0
            for lane in range(lanes):
                value = weighted[lane] / weights
                out[row, lane] = value if present[lane] == window else np.nan
        return out

    return lambda panel: work(panel.close, panel.window)


def numba_extreme(sign):
    """Extremes from the front and from the back of groups of a window's length (van Herk)."""

    def build():
        import numba

        @numba.njit(inline="always")
        def further(a, b):
            # Missing wins, so that a window with a missing value has none.
            if sign > 0:
                return a if (a > b or a != a) else b
            return a if (a < b or a != a) else b

        @numba.njit(error_model="numpy")
        def work(x, window):
            rows, lanes = x.shape
            out = np.full_like(x, np.nan)
            front = np.empty(lanes, x.dtype)
            back = np.empty((window, lanes), x.dtype)
            for start in range(0, rows, window):
                end = min(start + window, rows)
                for row in range(start, end):
                    for lane in range(lanes):
                        value = x[row, lane]
                        front[lane] = value if row == start else further(front[lane], value)
                        if row - start == window - 1:
                            out[row, lane] = front[lane]
                        elif start > 0:
                            out[row, lane] = further(front[lane], back[row - start + 1, lane])
                if end - start == window:
                    for lane in range(lanes):
                        back[window - 1, lane] = x[end - 1, lane]
                    for k in range(window - 2, -1, -1):
                        for lane in range(lanes):
                            back[k, lane] = further(back[k + 1, lane], x[start + k, lane])
            return out

        return lambda panel: work(panel.close, panel.window)

    return build


def numba_argmax():
    import numba

    @numba.njit(error_model="numpy")
    def work(x, window):
        rows, lanes = x.shape
        out = np.full_like(x, np.nan)
        best, age = np.empty(lanes, x.dtype), np.empty(lanes, x.dtype)
        for row in range(window - 1, rows):
            best[:] = x[row]
            age[:] = 0
            for k in range(1, window):
                for lane in range(lanes):
                    value = x[row - k, lane]
                    larger = value > best[lane]
                    missing = value != value
                    best[lane] = value if larger or missing else best[lane]
                    age[lane] = k if larger else age[lane]
            for lane in range(lanes):
                out[row, lane] = age[lane] if best[lane] == best[lane] else np.nan
        return out

    return lambda panel: work(panel.close, panel.window)


def numba_rank():
    import numba

    @numba.njit(error_model="numpy")
    def work(x, window):
        rows, lanes = x.shape
        out = np.full_like(x, np.nan)
        below, equal = np.empty(lanes, x.dtype), np.empty(lanes, x.dtype)
        one, zero = x.dtype.type(1), x.dtype.type(0)
        for row in range(window - 1, rows):
            below[:] = 0
            equal[:] = 0
            present = np.ones(lanes, x.dtype)
            for k in range(1, window):
                for lane in range(lanes):
                    value, last = x[row - k, lane], x[row, lane]
                    below[lane] += one if value < last else zero
                    equal[lane] += one if value == last else zero
                    present[lane] += one if value == value else zero
            for lane in range(lanes):
                last = x[row, lane]
                rank = below[lane] + equal[lane] / 2 + 1
                whole = present[lane] == window and last == last
                out[row, lane] = rank / window if whole else np.nan
        return out

    return lambda panel: work(panel.close, panel.window)


def numba_cross_rank():
    import numba

    @numba.njit(error_model="numpy")
    def work(x):
        rows, lanes = x.shape
        out = np.full_like(x, np.nan)
        lane_of = np.empty(lanes, np.int64)
        values = np.empty(lanes, x.dtype)
        for row in range(rows):
            count = 0
            for lane in range(lanes):
                if x[row, lane] == x[row, lane]:
                    values[count], lane_of[count] = x[row, lane], lane
                    count += 1
            order = np.argsort(values[:count])
            first = 0
            while first < count:
                last = first
                while last + 1 < count and values[order[last + 1]] == values[order[first]]:
                    last += 1
                rank = ((first + last) / 2 + 1) / count
                for place in range(first, last + 1):
                    out[row, lane_of[order[place]]] = rank
                first = last + 1
        return out

    return lambda panel: work(panel.close)


def numba_cross_zscore():
    import numba

    @numba.njit(error_model="numpy")
    def work(x):
        rows, lanes = x.shape
        out = np.empty_like(x)
        for row in range(rows):
            total, count = 0.0, 0
            for lane in range(lanes):
                there = x[row, lane] == x[row, lane]
                total += x[row, lane] if there else 0.0
                count += 1 if there else 0
            mean, squares = total / count, 0.0
            for lane in range(lanes):
                away = x[row, lane] - mean
                squares += away * away if away == away else 0.0
            deviation = np.sqrt(squares / (count - 1))
            for lane in range(lanes):
                out[row, lane] = (x[row, lane] - mean) / deviation
        return out

    return lambda panel: work(panel.close)


NUMBA = {
    "TsMean": numba_sums(0),
    "TsStd": numba_sums(1),
    "TsCorr": numba_sums(2),
    "TsMin": numba_extreme(-1),
    "TsMax": numba_extreme(1),
    "TsArgMax": numba_argmax,
    "TsRank": numba_rank,
    "TsDecayLinear": numba_decay,
    "CsRank": numba_cross_rank,
    "CsZScore": numba_cross_zscore,
}


def with_numba(operator, precision):
    def make(data):
        panel, work = Panel(data, precision), NUMBA[operator]()
        return lambda: work(panel)

    return make


# --- bottleneck -------------------------------------------------------------------------------


def with_bottleneck(operator, precision):
    def make(data):
        import bottleneck as bn

        panel = Panel(data, precision)
        rows, window = panel.close, panel.window
        series = np.ascontiguousarray(rows.T)

        def cross_zscore():
            away = rows - bn.nanmean(rows, axis=1)[:, None]
            return away / bn.nanstd(rows, axis=1, ddof=1)[:, None]

        def cross_rank():
            return bn.nanrankdata(rows, axis=1) / (~np.isnan(rows)).sum(axis=1)[:, None]

        return {
            "TsMean": (lambda: bn.move_mean(series, window), np.transpose),
            "TsStd": (lambda: bn.move_std(series, window, ddof=1), np.transpose),
            "TsMin": (lambda: bn.move_min(series, window), np.transpose),
            "TsMax": (lambda: bn.move_max(series, window), np.transpose),
            "TsArgMax": (lambda: bn.move_argmax(series, window), np.transpose),
            # Its ranks lie between -1 and 1.
            "TsRank": (
                lambda: bn.move_rank(series, window),
                lambda ranks: ((ranks.T + 1) / 2 * (window - 1) + 1) / window,
            ),
            "CsRank": cross_rank,
            "CsZScore": cross_zscore,
        }[operator]

    return make


# --- polars -----------------------------------------------------------------------------------


def with_polars(operator, precision):
    def make(data):
        import polars as pl

        panel = Panel(data, precision)
        window = panel.window
        lanes = range(panel.close.shape[1])

        def frame(values, prefix=""):
            columns = {f"{prefix}{i}": column for i, column in enumerate(values)}
            return pl.DataFrame(columns, nan_to_null=True).lazy()

        def transposed(result):
            return result.to_numpy().astype(np.float64)

        if operator == "CsRank":
            times = frame(panel.close)
            query = times.select(pl.all().rank() / pl.all().count())
            return query.collect, lambda result: transposed(result).T
        assets = frame(panel.close.T.copy())
        if operator == "TsCorr":
            both = pl.concat([assets, frame(panel.volume.T.copy(), "v")], how="horizontal")
            pair = [
                pl.rolling_corr(str(i), f"v{i}", window_size=window).alias(str(i)) for i in lanes
            ]
            return both.collect().lazy().select(pair).collect, transposed
        query = {
            "TsMean": lambda: pl.all().rolling_mean(window),
            "TsStd": lambda: pl.all().rolling_std(window),
            "TsMin": lambda: pl.all().rolling_min(window),
            "TsMax": lambda: pl.all().rolling_max(window),
            "TsRank": lambda: pl.all().rolling_rank(window) / window,
        }[operator]()
        return assets.select(query).collect, transposed

    return make


MAKERS = {"numba": with_numba, "bottleneck": with_bottleneck, "polars": with_polars}

serve(
    {
        f"{library}:{operator}:{precision}": make(operator, precision)
        for library, make in MAKERS.items()
        for operator in NUMBA
        for precision in TYPES
    }
)
