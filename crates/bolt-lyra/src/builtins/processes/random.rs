//! Random processes, their paths, covariances and forecasts.

use crate::builtins::{Builtin, inert};
use crate::definition::Attributes;

const NONE: Attributes = Attributes::NONE;

pub(super) const TABLE: &[Builtin] = &[
    written!(
        "CovarianceFunction",
        NONE,
        "{CovarianceFunction[(TimeSeries | EventSeries)[v_, _], h_] :> CovarianceFunction[v, h],
          CovarianceFunction[x_List, h_Integer] /; VectorQ[x] && Abs[h] < Length[x] :> With[{y = x - Mean[x]}, Drop[y, Abs[h]] . Conjugate[Drop[y, -Abs[h]]]/Length[x]],
          CovarianceFunction[x_List, {h_Integer}] /; VectorQ[x] :> CovarianceFunction[x, {0, h, 1}],
          CovarianceFunction[x_List, {a_Integer, b_Integer, d_Integer : 1}] /; VectorQ[x] && b < Length[x] :> TimeSeries[CovarianceFunction[x, #] & /@ Range[a, b, d], {Range[a, b, d]}],
          CovarianceFunction[WienerProcess[m_, s_], a_, b_] :> s^2 Min[a, b],
          CovarianceFunction[PoissonProcess[m_], a_, b_] :> m Min[a, b],
          CovarianceFunction[GeometricBrownianMotionProcess[m_, s_, x_], a_, b_] :> x^2 E^(m (a + b)) (E^(s^2 Min[a, b]) - 1),
          CovarianceFunction[OrnsteinUhlenbeckProcess[m_, s_, k_], a_, b_] :> s^2/(2 k) E^(-k Abs[a - b]),
          CovarianceFunction[OrnsteinUhlenbeckProcess[m_, s_, k_, x_], a_, b_] :> s^2/(2 k) (E^(-k Abs[a - b]) - E^(-k (a + b))),
          CovarianceFunction[BrownianBridgeProcess[s_, {u_, _}, {v_, _}], a_, b_] :> s^2 (v - Max[a, b]) (Min[a, b] - u)/(v - u),
          CovarianceFunction[RandomWalkProcess[p_], a_, b_] :> 4 p (1 - p) Min[a, b],
          CovarianceFunction[p : (ARProcess | MAProcess | ARMAProcess)[__], a_, b_] :> CovarianceFunction[p, a - b],
          CovarianceFunction[p : (ARProcess | MAProcess | ARMAProcess)[__], {h_Integer}] :> TimeSeries[CovarianceFunction[p, #] & /@ Range[0, h], {Range[0, h]}],
          CovarianceFunction[p : (ARProcess | MAProcess | ARMAProcess)[__], h_Integer] :> With[{q = ARMAProcess[\"Parts\", p]}, With[{a = q[[2]], b = Prepend[q[[3]], 1], n = Length[q[[2]]], m = Length[q[[3]]]}, With[{w = Fold[Append[#1, b[[#2 + 1]] + Sum[a[[$i]] #1[[#2 + 1 - $i]], {$i, Min[#2, n]}]] &, {1}, Range[m]], l = Max[n, m]}, With[{r = Table[If[$k <= m, q[[4]] Sum[b[[$j + 1]] w[[$j - $k + 1]], {$j, $k, m}], 0], {$k, 0, Max[Abs[h], l]}]}, With[{g = LinearSolve[Table[Boole[$i == $j] - Sum[a[[$u]] Boole[Abs[$i - $u] == $j], {$u, n}], {$i, 0, l}, {$j, 0, l}], Take[r, l + 1]]}, Together[Fold[Append[#1, r[[#2 + 1]] + Sum[a[[$u]] #1[[#2 + 1 - $u]], {$u, n}]] &, g, Range[l + 1, Abs[h]]][[Abs[h] + 1]]]]]]]]}",
        "CovarianceFunction[data, h] is the covariance of a series with itself h steps later, \
         divided by all its length; CovarianceFunction[data, {h}] the series of those from 0 to \
         h. CovarianceFunction[process, s, t] is the covariance of a process at two times, \
         CovarianceFunction[process, h] that of a stationary one.",
        &[
            ("CovarianceFunction[{1, 2, 3, 4}, 1]", "5/16"),
            ("CovarianceFunction[WienerProcess[0, s], 1, 3]", "s^2"),
            ("CovarianceFunction[ARProcess[{a}, v], 1]", "-((a*v)/(-1 + a^2))"),
        ],
    ),
    written!(
        "CorrelationFunction",
        NONE,
        "{CorrelationFunction[(TimeSeries | EventSeries)[v_, _], h_] :> CorrelationFunction[v, h],
          CorrelationFunction[x_List, h_Integer] /; VectorQ[x] :> CovarianceFunction[x, h]/CovarianceFunction[x, 0],
          CorrelationFunction[x_List, h_List] /; VectorQ[x] :> CovarianceFunction[x, h]/CovarianceFunction[x, 0],
          CorrelationFunction[p_, h_Integer] /; !ListQ[p] :> With[{c = CovarianceFunction[p, h]}, Simplify[c/CovarianceFunction[p, 0]] /; FreeQ[c, CovarianceFunction]],
          CorrelationFunction[p_, h : {_Integer}] :> With[{c = CovarianceFunction[p, h]}, TimeSeries[Simplify[c[[1]]/c[[1, 1]]], c[[2]]] /; MatchQ[c, _TimeSeries]],
          CorrelationFunction[p_, s_, t_] :> With[{c = CovarianceFunction[p, s, t]}, Simplify[c/Sqrt[CovarianceFunction[p, s, s] CovarianceFunction[p, t, t]]] /; FreeQ[c, CovarianceFunction]]}",
        "CorrelationFunction[data, h] is the autocorrelation of a series at the lag h, \
         CorrelationFunction[data, {h}] the series of those from 0 to h; \
         CorrelationFunction[process, s, t] is the correlation of a process at two times.",
        &[
            ("CorrelationFunction[{1, 2, 3, 4}, 1]", "1/4"),
            ("CorrelationFunction[ARProcess[{1/2}, 1], 3]", "1/8"),
        ],
    ),
    written!(
        "PartialCorrelationFunction",
        NONE,
        "{PartialCorrelationFunction[(TimeSeries | EventSeries)[v_, _], h_] :> PartialCorrelationFunction[v, h],
          PartialCorrelationFunction[p_, {h_Integer}] :> TimeSeries[PartialCorrelationFunction[p, #] & /@ Range[h], {Range[h]}],
          PartialCorrelationFunction[p_, h_Integer?Positive] :> With[{c = CorrelationFunction[p, {h}]}, With[{r = c[\"Values\"]}, Last[LinearSolve[ToeplitzMatrix[Most[r]], Rest[r]]]] /; MatchQ[c, _TimeSeries]]}",
        "PartialCorrelationFunction[data, h] is the autocorrelation of a series at the lag h \
         without what goes over the lags before; PartialCorrelationFunction[data, {h}] the \
         series of those from 1 to h; of a process likewise.",
        &[
            ("PartialCorrelationFunction[{1, 2, 3, 4}, 1]", "1/4"),
            ("PartialCorrelationFunction[ARProcess[{1/2}, 1], 2]", "0"),
        ],
    ),
    written!(
        "AutocorrelationTest",
        NONE,
        "{AutocorrelationTest[x_] :> AutocorrelationTest[x, Automatic, \"PValue\"],
          AutocorrelationTest[x_, k_] :> AutocorrelationTest[x, k, \"PValue\"],
          AutocorrelationTest[(TimeSeries | EventSeries)[v_, _], k_, w_] :> AutocorrelationTest[v, k, w],
          AutocorrelationTest[x_List, Automatic, w_] :> AutocorrelationTest[x, Max[1, Ceiling[Log[N[Length[x]]]]], w],
          AutocorrelationTest[x_List, k_Integer?Positive, w_String] /; VectorQ[x, NumericQ] && k < Length[x] && Variance[x] != 0 :> With[{n = Length[x]}, With[{q = N[n (n + 2) Sum[CorrelationFunction[x, $j]^2/(n - $j), {$j, k}]]}, HypothesisTestData[\"Answer\", \"Ljung-Box\", {q, N[SurvivalFunction[ChiSquareDistribution[k], q]]}, w]]]}",
        "AutocorrelationTest[data, k] is the probability that a series without autocorrelations \
         up to the lag k would have as large ones, by the statistic of Ljung and Box; k is the \
         logarithm of its length if it is not given.",
        &[
            ("Round[AutocorrelationTest[{1, 2, 3, 4, 5, 6, 7, 8}, 1], 10^-3]", "7/200"),
            ("AutocorrelationTest[{1, -1, 1, -1, 1, -1, 1, -1}, 1] < 0.05", "True"),
        ],
    ),
    written!(
        "WienerProcess",
        NONE,
        "{WienerProcess[] :> WienerProcess[0, 1]}",
        "WienerProcess[m, s] is Brownian motion with the drift m and the volatility s, m t + s \
         W[t]; WienerProcess[] has 0 and 1. p[t] is its distribution at a time.",
        &[
            ("{Mean[#], Variance[#]} &[WienerProcess[m, s][t]]", "{m*t, s^2*t}"),
            ("CovarianceFunction[WienerProcess[], 2, 5]", "2"),
        ],
    ),
    written!(
        "GeometricBrownianMotionProcess",
        NONE,
        "{GeometricBrownianMotionProcess[m_, s_] :> GeometricBrownianMotionProcess[m, s, 1]}",
        "GeometricBrownianMotionProcess[m, s, x0] is the process dx = m x dt + s x dW that \
         begins at x0, as of prices with the drift m and the volatility s.",
        &[
            ("Simplify[Mean[GeometricBrownianMotionProcess[m, s, x][t]]]", "E^(m*t)*x"),
            ("GeometricBrownianMotionProcess[0, 1/5, 100][1]", "LogNormalDistribution[-(1/50) + Log[100], 1/5]"),
        ],
    ),
    inert(
        "OrnsteinUhlenbeckProcess",
        "OrnsteinUhlenbeckProcess[m, s, k] is the stationary process dx = k (m - x) dt + s dW, \
         which returns to its mean m at the rate k; OrnsteinUhlenbeckProcess[m, s, k, x0] \
         begins at x0.",
        &[
            ("Variance[OrnsteinUhlenbeckProcess[m, s, k][t]]", "s^2/(2*k)"),
            ("Mean[OrnsteinUhlenbeckProcess[m, s, k, 0][t]]", "m - E^-(k*t)*m"),
        ],
    ),
    inert(
        "PoissonProcess",
        "PoissonProcess[m] counts events that come independently of each other, m in a unit of \
         time.",
        &[
            ("PDF[PoissonProcess[3][2], 0]", "E^-6"),
            ("Mean[PoissonProcess[m][t]]", "m*t"),
        ],
    ),
    inert(
        "RandomWalkProcess",
        "RandomWalkProcess[p] is the process of steps 1 with the probability p, else -1; \
         RandomWalkProcess[p, q] of steps 1, -1 and, else, 0.",
        &[
            ("CovarianceFunction[RandomWalkProcess[1/2], 3, 5]", "3"),
            ("SeedRandom[1]; Union[Abs[Differences[RandomFunction[RandomWalkProcess[0.3], {0, 50}][\"Values\"]]]]", "{1}"),
        ],
    ),
    written!(
        "BrownianBridgeProcess",
        NONE,
        "{BrownianBridgeProcess[] :> BrownianBridgeProcess[1, {0, 0}, {1, 0}],
          BrownianBridgeProcess[s_] :> BrownianBridgeProcess[s, {0, 0}, {1, 0}]}",
        "BrownianBridgeProcess[s, {t1, a}, {t2, b}] is Brownian motion with the volatility s \
         that is a at t1 and b at t2.",
        &[
            ("Variance[BrownianBridgeProcess[1][1/2]]", "1/4"),
            ("Mean[BrownianBridgeProcess[1, {0, 0}, {4, 2}][1]]", "1/2"),
        ],
    ),
    inert(
        "ARProcess",
        "ARProcess[{a1, ..., ap}, v] is the process x[t] = a1 x[t-1] + ... + ap x[t-p] + e[t] \
         with independent normal errors of the variance v; ARProcess[c, {a1, ...}, v] adds a \
         constant.",
        &[
            ("Variance[ARProcess[{1/2}, 1][t]]", "4/3"),
            ("Mean[ARProcess[1, {1/2}, 1][t]]", "2"),
        ],
    ),
    inert(
        "MAProcess",
        "MAProcess[{b1, ..., bq}, v] is the process x[t] = e[t] + b1 e[t-1] + ... + bq e[t-q] \
         with independent normal errors of the variance v; MAProcess[c, {b1, ...}, v] adds a \
         constant.",
        &[
            ("Variance[MAProcess[{b}, v][t]]", "(1 + b^2)*v"),
            ("CovarianceFunction[MAProcess[{b}, v], 1]", "b*v"),
        ],
    ),
    written!(
        "ARMAProcess",
        NONE,
        "{ARMAProcess[\"Parts\", ARProcess[a_List, v_]] :> {0, a, {}, v},
          ARMAProcess[\"Parts\", ARProcess[c_, a_List, v_]] :> {c, a, {}, v},
          ARMAProcess[\"Parts\", MAProcess[b_List, v_]] :> {0, {}, b, v},
          ARMAProcess[\"Parts\", MAProcess[c_, b_List, v_]] :> {c, {}, b, v},
          ARMAProcess[\"Parts\", ARMAProcess[a_List, b_List, v_]] :> {0, a, b, v},
          ARMAProcess[\"Parts\", ARMAProcess[c_, a_List, b_List, v_]] :> {c, a, b, v},
          ARMAProcess[\"Forecast\", x_, {c_, a_, b_, v_}, k_] :> With[{n = Length[x], p = Length[a], q = Length[b]}, With[{e = Fold[Append[#1, If[#2 <= p, 0., x[[#2]] - c - a . Reverse[x[[#2 - p ;; #2 - 1]]] - If[q == 0, 0, b . Reverse[Take[Join[ConstantArray[0., q], #1], -q]]]]] &, {}, Range[n]]}, Drop[First[Fold[With[{f = c + If[p == 0, 0, a . Reverse[Take[#1[[1]], -p]]] + If[q == 0, 0, b . Reverse[Take[Join[ConstantArray[0., q], #1[[2]]], -q]]]}, {Append[#1[[1]], f], Append[#1[[2]], 0.]}] &, {x, e}, Range[k]]], n]]],
          ARMAProcess[\"Weights\", {_, a_, b_, _}, k_] :> Fold[Append[#1, If[#2 <= Length[b], b[[#2]], 0] + Sum[a[[$i]] #1[[#2 + 1 - $i]], {$i, Min[#2, Length[a]]}]] &, {1}, Range[k - 1]]}",
        "ARMAProcess[{a1, ..., ap}, {b1, ..., bq}, v] is the process x[t] = a1 x[t-1] + ... + \
         e[t] + b1 e[t-1] + ... with independent normal errors of the variance v; \
         ARMAProcess[c, {a1, ...}, {b1, ...}, v] adds a constant.",
        &[
            ("Variance[ARMAProcess[{1/2}, {1/3}, 1][t]]", "52/27"),
            ("CovarianceFunction[ARMAProcess[{1/2}, {1/3}, 1], 1]", "35/27"),
        ],
    ),
    inert(
        "ARIMAProcess",
        "ARIMAProcess[{a1, ...}, d, {b1, ...}, v] is a process whose d-th differences are \
         ARMAProcess[{a1, ...}, {b1, ...}, v]; ARIMAProcess[c, {a1, ...}, d, {b1, ...}, v] adds \
         a constant to these.",
        &[
            ("SeedRandom[1]; Length[RandomFunction[ARIMAProcess[{1/2}, 1, {}, 1], {1, 50}][\"Values\"]]", "50"),
            ("Head[ARIMAProcess[{}, 1, {}, 1]]", "ARIMAProcess"),
        ],
    ),
    inert(
        "GARCHProcess",
        "GARCHProcess[k, {a1, ..., ap}, {b1, ..., bq}] is the process of normal numbers whose \
         variance at a time is k + a1 x[t-1]^2 + ... + b1 v[t-1] + ..., of the squares and \
         variances before; it is a model of returns whose volatility comes in clusters.",
        &[
            ("SeedRandom[2]; Abs[Variance[RandomFunction[GARCHProcess[0.1, {0.1}, {0.8}], {1, 800}]] - 1] < 0.5", "True"),
            ("SeedRandom[1]; Length[RandomFunction[GARCHProcess[0.1, {0.1}, {0.8}], {1, 20}][\"Values\"]]", "20"),
        ],
    ),
    inert(
        "ARCHProcess",
        "ARCHProcess[k, {a1, ..., ap}] is GARCHProcess[k, {a1, ..., ap}, {}].",
        &[
            ("SeedRandom[2]; Abs[Variance[RandomFunction[ARCHProcess[1, {1/5}], {1, 800}]] - 1.25] < 0.5", "True"),
            ("SeedRandom[1]; Length[RandomFunction[ARCHProcess[1., {0.5}], {1, 5}][\"Times\"]]", "5"),
        ],
    ),
    written!(
        "RandomFunction",
        NONE,
        "{RandomFunction[p_, {a_, b_}] :> RandomFunction[p, {a, b, 1}],
          RandomFunction[p_, {a_, b_}, n_] :> RandomFunction[p, {a, b, 1}, n],
          RandomFunction[p_, {a_, b_, d_}, n_Integer?Positive] :> With[{r = Table[RandomFunction[p, {a, b, d}], {n}]}, TemporalData[First /@ r, r[[1, 2]]] /; MatchQ[r, {TimeSeries[_, _] ..}] && SameQ @@ (#[[2]] & /@ r)],
          RandomFunction[p_, {a_?NumericQ, b_?NumericQ, d_?NumericQ}] /; d > 0 && b >= a && (b - a)/d < 10^8 :> With[{t = Range[a, b, d]}, With[{v = RandomFunction[\"Values\", p, t, N[d]]}, TimeSeries[v, {t}] /; ListQ[v]]],
          RandomFunction[\"Normal\", n_] :> RandomVariate[NormalDistribution[0, 1], n],
          RandomFunction[\"Values\", WienerProcess[m_, s_], t_, d_] /; NumericQ[m + s] && First[t] >= 0 :> With[{h = ConstantArray[d, Length[t]]}, Accumulate[ReplacePart[N[m] h + N[s] Sqrt[d] RandomFunction[\"Normal\", Length[t]], 1 -> If[First[t] == 0, 0., m First[t] + s Sqrt[N[First[t]]] First[RandomFunction[\"Normal\", 1]]]]]],
          RandomFunction[\"Values\", GeometricBrownianMotionProcess[m_, s_, x_], t_, d_] /; NumericQ[m + s + x] :> N[x] Exp[RandomFunction[\"Values\", WienerProcess[m - s^2/2, s], t, d]],
          RandomFunction[\"Values\", OrnsteinUhlenbeckProcess[m_, s_, k_, x_ : Automatic], t_, d_] /; NumericQ[m + s + k] && k > 0 :> With[{g = N[Exp[-k d]], e = N[s Sqrt[(1 - Exp[-2 k d])/(2 k)]], z = RandomFunction[\"Normal\", Length[t]], f = First[t]}, With[{b = If[x === Automatic, N[s/Sqrt[2 k]] z[[1]], N[(x - m) Exp[-k f] + s Sqrt[(1 - Exp[-2 k f])/(2 k)] z[[1]]]]}, N[m] + FoldList[g #1 + #2 &, b, e Rest[z]]]],
          RandomFunction[\"Values\", PoissonProcess[m_], t_, d_] /; NumericQ[m] && m > 0 && First[t] >= 0 :> Accumulate[Prepend[RandomVariate[PoissonDistribution[m d], Length[t] - 1], If[First[t] == 0, 0, RandomVariate[PoissonDistribution[m First[t]]]]]],
          RandomFunction[\"Values\", RandomWalkProcess[p_, q_ : Automatic], t_, _] /; NumericQ[p] && VectorQ[t, IntegerQ] && First[t] >= 0 :> With[{u = RandomReal[{0, 1}, Last[t]]}, Prepend[Accumulate[If[# < p, 1, If[q === Automatic || # < p + q, -1, 0]] & /@ u], 0][[t + 1]]],
          RandomFunction[\"Values\", BrownianBridgeProcess[s_, {u_, a_}, {v_, b_}], t_, d_] /; NumericQ[s + u + v + a + b] && First[t] == u && Last[t] <= v :> With[{w = RandomFunction[\"Values\", WienerProcess[0, s], Append[t - u, v - u], d]}, With[{e = Last[t] == v}, With[{x = Most[w], z = If[e, w[[-2]], w[[-2]] + s Sqrt[N[v - Last[t]]] First[RandomFunction[\"Normal\", 1]]]}, a + x + (t - u)/(v - u) (b - a - z)]]],
          RandomFunction[\"Values\", q : (ARProcess | MAProcess | ARMAProcess)[__], t_, _] /; VectorQ[Flatten[List @@ q], NumericQ] :> RandomFunction[\"Linear\", N[ARMAProcess[\"Parts\", q]], Length[t]],
          RandomFunction[\"Values\", ARIMAProcess[a_List, d_, b_List, v_], t_, s_] :> RandomFunction[\"Values\", ARIMAProcess[0, a, d, b, v], t, s],
          RandomFunction[\"Values\", ARIMAProcess[c_, a_List, d_Integer?NonNegative, b_List, v_], t_, _] /; VectorQ[Flatten[{c, a, b, v}], NumericQ] :> Nest[Accumulate, RandomFunction[\"Linear\", N[{c, a, b, v}], Length[t]], d],
          RandomFunction[\"Values\", ARCHProcess[k_, a_List], t_, s_] :> RandomFunction[\"Values\", GARCHProcess[k, a, {}], t, s],
          RandomFunction[\"Values\", GARCHProcess[k_, a_List, b_List], t_, _] /; VectorQ[Flatten[{k, a, b}], NumericQ] && Total[a] + Total[b] < 1 :> With[{p = Length[a], q = Length[b], v = N[k/(1 - Total[a] - Total[b])]}, Take[Rest[FoldList[With[{w = N[k] + If[p == 0, 0, a . #1[[2]]] + If[q == 0, 0, b . #1[[3]]]}, {Sqrt[w] #2, Take[Prepend[#1[[2]], w #2^2], p], Take[Prepend[#1[[3]], w], q]}] &, {0., ConstantArray[v, p], ConstantArray[v, q]}, RandomFunction[\"Normal\", Length[t] + 200]]][[All, 1]], -Length[t]]],
          RandomFunction[\"Linear\", {c_, a_, b_, v_}, n_] :> With[{e = Sqrt[v] RandomFunction[\"Normal\", n + 300 + Length[b]]}, With[{w = c + If[b === {}, e, ListConvolve[Prepend[b, 1.], e]]}, If[a === {}, Take[w, -n], If[Length[a] == 1, Take[FoldList[a[[1]] #1 + #2 &, w], -n], With[{p = Length[a]}, Take[FoldList[Prepend[Most[#1], a . #1 + #2] &, ConstantArray[0., p], w][[All, 1]], -n]]]]]]}",
        "RandomFunction[process, {t1, t2, dt}] is a TimeSeries of a path of a random process \
         from one time to another, by steps of 1 if dt is not given; RandomFunction[process, \
         {t1, t2, dt}, n] is TemporalData of n paths.",
        &[
            ("SeedRandom[1]; RandomFunction[WienerProcess[], {0, 1, 1/10}][\"PathLength\"]", "11"),
            ("SeedRandom[1]; Dimensions[RandomFunction[GeometricBrownianMotionProcess[0.05, 0.2, 100], {0, 1, 0.25}, 7][\"ValueList\"]]", "{7, 5}"),
            ("SeedRandom[1]; Abs[Mean[RandomFunction[ARProcess[1, {0.5}, 1], {1, 800}]] - 2] < 0.5", "True"),
        ],
    ),
    written!(
        "TimeSeriesForecast",
        NONE,
        "{TimeSeriesForecast[TimeSeriesModel[m_], k_] :> TimeSeriesForecast[m[\"BestFit\"], m[\"Data\"], k],
          TimeSeriesForecast[p_, TimeSeries[v_, {t_}], k_Integer?Positive] :> TimeSeriesForecast[p, v, k],
          TimeSeriesForecast[p_, x_, {k_Integer?Positive}] :> With[{v = If[MatchQ[x, _TimeSeries], x[\"Values\"], x], t = If[MatchQ[x, _TimeSeries], x[\"Times\"], Range[0, Length[x] - 1]]}, With[{f = TimeSeriesForecast[\"Values\", p, N[v], k]}, TimeSeries[f, {Last[t] + (Last[t] - t[[-2]]) Range[k]}] /; VectorQ[f, NumericQ]]],
          TimeSeriesForecast[p_, x_List, k_Integer?Positive] :> With[{f = TimeSeriesForecast[\"Values\", p, N[x], k]}, Last[f] /; VectorQ[f, NumericQ]],
          TimeSeriesForecast[\"Values\", p : (ARProcess | MAProcess | ARMAProcess)[__], x_, k_] /; VectorQ[x, NumericQ] && Length[x] > Length[ARMAProcess[\"Parts\", p][[2]]] :> ARMAProcess[\"Forecast\", x, N[ARMAProcess[\"Parts\", p]], k],
          TimeSeriesForecast[\"Values\", ARIMAProcess[a_List, d_, b_List, v_], x_, k_] :> TimeSeriesForecast[\"Values\", ARIMAProcess[0, a, d, b, v], x, k],
          TimeSeriesForecast[\"Values\", ARIMAProcess[c_, a_List, d_Integer?NonNegative, b_List, v_], x_, k_] /; VectorQ[x, NumericQ] && Length[x] > d + Length[a] :> Fold[#2 + Accumulate[#1] &, ARMAProcess[\"Forecast\", Differences[x, d], N[{c, a, b, v}], k], Table[Last[Differences[x, $j]], {$j, d - 1, 0, -1}]]}",
        "TimeSeriesForecast[process, data, k] is what an ARProcess, MAProcess, ARMAProcess or \
         ARIMAProcess is expected to be k steps after the data, TimeSeriesForecast[process, \
         data, {k}] the series of what it is up to then; TimeSeriesForecast[model, {k}] by a \
         TimeSeriesModel.",
        &[
            ("TimeSeriesForecast[ARProcess[{1/2}, 1], {1, 2, 4}, 2]", "1."),
            ("TimeSeriesForecast[ARIMAProcess[1, {}, 1, {}, 1], {5, 7}, {3}][\"Values\"]", "{8., 9., 10.}"),
        ],
    ),
    written!(
        "TimeSeriesModelFit",
        NONE,
        "{TimeSeriesModelFit[x_] :> TimeSeriesModelFit[x, Automatic],
          TimeSeriesModelFit[TimeSeries[v_, _], s_] :> TimeSeriesModelFit[v, s],
          TimeSeriesModelFit[x_List, Automatic] /; VectorQ[x, NumericQ] && Length[x] > 10 :> With[{all = Select[TimeSeriesModelFit[x, #] & /@ {{\"ARMA\", {0, 0}}, {\"AR\", 1}, {\"AR\", 2}, {\"AR\", 3}, {\"MA\", 1}, {\"MA\", 2}, {\"ARMA\", {1, 1}}, {\"ARMA\", {2, 1}}, {\"ARMA\", {1, 2}}}, MatchQ[#, _TimeSeriesModel] &]}, First[SortBy[all, #[\"AIC\"] &]] /; all =!= {}],
          TimeSeriesModelFit[x_List, \"AR\"] :> TimeSeriesModelFit[\"Best\", x, {\"AR\", #} & /@ Range[1, 6]],
          TimeSeriesModelFit[x_List, \"MA\"] :> TimeSeriesModelFit[\"Best\", x, {\"MA\", #} & /@ Range[1, 4]],
          TimeSeriesModelFit[x_List, \"ARMA\"] :> TimeSeriesModelFit[\"Best\", x, {\"ARMA\", #} & /@ {{1, 1}, {2, 1}, {1, 2}, {2, 2}}],
          TimeSeriesModelFit[\"Best\", x_, s_] :> With[{all = Select[TimeSeriesModelFit[x, #] & /@ s, MatchQ[#, _TimeSeriesModel] &]}, First[SortBy[all, #[\"AIC\"] &]] /; all =!= {}],
          TimeSeriesModelFit[x_List, {\"AR\", p_Integer}] :> TimeSeriesModelFit[\"Made\", x, ARProcess[p], p, 0, 0],
          TimeSeriesModelFit[x_List, {\"MA\", q_Integer}] :> TimeSeriesModelFit[\"Made\", x, MAProcess[q], 0, 0, q],
          TimeSeriesModelFit[x_List, {\"ARMA\", {p_Integer, q_Integer}}] :> TimeSeriesModelFit[\"Made\", x, ARMAProcess[p, q], p, 0, q],
          TimeSeriesModelFit[x_List, {\"ARIMA\", {p_Integer, d_Integer, q_Integer}}] :> TimeSeriesModelFit[\"Made\", x, ARIMAProcess[p, d, q], p, d, q],
          TimeSeriesModelFit[\"Made\", x_, s_, p_, d_, q_] /; VectorQ[x, NumericQ] :> With[{f = EstimatedProcess[\"Linear\", Differences[N[x], d], p, q]}, With[{k = p + q + 2, n = Length[x] - d}, TimeSeriesModel[<|\"Data\" -> x, \"BestFit\" -> EstimatedProcess[\"Process\", s, f], \"LogLikelihood\" -> f[[5]], \"Process\" -> EstimatedProcess[\"Process\", s, f], \"AIC\" -> 2 k - 2 f[[5]], \"AICc\" -> 2 k - 2 f[[5]] + 2 k (k + 1)/(n - k - 1), \"BIC\" -> k Log[N[n]] - 2 f[[5]], \"SBC\" -> k Log[N[n]] - 2 f[[5]], \"ErrorVariance\" -> f[[4]], \"FitResiduals\" -> f[[6]], \"BestFitParameters\" -> {\"Constant\" -> f[[1]], \"AR\" -> f[[2]], \"MA\" -> f[[3]], \"Variance\" -> f[[4]]}|>]] /; ListQ[f]]}",
        "TimeSeriesModelFit[data] is the TimeSeriesModel among autoregressive moving averages \
         of low orders with the least AIC; TimeSeriesModelFit[data, {\"AR\", p}], {\"MA\", q}, \
         {\"ARMA\", {p, q}} and {\"ARIMA\", {p, d, q}} are those of given orders, by their \
         exact likelihood. m[\"BestFit\"], m[\"AIC\"], m[\"BIC\"], m[\"FitResiduals\"] and \
         other of m[\"Properties\"] tell of it, m[k] is its forecast k steps ahead.",
        &[
            ("SeedRandom[3]; m = TimeSeriesModelFit[RandomFunction[ARProcess[{0.7}, 1], {1, 100}], {\"AR\", 1}]; Abs[m[\"BestFit\"][[2, 1]] - 0.7] < 0.3", "True"),
            ("m = TimeSeriesModelFit[{1., 3., 2., 4., 1., 2., 3., 2., 1., 4., 2., 3.}, {\"AR\", 1}]; Length[m[\"FitResiduals\"]]", "12"),
        ],
    ),
    inert(
        "TimeSeriesModel",
        "TimeSeriesModel[...] is a model of a series that TimeSeriesModelFit has found: m[k] is \
         its forecast k steps after the data, m[\"BestFit\"] its process; m[\"Properties\"] \
         lists what else it tells.",
        &[
            ("m = TimeSeriesModelFit[{1., 3., 2., 4., 1., 2., 3., 2., 1., 4., 2., 3.}, {\"MA\", 1}]; Head[m[\"BestFit\"]]", "MAProcess"),
            ("m = TimeSeriesModelFit[{1., 3., 2., 4., 1., 2., 3., 2., 1., 4., 2., 3.}, {\"AR\", 1}]; m[1] == TimeSeriesForecast[m, 1]", "True"),
        ],
    ),
];
