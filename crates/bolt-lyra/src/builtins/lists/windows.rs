//! Neighbours: differences, ratios, moving windows, folds; ranges and bins.

use super::super::{Builtin, builtin};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};
use triomphe::Arc;

const NONE: Attributes = Attributes::NONE;
const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    written!(
        "Ratios",
        NONE,
        "{Ratios[l_List] :> Rest[l]/Most[l] /; Length[l] > 0, Ratios[{}] :> {},
          Ratios[l_List, n_Integer?NonNegative] :> Nest[Ratios, l, n]}",
        "Ratios[list] is the list of the quotients of neighbours; Ratios[list, n] does so n times.",
        &[("Ratios[{1, 2, 6}]", "{2, 3}"), ("Ratios[{a, b}]", "{b/a}")],
    ),
    written!(
        "MovingAverage",
        NONE,
        "{MovingAverage[l_List, n_Integer?Positive] /; n <= Length[l] :> Mean /@ Partition[l, n, 1],
          MovingAverage[l_List, w_List] /; Length[w] <= Length[l] :> (# . w/Total[w] & /@ Partition[l, Length[w], 1])}",
        "MovingAverage[list, n] is the list of the means of n neighbours; with a list of weights, \
         of their weighted means.",
        &[
            ("MovingAverage[{1, 2, 6}, 2]", "{3/2, 4}"),
            ("MovingAverage[{a, b}, {1, 1}]", "{(a + b)/2}"),
        ],
    ),
    written!(
        "MovingMedian",
        NONE,
        "{MovingMedian[l_List, n_Integer?Positive] /; n <= Length[l] :> Median /@ Partition[l, n, 1]}",
        "MovingMedian[list, n] is the list of the medians of n neighbours.",
        &[
            ("MovingMedian[{1, 5, 2, 8}, 3]", "{2, 5}"),
            ("MovingMedian[{1, 2}, 2]", "{3/2}"),
        ],
    ),
    written!(
        "MovingMap",
        NONE,
        "{MovingMap[f_, l_List, n_Integer?NonNegative] /; n < Length[l] :> f /@ Partition[l, n + 1, 1],
          MovingMap[f_, (h : TimeSeries | EventSeries)[v_, {t_}], w_] :> With[{s = TimeSeries[\"Step\", w]}, With[{k = If[NumericQ[s], Range[TimeSeries[\"Index\", t, First[t] + s], Length[t]], {}]}, h[f[v[[TimeSeries[\"Index\", t, t[[#]] - s] ;; #]]] & /@ k, {t[[k]]}] /; k =!= {} && First[t] + s <= Last[t]]]}",
        "MovingMap[f, list, n] applies f to each list of n + 1 neighbours; MovingMap[f, series, dt] \
         to the values of a TimeSeries of the length dt before each time and at it.",
        &[("MovingMap[Total, {1, 2, 3}, 1]", "{3, 5}"), ("MovingMap[f, {a}, 0]", "{f[{a}]}")],
    ),
    written!(
        "BlockMap",
        NONE,
        "{BlockMap[f_, l_, n_] :> f /@ Partition[l, n], BlockMap[f_, l_, n_, d_] :> f /@ Partition[l, n, d]}",
        "BlockMap[f, list, n] applies f to pieces of n elements; a fourth argument is how far apart \
         they begin.",
        &[
            ("BlockMap[Total, {1, 2, 3, 4}, 2]", "{3, 7}"),
            ("BlockMap[f, {a, b, c}, 2, 1]", "{f[{a, b}], f[{b, c}]}"),
        ],
    ),
    written!(
        "ExponentialMovingAverage",
        NONE,
        "{ExponentialMovingAverage[l_List, a_] :> FoldList[(1 - a) #1 + a #2 &, l]}",
        "ExponentialMovingAverage[list, a] moves by the fraction a from each mean to the next \
         element.",
        &[
            ("ExponentialMovingAverage[{1, 3, 5}, 1/2]", "{1, 2, 7/2}"),
            ("ExponentialMovingAverage[{x}, a]", "{x}"),
        ],
    ),
    builtin(
        "FoldPairList",
        NONE,
        |s, c| fold_pairs(s, c, true),
        "FoldPairList[f, y, list] applies f to a state and each element; f returns what is listed \
         and the next state; a fourth argument is applied to both in place of taking the first.",
        &[
            ("FoldPairList[QuotientRemainder, 38, {10, 5, 1}]", "{3, 1, 3}"),
            ("FoldPairList[{#1 #2, #2} &, 1, {2, 3}]", "{2, 6}"),
        ],
    ),
    builtin(
        "FoldPair",
        NONE,
        |s, c| fold_pairs(s, c, false),
        "FoldPair[f, y, list] is the last element of FoldPairList[f, y, list].",
        &[
            ("FoldPair[QuotientRemainder, 38, {10, 5}]", "1"),
            ("FoldPair[{#1 + #2, #2} &, 1, {2, 3}]", "5"),
        ],
    ),
    written!(
        "Subdivide",
        NONE,
        "{Subdivide[n_Integer?Positive] :> Range[0, n]/n,
          Subdivide[b_, n_Integer?Positive] :> Table[b $k/n, {$k, 0, n}],
          Subdivide[a_, b_, n_Integer?Positive] :> Table[a + (b - a) $k/n, {$k, 0, n}]}",
        "Subdivide[n] divides the range from 0 to 1 into n parts, Subdivide[b, n] that from 0 to b, \
         Subdivide[a, b, n] that from a to b.",
        &[("Subdivide[2]", "{0, 1/2, 1}"), ("Subdivide[1, 3, 4]", "{1, 3/2, 2, 5/2, 3}")],
    ),
    written!(
        "PowerRange",
        NONE,
        "{PowerRange[b_] :> PowerRange[1, b, 10], PowerRange[a_, b_] :> PowerRange[a, b, 10],
          PowerRange[a_, b_, r_] /; NumericQ[a] && NumericQ[b] && NumericQ[r] && a > 0 && b > 0 && r > 0 && r != 1 :>
            Table[a r^$k, {$k, 0, Floor[N[Log[b/a]/Log[r]] + 10^-9]}]}",
        "PowerRange[a, b, r] is the list {a, a r, a r^2, ...} up to b; r is 10 if it is not given.",
        &[("PowerRange[1, 1000]", "{1, 10, 100, 1000}"), ("PowerRange[2, 20, 3]", "{2, 6, 18}")],
    ),
    written!(
        "Rescale",
        NUMERIC_FUNCTION,
        "{Rescale[x_List] :> Rescale[x, {Min[x], Max[x]}],
          Rescale[x_, {a_, b_}] :> (x - a)/(b - a),
          Rescale[x_, {a_, b_}, {c_, d_}] :> c + (x - a) (d - c)/(b - a)}",
        "Rescale[x, {a, b}] maps the range from a to b to that from 0 to 1; Rescale[x, {a, b}, \
         {c, d}] to that from c to d; Rescale[list] by its least and largest elements.",
        &[("Rescale[5, {0, 10}]", "1/2"), ("Rescale[{1, 2, 5}]", "{0, 1/4, 1}")],
    ),
    written!(
        "Clip",
        NUMERIC_FUNCTION,
        "{Clip[x_List, r___] :> (Clip[#, r] & /@ x),
          Clip[x_] :> Clip[x, {-1, 1}],
          Clip[x_, {a_, b_}] :> Clip[x, {a, b}, {a, b}],
          Clip[x_, {a_, b_}, {c_, d_}] /; NumericQ[x] && (NumericQ[a] || a === -Infinity) && (NumericQ[b] || b === Infinity) && (x >= a || x < a) && (x <= b || x > b) :> Which[x < a, c, x > b, d, True, x],
          Clip[Infinity, {a_, b_}, {c_, d_}] :> d, Clip[-Infinity, {a_, b_}, {c_, d_}] :> c}",
        "Clip[x, {a, b}] is x if it is between a and b, else the nearer of them; without them, -1 \
         and 1; a third argument gives the values below and above.",
        &[("Clip[3]", "1"), ("Clip[{-5, 2, 9}, {0, 4}]", "{0, 2, 4}")],
    ),
    written!(
        "MinMax",
        NONE,
        "{MinMax[l_] :> {Min[l], Max[l]}, MinMax[l_, d_?NumericQ] :> {Min[l] - d, Max[l] + d},
          MinMax[l_, {a_, b_}] :> {Min[l] - a, Max[l] + b}}",
        "MinMax[list] is the list of the least and the largest element; MinMax[list, d] of d less \
         and d more.",
        &[("MinMax[{3, 1, 2}]", "{1, 3}"), ("MinMax[{3, 1}, 1]", "{0, 4}")],
    ),
    written!(
        "RankedMin",
        NONE,
        "{RankedMin[l_List, n_Integer] /; 0 < Abs[n] <= Length[l] :> Sort[l, Less][[n]]}",
        "RankedMin[list, n] is the n-th smallest element; RankedMin[list, -n] the n-th largest.",
        &[("RankedMin[{5, 1, 3}, 2]", "3"), ("RankedMin[{5, 1, 3}, -1]", "5")],
    ),
    written!(
        "RankedMax",
        NONE,
        "{RankedMax[l_List, n_Integer] /; 0 < Abs[n] <= Length[l] :> Sort[l, Less][[-n]]}",
        "RankedMax[list, n] is the n-th largest element; RankedMax[list, -n] the n-th smallest.",
        &[("RankedMax[{5, 1, 3}, 2]", "3"), ("RankedMax[{5, 1, 3}, 1]", "5")],
    ),
    written!(
        "BinLists",
        NONE,
        "{BinLists[l_List] :> BinLists[l, 1],
          BinLists[l_List, dx_?NumericQ] :> BinLists[l, {Floor[Min[l], dx], Floor[Max[l], dx] + dx, dx}],
          BinLists[l_List, {a_, b_, dx_}] :> Table[Select[l, $k <= # < $k + dx &], {$k, a, b - dx, dx}],
          BinLists[l_List, {b_List}] :> (Function[{p}, Select[l, p[[1]] <= # < p[[2]] &]] /@ Partition[b, 2, 1])}",
        "BinLists[list, {a, b, d}] lists the elements in each bin of width d from a to b; \
         BinLists[list, {{b1, b2, ...}}] those between the given bounds.",
        &[
            ("BinLists[{1, 3, 4, 1}, {0, 6, 2}]", "{{1, 1}, {3}, {4}}"),
            ("BinLists[{1, 5}, {{0, 2, 6}}]", "{{1}, {5}}"),
        ],
    ),
    written!(
        "BinCounts",
        NONE,
        "{BinCounts[l_List, r___] :> (Length /@ BinLists[l, r])}",
        "BinCounts[list, {a, b, d}] is the list of how many elements are in each bin of width d \
         from a to b.",
        &[
            ("BinCounts[{1, 3, 4, 1}, {0, 6, 2}]", "{2, 1, 1}"),
            ("BinCounts[{1, 2, 2}]", "{1, 2}"),
        ],
    ),
    written!(
        "HistogramList",
        NONE,
        "{HistogramList[l_List] /; VectorQ[l, NumericQ] && l =!= {} :> With[{w = N[2 InterquartileRange[l]/Length[l]^(1/3)], r = Max[l] - Min[l]}, HistogramList[l, {If[r == 0, 1, With[{v = If[w > 0, w, N[r/Sqrt[Length[l]]]]}, With[{p = 10^Floor[Log[10, v]]}, SelectFirst[{p, 2 p, 5 p, 10 p}, # >= v &]]]]}]],
          HistogramList[l_List, n_Integer?Positive] /; VectorQ[l, NumericQ] && l =!= {} :> With[{v = N[(Max[l] - Min[l])/n]}, HistogramList[l, {If[v == 0, 1, With[{p = 10^Floor[Log[10, v]]}, SelectFirst[{p, 2 p, 5 p, 10 p}, # >= v &]]]}]],
          HistogramList[l_List, {dx_?NumericQ}] :> With[{a = Floor[Min[l], dx], b = Floor[Max[l], dx] + dx}, {Range[a, b, dx], BinCounts[l, {a, b, dx}]}],
          HistogramList[l_List, {a_, b_, dx_}] :> {Range[a, b, dx], BinCounts[l, {a, b, dx}]},
          HistogramList[l_List, {b_List}] :> {b, BinCounts[l, {b}]}}",
        "HistogramList[list] chooses the width of bins by the rule of Freedman and Diaconis, a round \
         number; HistogramList[list, n] has about n bins. HistogramList[list, {d}] is the list of the bounds of bins of width d and of how many \
         elements are in each; {a, b, d} and {{b1, b2, ...}} give the bins.",
        &[
            ("HistogramList[{1, 2, 2, 5}, {2}]", "{{0, 2, 4, 6}, {1, 2, 1}}"),
            ("HistogramList[{1, 5}, {{0, 2, 6}}]", "{{0, 2, 6}, {1, 1}}"),
        ],
    ),
    written!(
        "ListConvolve",
        NONE,
        "{ListConvolve[k_List, l_List] /; VectorQ[k] && VectorQ[l] && Length[k] <= Length[l] :> (Reverse[k] . # & /@ Partition[l, Length[k], 1]),
          ListConvolve[k_List, l_List, a_Integer] :> ListConvolve[k, l, {a, a}],
          ListConvolve[k_List, l_List, {a_Integer, b_Integer}] /; VectorQ[k] && VectorQ[l] :> (Reverse[k] . # & /@ Partition[l, Length[k], 1, {-a, -b}]),
          ListConvolve[k_List, l_List, {a_Integer, b_Integer}, p_] /; VectorQ[k] && VectorQ[l] && !ListQ[p] :> (Reverse[k] . # & /@ Partition[l, Length[k], 1, {-a, -b}, p])}",
        "ListConvolve[kernel, list] is the list of the sums of products of the reversed kernel and \
         pieces of the list; a third argument {i, j} aligns the ends, going round the list or \
         padding it with a fourth.",
        &[
            ("ListConvolve[{x, y}, {a, b, c}]", "{b*x + a*y, c*x + b*y}"),
            ("ListConvolve[{1, 1}, {1, 2, 3}, 1]", "{4, 3, 5}"),
        ],
    ),
    written!(
        "ListCorrelate",
        NONE,
        "{ListCorrelate[k_List, l_List] /; VectorQ[k] && VectorQ[l] && Length[k] <= Length[l] :> (k . # & /@ Partition[l, Length[k], 1]),
          ListCorrelate[k_List, l_List, a_Integer] :> ListCorrelate[k, l, {a, a}],
          ListCorrelate[k_List, l_List, {a_Integer, b_Integer}] /; VectorQ[k] && VectorQ[l] :> (k . # & /@ Partition[l, Length[k], 1, {a, b}]),
          ListCorrelate[k_List, l_List, {a_Integer, b_Integer}, p_] /; VectorQ[k] && VectorQ[l] && !ListQ[p] :> (k . # & /@ Partition[l, Length[k], 1, {a, b}, p])}",
        "ListCorrelate[kernel, list] is the list of the sums of products of the kernel and pieces \
         of the list; a third argument {i, j} aligns the ends.",
        &[
            ("ListCorrelate[{x, y}, {a, b, c}]", "{a*x + b*y, b*x + c*y}"),
            ("ListCorrelate[{1, -1}, {1, 4, 9}]", "{-3, -5}"),
        ],
    ),
    written!(
        "Catenate",
        NONE,
        "{Catenate[l_List] :> Join @@ l}",
        "Catenate[{a, b, ...}] joins lists or associations.",
        &[("Catenate[{{1}, {2, 3}}]", "{1, 2, 3}"), ("Catenate[{}]", "{}")],
    ),
    written!(
        "UnitVector",
        NONE,
        "{UnitVector[k_Integer] /; 1 <= k <= 2 :> UnitVector[2, k],
          UnitVector[n_Integer?Positive, k_Integer] /; 1 <= k <= n :> ReplacePart[ConstantArray[0, n], k -> 1]}",
        "UnitVector[n, k] is the vector of n elements of which the k-th is 1 and the others 0.",
        &[("UnitVector[3, 2]", "{0, 1, 0}"), ("UnitVector[1]", "{1, 0}")],
    ),
    written!(
        "AnglePath",
        NONE,
        "{AnglePath[l_List] :> AnglePath[{{0, 0}, 0}, l],
          AnglePath[a_?NumericQ, l_List] :> AnglePath[{{0, 0}, a}, l],
          AnglePath[p : {_?NumericQ, _?NumericQ}, l_List] :> AnglePath[{p, 0}, l],
          AnglePath[{p : {_, _}, a_}, l_List] :> FoldList[#1 + #2 &, p, MapThread[#1 {Cos[#2], Sin[#2]} &, {If[ListQ[#], First[#], 1] & /@ l, a + Accumulate[If[ListQ[#], Last[#], #] & /@ l]}]]}",
        "AnglePath[{t1, t2, ...}] is the list of the points of a path of steps of length 1, each \
         turned by one of the angles; {r, t} is a step of length r; a first argument gives the \
         point or angle at the beginning.",
        &[
            ("AnglePath[{0, Pi/2}]", "{{0, 0}, {1, 0}, {1, 1}}"),
            ("AnglePath[{{2, Pi}}]", "{{0, 0}, {-2, 0}}"),
        ],
    ),
    written!(
        "AngleVector",
        NONE,
        "{AngleVector[{r_, t_}] :> {r Cos[t], r Sin[t]}, AngleVector[t_] :> {Cos[t], Sin[t]},
          AngleVector[{x_, y_}, {r_, t_}] :> {x + r Cos[t], y + r Sin[t]},
          AngleVector[{x_, y_}, t_] :> {x + Cos[t], y + Sin[t]}}",
        "AngleVector[t] is the unit vector at the angle t; AngleVector[{r, t}] one of length r; \
         AngleVector[p, t] the point after a step from p.",
        &[("AngleVector[Pi/2]", "{0, 1}"), ("AngleVector[{1, 2}, Pi]", "{0, 2}")],
    ),
    written!(
        "Unitize",
        NUMERIC,
        "{Unitize[x_?NumericQ] :> If[x == 0, 0, 1], Unitize[x_?NumericQ, d_?NumericQ] :> If[Abs[x] < d, 0, 1]}",
        "Unitize[x] is 0 if x is 0, else 1; Unitize[x, d] is 0 if x is nearer to 0 than d.",
        &[("Unitize[{0, 3, -2}]", "{0, 1, 1}"), ("Unitize[0.1, 1]", "0")],
    ),
    written!(
        "UnitStep",
        Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION).and(Attributes::ORDERLESS),
        "{UnitStep[] :> 1, UnitStep[x_?NumericQ] /; x >= 0 :> 1, UnitStep[x_?NumericQ] /; x < 0 :> 0, UnitStep[Infinity] :> 1, UnitStep[-Infinity] :> 0,
          UnitStep[x_, y__] /; AnyTrue[{x, y}, NumericQ[#] && # < 0 &] :> 0,
          UnitStep[x__, y_] /; AnyTrue[{x, y}, NumericQ[#] && # >= 0 &] :> UnitStep @@ Select[{x, y}, !(NumericQ[#] && # >= 0) &]}",
        "UnitStep[x] is 0 if x is negative, else 1.",
        &[("UnitStep[{-1, 0, 2}]", "{0, 1, 1}"), ("UnitStep[-Pi]", "0")],
    ),
    written!(
        "UnitBox",
        Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION).and(Attributes::ORDERLESS),
        "{UnitBox[x_?NumericQ] /; -1/2 <= x <= 1/2 :> 1, UnitBox[x_?NumericQ] /; x < -1/2 || x > 1/2 :> 0, UnitBox[x_, y__] :> Times @@ (UnitBox /@ {x, y})}",
        "UnitBox[x] is 1 if x is between -1/2 and 1/2, else 0.",
        &[("UnitBox[1/4]", "1"), ("UnitBox[1]", "0")],
    ),
    written!(
        "UnitTriangle",
        Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION).and(Attributes::ORDERLESS),
        "{UnitTriangle[x_?NumericQ] /; -1 <= x <= 1 :> 1 - Abs[x], UnitTriangle[x_?NumericQ] /; x < -1 || x > 1 :> 0, UnitTriangle[x_, y__] :> Times @@ (UnitTriangle /@ {x, y})}",
        "UnitTriangle[x] is 1 - Abs[x] if x is between -1 and 1, else 0.",
        &[("UnitTriangle[1/4]", "3/4"), ("UnitTriangle[2]", "0")],
    ),
    written!(
        "Ramp",
        NUMERIC,
        "{Ramp[x_?NumericQ] /; x >= 0 :> x, Ramp[x_?NumericQ] /; x < 0 :> 0 x}",
        "Ramp[x] is x if x is positive, else 0.",
        &[("Ramp[3]", "3"), ("Ramp[-3]", "0")],
    ),
];

const NUMERIC_FUNCTION: Attributes = Attributes::NUMERIC_FUNCTION;

fn fold_pairs(session: &mut Session, call: &mut Arc<Call>, keeps_all: bool) -> Evaluated<Step> {
    let (function, state, list, with) = match call.args() {
        [function, state, Value::Call(list)] => (function, state, list, None),
        [function, state, Value::Call(list), with] => (function, state, list, Some(with)),
        _ => return Ok(Step::Same),
    };
    let (mut state, mut all) = (state.clone(), Args::new());
    let function = Callable::new(session, function);
    let with = with.map(|with| Callable::new(session, with));
    for element in list.args() {
        session.check_interrupt()?;
        let pair = function.call(session, [state, element.clone()])?;
        let Some([first, next]) = pair.exactly(sym::List) else { return Ok(Step::Same) };
        all.push(match &with {
            Some(with) => with.call(session, [pair.clone()].as_slice())?,
            None => first.clone(),
        });
        state = next.clone();
    }
    Ok(match keeps_all {
        true => Step::Again(Value::call(list.head().clone(), all)),
        false => all.pop().map_or(Step::Same, Step::Again),
    })
}
