"""Pairs of moving averages, long while the fast one is above the slow one.

What is decided at a close is filled at the next open with a proportional fee; the account is
valued at each close. Returned are, for each pair, return in percent, annual Sharpe ratio, largest
drawdown in percent (negative) and trades begun.
"""

import numpy as np

from peer import serve


def numba_loop(data):
    import numba

    @numba.njit(error_model="numpy")
    def average(prices, window):
        sums = np.zeros(len(prices) + 1)
        for bar in range(len(prices)):
            sums[bar + 1] = sums[bar] + prices[bar]
        averages = np.full(len(prices), np.nan)
        for bar in range(window - 1, len(prices)):
            averages[bar] = (sums[bar + 1] - sums[bar + 1 - window]) / window
        return averages

    @numba.njit(error_model="numpy")
    def backtest(opens, closes, fast, slow, fee, periods, out):
        buy, sell = 1.0 / (1.0 + fee), 1.0 - fee
        cash, units = 1.0, 0.0
        before, peak, deepest = 1.0, 1.0, 0.0
        total, squares, trades = 0.0, 0.0, 0
        wanted = False
        for bar in range(len(closes)):
            if wanted:
                if units == 0.0:
                    units = cash * buy / opens[bar]
                    cash = 0.0
                    trades += 1
            elif units > 0.0:
                cash = units * opens[bar] * sell
                units = 0.0
            equity = cash + units * closes[bar]
            change = equity / before - 1.0
            total += change
            squares += change * change
            before = equity
            peak = max(peak, equity)
            deepest = min(deepest, equity / peak - 1.0)
            wanted = fast[bar] > slow[bar]
        count = len(closes) - 1
        mean = total / count
        deviation = np.sqrt(max(squares - total * mean, 0.0) / (count - 1))
        out[0] = (before - 1.0) * 100.0
        out[1] = mean / deviation * np.sqrt(periods) if deviation > 0.0 else np.nan
        out[2] = deepest * 100.0
        out[3] = trades

    @numba.njit(parallel=True, error_model="numpy")
    def sweep(opens, closes, windows, fast, slow, fee, periods):
        averages = np.empty((len(windows), len(closes)))
        for i in numba.prange(len(windows)):
            averages[i] = average(closes, windows[i])
        out = np.empty((len(fast), 4))
        for i in numba.prange(len(fast)):
            backtest(opens, closes, averages[fast[i]], averages[slow[i]], fee, periods, out[i])
        return out

    opens, closes = data.column("open"), data.column("close")
    pairs = np.array(data["pairs"]).astype(np.int64)
    windows, index = np.unique(pairs, return_inverse=True)
    index = index.reshape(pairs.shape)
    fast, slow = index[:, 0].copy(), index[:, 1].copy()
    return lambda: sweep(opens, closes, windows, fast, slow, data["fee"], data["periods"])


def without_first(sharpe, count, periods):
    """Annual Sharpe ratios of all but the first of `count` returns, the first of which is zero.

    vectorbt counts a return for the first bar, on which nothing can have been earned.
    """
    per_bar = sharpe / np.sqrt(periods)
    squares = (count - 1) / (count * per_bar) ** 2 + 1 / count  # Their sum over the squared sum.
    variance = (squares - 1 / (count - 1)) / (count - 2)
    return np.sign(sharpe) * np.sqrt(periods / variance) / (count - 1)


def vectorbt(data):
    import pandas as pd
    import vectorbt as vbt

    times = pd.date_range("2020-01-01", periods=len(data.column("close")), freq="min")
    opens, closes = (pd.Series(data.column(name), index=times) for name in ("open", "close"))
    pairs = np.array(data["pairs"]).astype(np.int64)[:: data["step"]]
    fast, slow = pairs[:, 0].tolist(), pairs[:, 1].tolist()

    def work():
        fast_averages = vbt.MA.run(closes, fast, short_name="fast")
        slow_averages = vbt.MA.run(closes, slow, short_name="slow")
        above = fast_averages.ma.values > slow_averages.ma.values
        # Decided at a close, filled at the next open.
        entries = np.zeros_like(above)
        entries[1:] = above[:-1]
        portfolio = vbt.Portfolio.from_signals(
            closes, entries, ~entries, price=opens, fees=data["fee"], freq="1min"
        )
        figures = (
            portfolio.total_return() * 100.0,
            without_first(portfolio.sharpe_ratio(), len(closes), data["periods"]),
            portfolio.max_drawdown() * 100.0,
            portfolio.trades.count(),
        )
        return np.column_stack([np.asarray(figure) for figure in figures])

    return work


serve({"numba": numba_loop, "vectorbt": vectorbt})
