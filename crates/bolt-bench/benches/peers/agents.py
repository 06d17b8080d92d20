"""Agents that follow two exponential averages and are long while the fast one is above.

One loop over the prices for each agent, its state in registers. Returned are, for all agents,
profit, largest fall and changes of position.
"""

import numpy as np

from peer import serve


def with_numba(data):
    import numba

    @numba.njit(error_model="numpy")
    def work(prices, fast_weights, slow_weights):
        agents = len(fast_weights)
        out = np.empty((3, agents), np.float32)
        one, zero = np.float32(1.0), np.float32(0.0)
        for agent in range(agents):
            fast_weight, slow_weight = fast_weights[agent], slow_weights[agent]
            fast, slow, before = one, one, one
            held, profit, peak, deepest, changes = zero, zero, zero, zero, zero
            for price in prices:
                fast += (price - fast) * fast_weight
                slow += (price - slow) * slow_weight
                position = one if fast > slow else zero
                profit += held * (price - before)
                peak = max(peak, profit)
                deepest = max(deepest, peak - profit)
                changes += one if position != held else zero
                held, before = position, price
            out[0, agent], out[1, agent], out[2, agent] = profit, deepest, changes
        return out

    columns = [data.column(name).astype(np.float32) for name in ("price", "fast", "slow")]
    return lambda: work(*columns)


serve({"numba": with_numba})
