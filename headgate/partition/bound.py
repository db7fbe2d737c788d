"""What no spread of tables over pipelines can beat: lower bounds on the heaviest pipeline's load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.numbers import counted
from headgate.problems import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUM_BELOW = 2**63


def lower_bound(weights: NDArray[np.int64], pipelines: int) -> int:
    """Give the largest known lower bound on the makespan of (n,) weights, at least 0, on identical pipelines.

    It is the larger of the lifted bound, which is no less than the heaviest weight, the mean load rounded up and the pigeonhole
    bound, and Martello-Toth's L2. Raises InputError for fewer than one pipeline, a weight below 0, and a sum of 2^63 or more.
    """
    check(weights, pipelines)
    if not len(weights):
        return 0
    return bound_of_sorted(np.sort(weights)[::-1], pipelines)


def check(weights: NDArray[np.int64], pipelines: int) -> None:
    """Raise InputError for what can't be spread: see `lower_bound`."""
    if pipelines < 1:
        raise InputError(f"{counted(pipelines, 'pipeline')} can't hold tables", "ask for at least 1 pipeline")
    if len(weights) and weights.min() < 0:
        where = int(weights.argmin())
        raise InputError(f"weight {weights[where]} at position {where} is below 0", "give a weight of 0 or more")
    if weights.sum(dtype=np.float64) > _SUM_BELOW / 2 and sum(weights.tolist()) >= _SUM_BELOW:
        raise InputError("the weights add up to 2^63 or more", "give them in a larger unit")


def bound_of_sorted(weights: NDArray[np.int64], pipelines: int) -> int:
    """Give the lower bound of (n,) weights, n at least 1, that are sorted heaviest first and were checked."""
    sums = np.append(0, np.cumsum(weights))
    return _l2_makespan(weights, sums, pipelines, lifted(sums, pipelines))


def lifted(sums: NDArray[np.int64], pipelines: int) -> int:
    """Give the lifted bound from the (n + 1,) sums of the weights, heaviest first: sums[i] of the i heaviest.

    Of the t heaviest tables on m pipelines, some k pipelines hold at least kq + min(k, r), where q and r are the quotient and
    the rest of t by m. For say the k that hold most held fewer. If k <= r, fewer than k(q + 1), so the k-th holds q at most,
    and no other more: fewer than k(q + 1) + (m - k)q <= t in all. If k > r, fewer than kq + r; again the k-th holds q at most,
    or they held k(q + 1), and all together hold fewer than kq + r + (m - k)q = t. Both contradict that t are held. So the
    heaviest of those k has at least a k-th, rounded up, of what so many of the lightest of the t weigh.

    For given k and q, more tables weigh more while r <= k, and from then on only lighter ones are counted: r = k is best, and
    t = qm + k, of which all but the q(m - k) heaviest are counted. That makes about n + m pairs. k = 1 is the pigeonhole bound,
    with q = 0 the heaviest weight; k = m is the mean load. What a pipeline has of the t heaviest is a multiple of their largest
    common divisor, so the share is rounded up to one. Source: Haouari, Gharbi and Jemmali, Tight bounds for the identical
    parallel machine scheduling problem, International Transactions in Operational Research 13, 2006 (lifting).
    """
    tables = len(sums) - 1
    k = np.arange(1, pipelines + 1)
    q = np.arange(tables // pipelines + 1)[:, None]
    last = np.minimum(q * pipelines + k, tables)
    shares = -(-(sums[last] - sums[np.minimum(q * (pipelines - k), tables)]) // k)
    divisors = np.maximum(1, np.gcd.accumulate(np.diff(sums)))[last - 1]
    return int((-(-shares // divisors) * divisors).max())


def _l2_makespan(weights: NDArray[np.int64], sums: NDArray[np.int64], pipelines: int, at_least: int) -> int:
    """Give the smallest capacity from `at_least` on for which L2 asks for no more bins than there are pipelines.

    Every capacity that L2 refuses is impossible, so the bound holds even where L2 is not monotone.
    """
    if l2(weights, sums, at_least) <= pipelines:
        return at_least
    refused, taken = at_least, 2 * at_least  # the makespan is at most mean + heaviest
    while taken - refused > 1:
        middle = (refused + taken) // 2
        if l2(weights, sums, middle) > pipelines:
            refused = middle
        else:
            taken = middle
    return taken


def l2(weights: NDArray[np.int64], sums: NDArray[np.int64], capacity: int) -> int:
    """Give Martello-Toth's L2, a lower bound on the bins of `capacity` for weights (n,) up to it, heaviest first.

    For a threshold k: tables above capacity - k share a bin with none that weighs k or more, those above half with no
    other above half, and those from k to half fill what the latter leave, then bins of their own. L2 is the most over
    all k; only k = 0 and those where one more table comes to be above capacity - k need to be tried. Its worst case is
    2/3 of the optimum. `sums` as in `lifted`. Source: Martello and Toth, Knapsack Problems, Wiley 1990, 8.3.
    """
    half = int(np.searchsorted(-weights, -(capacity // 2)))  # so many are above half the capacity
    if not half:
        return 0 if not sums[-1] else -(-int(sums[-1]) // capacity)
    gaps = capacity - weights[:half]
    spare = np.append(0, np.cumsum(gaps))
    thresholds = np.append(0, gaps + 1)
    thresholds = np.unique(thresholds[thresholds <= capacity // 2])
    dominant = np.searchsorted(gaps, thresholds)  # weight > capacity - k: gap < k
    filling = np.searchsorted(-weights, -thresholds, side="right")  # weight >= k
    over = sums[np.maximum(filling, half)] - sums[half] - (spare[half] - spare[dominant])
    return half + max(0, -(-int(over.max()) // capacity))
