"""Entries with a stop-loss and a take-profit, both counted from the price of the entry.

An entry decided at a close is filled at the next open if nothing is held. A stop fills at its level
or at a worse open, a target at its level or at a better open; if a bar reaches both, the stop.
Returned are the account's value at each close and the bars of each trade's begin and end.
"""

import numpy as np

from peer import serve


def numba_loop(data):
    import numba

    @numba.njit(error_model="numpy")
    def backtest(opens, highs, lows, closes, entries, cash, fee, stop, target):
        count = len(closes)
        equity, begins, ends = np.empty(count), np.empty(count), np.empty(count)
        units, floor, ceiling, trades = 0.0, 0.0, 0.0, 0
        for bar in range(count):
            if bar > 0 and units == 0.0 and entries[bar - 1]:
                price = opens[bar]
                units = cash / (price * (1.0 + fee))
                cash = 0.0
                floor, ceiling = price * (1.0 - stop), price * (1.0 + target)
                begins[trades], ends[trades] = bar, -1.0
                trades += 1
            if units > 0.0:
                price = 0.0
                if lows[bar] <= floor:
                    price = min(opens[bar], floor)
                elif highs[bar] >= ceiling:
                    price = max(opens[bar], ceiling)
                if price > 0.0:
                    cash = units * price * (1.0 - fee)
                    units = 0.0
                    ends[trades - 1] = bar
            equity[bar] = cash + units * closes[bar]
        return equity, begins[:trades], ends[:trades]

    prices = [data.column(name) for name in ("open", "high", "low", "close")]
    entries = data.column("entry") > 0.0
    numbers = [data[name] for name in ("cash", "fee", "stop", "target")]
    return lambda: backtest(*prices, entries, *numbers)


serve({"numba": numba_loop})
