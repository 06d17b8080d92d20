"""min(max((close - mean(close)) / sqrt((high - low)^2 + 0.0001), -3), 3) * (close - low) + high"""

import numpy as np

from peer import serve


def with_numba(data):
    import numba

    @numba.njit(error_model="numpy")
    def work(high, low, close, window):
        count = len(close)
        out = np.full(count, np.nan)
        total = 0.0
        for row in range(window - 1):
            total += close[row]
        for row in range(window - 1, count):
            total += close[row]
            wide = high[row] - low[row]
            away = (close[row] - total / window) / np.sqrt(wide * wide + 0.0001)
            out[row] = min(max(away, -3.0), 3.0) * (close[row] - low[row]) + high[row]
            total -= close[row - window + 1]
        return out

    prices = [data.column(name) for name in ("high", "low", "close")]
    return lambda: work(*prices, data["window"])


def with_numexpr(data):
    """numexpr has no windows: the mean is bottleneck's."""
    import bottleneck as bn
    import numexpr

    numexpr.set_num_threads(1)
    high, low, close = (data.column(name) for name in ("high", "low", "close"))
    expression = (
        "minimum(maximum((close - mean) / sqrt((high - low) * (high - low) + 0.0001), -3.0), 3.0)"
        " * (close - low) + high"
    )

    def work():
        columns = {"high": high, "low": low, "close": close}
        columns["mean"] = bn.move_mean(close, data["window"])
        return numexpr.evaluate(expression, local_dict=columns)

    return work


def with_polars(data):
    import polars as pl

    frame = pl.DataFrame({name: data.column(name) for name in ("high", "low", "close")}).lazy()
    high, low, close = pl.col("high"), pl.col("low"), pl.col("close")
    wide = high - low
    away = (close - close.rolling_mean(data["window"])) / (wide * wide + 0.0001).sqrt()
    query = frame.select(away.clip(-3.0, 3.0) * (close - low) + high)
    return query.collect, lambda result: result.to_numpy()


serve({"numba": with_numba, "numexpr": with_numexpr, "polars": with_polars})
