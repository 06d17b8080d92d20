"""Agents that follow two exponential averages and are long while the fast one is above.

Returned are, for all agents, profit, largest fall and changes of position. `numba` is the loop as
one writes it: over the prices for each agent, its state in registers. `numba-lanes` is the fastest
one known: over agents for each price, so that the compiler's vectors run across agents, with the
states of as many agents in arrays as stay in the nearest cache; no branch, and maxima written such
that they become one instruction.
"""

import numpy as np

from peer import serve

TILE = 512


def agent_by_agent(numba):
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

    return work


def lane_by_lane(numba):
    @numba.njit(error_model="numpy")
    def work(prices, fast_weights, slow_weights):
        agents = len(fast_weights)
        assert agents % TILE == 0
        out = np.empty((3, agents), np.float32)
        one, zero = np.float32(1.0), np.float32(0.0)
        # Arrays of their own, not rows of one: the compiler then knows that they do not overlap.
        fast, slow = np.empty(TILE, np.float32), np.empty(TILE, np.float32)
        held, profit = np.empty(TILE, np.float32), np.empty(TILE, np.float32)
        peak, deepest = np.empty(TILE, np.float32), np.empty(TILE, np.float32)
        changes = np.empty(TILE, np.float32)
        fast_weight, slow_weight = np.empty(TILE, np.float32), np.empty(TILE, np.float32)
        for first in range(0, agents, TILE):
            tile = slice(first, first + TILE)
            fast_weight[:], slow_weight[:] = fast_weights[tile], slow_weights[tile]
            fast[:], slow[:] = one, one
            held[:], profit[:], peak[:], deepest[:], changes[:] = zero, zero, zero, zero, zero
            before = one
            for price in prices:
                change = price - before
                for i in range(TILE):
                    fast_now = fast[i] + (price - fast[i]) * fast_weight[i]
                    slow_now = slow[i] + (price - slow[i]) * slow_weight[i]
                    position = one if fast_now > slow_now else zero
                    profit_now = profit[i] + held[i] * change
                    peak_now = peak[i] if peak[i] > profit_now else profit_now
                    fall = peak_now - profit_now
                    deepest[i] = deepest[i] if deepest[i] > fall else fall
                    changes[i] += abs(position - held[i])
                    fast[i], slow[i], held[i] = fast_now, slow_now, position
                    profit[i], peak[i] = profit_now, peak_now
                before = price
            out[0, tile], out[1, tile], out[2, tile] = profit, deepest, changes
        return out

    return work


def with_numba(make):
    def prepare(data):
        import numba

        work = make(numba)
        columns = [data.column(name).astype(np.float32) for name in ("price", "fast", "slow")]
        return lambda: work(*columns)

    return prepare


serve({"numba": with_numba(agent_by_agent), "numba-lanes": with_numba(lane_by_lane)})
