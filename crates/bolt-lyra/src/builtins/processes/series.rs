//! Values at times: series, their windows, and what is made of them.

use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;

const NONE: Attributes = Attributes::NONE;

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "TimeSeries",
        NONE,
        |session, call| {
            session.has_objects = true;
            session.by_rules(call, "{TimeSeries[s : TimeSeries[_, {_List}]] :> s,
          TimeSeries[EventSeries[v_, t_]] :> TimeSeries[v, t],
          TimeSeries[p : {{_, _} ..}] :> TimeSeries[\"Made\", TimeSeries, Last /@ p, First /@ p],
          TimeSeries[v_List] /; v =!= {} :> TimeSeries[\"Made\", TimeSeries, v, Range[0, Length[v] - 1]],
          TimeSeries[v_List, {t_List}] /; Length[v] == Length[t] && !(VectorQ[t, NumericQ] && Min[Differences[t]] >= 0) :> TimeSeries[\"Made\", TimeSeries, v, t],
          TimeSeries[v_List, {t_}] /; !ListQ[t] && v =!= {} :> TimeSeries[\"Made\", TimeSeries, v, TimeSeries[\"Time\", t] + Range[0, Length[v] - 1]],
          TimeSeries[v_List, {a_, Automatic, d_}] /; v =!= {} :> TimeSeries[\"Made\", TimeSeries, v, TimeSeries[\"Steps\", a, d, Length[v]]],
          TimeSeries[v_List, {a_, b_}] /; Length[v] > 1 :> TimeSeries[\"Made\", TimeSeries, v, With[{x = TimeSeries[\"Time\", a], y = TimeSeries[\"Time\", b]}, x + (y - x) Range[0, Length[v] - 1]/(Length[v] - 1)]],
          TimeSeries[v_List, {a_, b_, d_}] /; v =!= {} && b =!= Automatic :> With[{t = TimeSeries[\"Range\", a, b, d]}, TimeSeries[\"Made\", TimeSeries, v, t] /; Length[t] == Length[v]],
          TimeSeries[\"Time\", t_] :> If[NumericQ[t], t, AbsoluteTime[t]],
          TimeSeries[\"Step\", d_] :> Switch[d, _?NumericQ, d, \"Second\", 1, \"Minute\", 60, \"Hour\", 3600, \"Day\", 86400, \"Week\", 604800, {_?NumericQ, _String}, d[[1]] TimeSeries[\"Step\", d[[2]]], _Quantity, TimeSeries[\"Step\", {QuantityMagnitude[d], StringTrim[ToString[QuantityUnit[d]], \"s\"]}], _, d],
          TimeSeries[\"Steps\", a_, d_, n_] :> With[{s = TimeSeries[\"Step\", d]}, If[NumericQ[s], TimeSeries[\"Time\", a] + s Range[0, n - 1], Table[AbsoluteTime[DatePlus[DateObject[a], {$k If[ListQ[d], d[[1]], 1], If[ListQ[d], d[[2]], d]}]], {$k, 0, n - 1}]]],
          TimeSeries[\"Range\", a_, b_, d_] :> With[{s = TimeSeries[\"Step\", d], x = TimeSeries[\"Time\", a], y = TimeSeries[\"Time\", b]}, If[NumericQ[s], Range[x, y, s], TakeWhile[TimeSeries[\"Steps\", a, d, Min[10^5, Ceiling[(y - x)/86400] + 1]], # <= y &]]],
          TimeSeries[\"Made\", h_, v_, t_] :> With[{x = TimeSeries[\"Time\", #] & /@ t}, If[VectorQ[x, NumericQ], If[Min[Differences[x]] >= 0, h[v, {x}], With[{o = Ordering[N[x]]}, h[v[[o]], {x[[o]]}]]], $Failed]],
          TimeSeries[\"Index\", t_, x_] :> If[First[t] >= x, 1, NestWhile[With[{m = Floor[Mean[#]]}, If[t[[m]] < x, {m, #[[2]]}, {#[[1]], m}]] &, {1, Length[t]}, #[[2]] - #[[1]] > 1 &][[2]]],
          TimeSeries[\"Values\", TimeSeries[v_, {t_}], x_] :> If[t === x, v, TimeSeries[\"At\", v, t, #] & /@ x],
          TimeSeries[\"At\", v_, t_, x_] :> With[{i = NestWhile[With[{m = Floor[Mean[#]]}, If[t[[m]] <= x, {m, #[[2]]}, {#[[1]], m}]] &, {1, Length[t]}, #[[2]] - #[[1]] > 1 &][[1]]}, If[Length[t] == 1 || x == t[[i]], v[[i]], If[x == t[[i + 1]], v[[i + 1]], v[[i]] + (v[[i + 1]] - v[[i]]) (x - t[[i]])/(t[[i + 1]] - t[[i]])]]]}")
        },
        "TimeSeries[{{t1, v1}, {t2, v2}, ...}] is a series of values at times, which are \
         numbers or dates; TimeSeries[{v1, v2, ...}, {t0, t1}] has its times evenly between \
         two, TimeSeries[values, {t0, Automatic, step}] by steps, TimeSeries[values, {times}] \
         at given times. s[t] is its value at a time, between two by a line; s[\"Values\"], \
         s[\"Times\"], s[\"Path\"] and other of s[\"Properties\"] tell of it. Arithmetic and \
         functions of lists work on the values.",
        &[
            ("TimeSeries[{{1, 10}, {3, 20}}][2]", "15"),
            ("TimeSeries[{5, 7, 9}, {0, 1}][\"Times\"]", "{0, 1/2, 1}"),
            ("(2 TimeSeries[{5, 7, 9}] + 1)[\"Path\"]", "{{0, 11}, {1, 15}, {2, 19}}"),
            ("Mean[TimeSeries[{5, 7, 9}]]", "7"),
        ],
    ),
    builtin(
        "EventSeries",
        NONE,
        |session, call| {
            session.has_objects = true;
            session.by_rules(call, "{EventSeries[s : EventSeries[_, {_List}]] :> s,
          EventSeries[TimeSeries[v_, t_]] :> EventSeries[v, t],
          EventSeries[p : {{_, _} ..}] :> TimeSeries[\"Made\", EventSeries, Last /@ p, First /@ p],
          EventSeries[v_List] /; v =!= {} :> TimeSeries[\"Made\", EventSeries, v, Range[0, Length[v] - 1]],
          EventSeries[v_List, {t_List}] /; Length[v] == Length[t] && !(VectorQ[t, NumericQ] && Min[Differences[t]] >= 0) :> TimeSeries[\"Made\", EventSeries, v, t],
          EventSeries[v_List, s_List] /; !MatchQ[s, {_List}] :> With[{r = TimeSeries[v, s]}, EventSeries @@ r /; MatchQ[r, TimeSeries[_, {_List}]]]}")
        },
        "EventSeries[{{t1, v1}, {t2, v2}, ...}] is a series of values that hold at their times \
         only: e[t] is Missing[] at others. Else it is like TimeSeries.",
        &[
            ("EventSeries[{{1, 10}, {3, 20}}][3]", "20"),
            ("EventSeries[{{1, 10}, {3, 20}}][2]", "Missing[]"),
        ],
    ),
    builtin(
        "TemporalData",
        NONE,
        |session, call| {
            session.has_objects = true;
            session.by_rules(call, "{TemporalData[s : TimeSeries[v_, {t_List}]] :> TemporalData[{v}, {t}],
          TemporalData[s : EventSeries[v_, {t_List}]] :> TemporalData[{v}, {t}],
          TemporalData[p : {{_, _} ..}] /; VectorQ[First /@ p, NumericQ] :> TemporalData[TimeSeries[p]],
          TemporalData[p : {{{_, _} ..} ..}] /; SameQ @@ (First /@ # & /@ p) :> TemporalData[(Last /@ # & /@ p), {First /@ First[p]}],
          TemporalData[v_List, s_List] /; VectorQ[v] :> With[{r = TimeSeries[v, s]}, TemporalData[r] /; MatchQ[r, TimeSeries[_, {_List}]]],
          TemporalData[v_?MatrixQ, s_List] /; !(MatchQ[s, {_List}] && VectorQ[s[[1]], NumericQ] && Length[s[[1]]] == Length[First[v]]) :> With[{r = TimeSeries[First[v], s]}, TemporalData[v, r[[2]]] /; MatchQ[r, TimeSeries[_, {_List}]]]}")
        },
        "TemporalData[{path1, path2, ...}, {times}] holds several series of values at the same \
         times, as RandomFunction makes them: d[\"Paths\"], d[\"ValueList\"], d[\"Times\"], \
         d[\"PathCount\"], d[\"Path\", k] and d[\"SliceData\", t] tell of them.",
        &[
            ("TemporalData[{{1, 2}, {3, 5}}, {{0, 1}}][\"Paths\"]", "{{{0, 1}, {1, 2}}, {{0, 3}, {1, 5}}}"),
            ("TemporalData[{{1, 2}, {3, 5}}, {{0, 1}}][\"SliceData\", 1]", "{2, 5}"),
        ],
    ),
    written!(
        "TimeSeriesWindow",
        NONE,
        "{TimeSeriesWindow[(h : TimeSeries | EventSeries)[v_, {t_}], {a_, b_}] :> With[{x = If[a === Automatic, First[t], TimeSeries[\"Time\", a]], y = If[b === Automatic, Last[t], TimeSeries[\"Time\", b]]}, With[{k = Flatten[Position[t, $t_ /; x <= $t <= y, {1}, Heads -> False]]}, h[v[[k]], {t[[k]]}] /; k =!= {}]],
          TimeSeriesWindow[p : {{_, _} ..}, w_] :> With[{r = TimeSeriesWindow[TimeSeries[p], w]}, r[\"Path\"] /; MatchQ[r, _TimeSeries]]}",
        "TimeSeriesWindow[series, {t1, t2}] is the part of a series from one time or date to \
         another; Automatic is the first or the last.",
        &[
            ("TimeSeriesWindow[TimeSeries[{5, 7, 9, 11}], {1, 2}][\"Path\"]", "{{1, 7}, {2, 9}}"),
            ("TimeSeriesWindow[{{1, a}, {2, b}, {3, c}}, {2, Automatic}]", "{{2, b}, {3, c}}"),
        ],
    ),
    written!(
        "TimeSeriesResample",
        NONE,
        "{TimeSeriesResample[s : TimeSeries[v_, {t_}]] /; Length[t] > 1 :> TimeSeriesResample[s, Min[Differences[t]]],
          TimeSeriesResample[s : TimeSeries[v_, {t_}], {{x__}}] :> TimeSeries[TimeSeries[\"At\", v, t, TimeSeries[\"Time\", #]] & /@ Select[{x}, First[t] <= TimeSeries[\"Time\", #] <= Last[t] &], {Select[TimeSeries[\"Time\", #] & /@ {x}, First[t] <= # <= Last[t] &]}],
          TimeSeriesResample[s : TimeSeries[v_, {t_}], {a_, b_, d_}] :> TimeSeriesResample[s, {TimeSeries[\"Range\", If[a === Automatic, First[t], a], If[b === Automatic, Last[t], b], d]}],
          TimeSeriesResample[s : TimeSeries[v_, {t_}], {a_, b_}] /; Length[t] > 1 :> TimeSeriesResample[s, {a, b, Min[Differences[t]]}],
          TimeSeriesResample[s : TimeSeries[v_, {t_}], d_] /; !ListQ[d] || MatchQ[d, {_, _String}] :> TimeSeriesResample[s, {First[t], Last[t], d}],
          TimeSeriesResample[p : {{_, _} ..}, r___] :> With[{s = TimeSeriesResample[TimeSeries[p], r]}, s[\"Path\"] /; MatchQ[s, TimeSeries[_, {_List}]]]}",
        "TimeSeriesResample[series, dt] has the values of a series, between its times by lines, \
         at steps dt; TimeSeriesResample[series, {t1, t2, dt}] from one time to another, \
         TimeSeriesResample[series, {{times}}] at given times; without steps, at the least of \
         its own.",
        &[
            ("TimeSeriesResample[TimeSeries[{{0, 0}, {1, 10}, {3, 30}}]][\"Values\"]", "{0, 10, 20, 30}"),
            ("TimeSeriesResample[{{0, 0}, {2, 8}}, 1/2]", "{{0, 0}, {1/2, 2}, {1, 4}, {3/2, 6}, {2, 8}}"),
        ],
    ),
    written!(
        "TimeSeriesAggregate",
        NONE,
        "{TimeSeriesAggregate[s_, d_] :> TimeSeriesAggregate[s, d, Mean],
          TimeSeriesAggregate[v_List, d_, f_] /; VectorQ[v] && NumericQ[d] :> TimeSeriesAggregate[TimeSeries[v, {1}], d, f][\"Values\"],
          TimeSeriesAggregate[p : {{_, _} ..}, d_, f_] :> With[{s = TimeSeriesAggregate[TimeSeries[p], d, f]}, s[\"Path\"] /; MatchQ[s, TimeSeries[_, {_List}]]],
          TimeSeriesAggregate[s_, {d : Except[_?NumericQ | _Integer], a : Left | Center | Right}, f_] :> TimeSeriesAggregate[\"Windows\", s, d, a, f],
          TimeSeriesAggregate[s_, {d_?NumericQ, a : Left | Center | Right}, f_] :> TimeSeriesAggregate[\"Windows\", s, d, a, f],
          TimeSeriesAggregate[s_, d_, f_] :> TimeSeriesAggregate[\"Windows\", s, d, Center, f],
          TimeSeriesAggregate[\"Windows\", (h : TimeSeries | EventSeries)[v_, {t_}], d_, a_, f_] /; NumericQ[TimeSeries[\"Step\", d]] :> With[{w = TimeSeries[\"Step\", d], z = First[t]}, With[{g = GatherBy[Transpose[{Floor[(t - z)/w], v}], First]}, h[f[Last /@ #] & /@ g, {z + w (#[[1, 1]] + Switch[a, Left, 0, Right, 1, _, 1/2]) & /@ g}]]],
          TimeSeriesAggregate[\"Windows\", (h : TimeSeries | EventSeries)[v_, {t_}], d : \"Month\" | \"Quarter\" | \"Year\" | {_Integer, \"Month\" | \"Quarter\" | \"Year\"}, a_, f_] :> With[{k = If[ListQ[d], d[[1]], 1] Switch[If[ListQ[d], d[[2]], d], \"Month\", 1, \"Quarter\", 3, _, 12]}, With[{g = GatherBy[Transpose[{Floor[(12 #[[1]] + #[[2]] - 1)/k] & /@ (DateList /@ t), v}], First], b = AbsoluteTime[{Quotient[k #, 12], Mod[k #, 12] + 1, 1}] &}, h[f[Last /@ #] & /@ g, {Switch[a, Left, b[#[[1, 1]]], Right, b[#[[1, 1]] + 1], _, (b[#[[1, 1]]] + b[#[[1, 1]] + 1])/2] & /@ g}]]]}",
        "TimeSeriesAggregate[series, dt, f] applies f to the values in each window of the \
         length dt from the first time on, Mean if it is not given; windows without values are \
         left out. dt is a number, a unit such as \"Day\", or \"Month\", \"Quarter\" and \
         \"Year\" of the calendar. {dt, Left}, {dt, Center} (the default) and {dt, Right} say \
         which time of a window the result has.",
        &[
            ("TimeSeriesAggregate[{1, 2, 3, 4, 5, 6}, 2]", "{3/2, 7/2, 11/2}"),
            ("TimeSeriesAggregate[TimeSeries[{1, 2, 3, 4}], {2, Left}, Total][\"Path\"]", "{{0, 3}, {2, 7}}"),
            ("TimeSeriesAggregate[TimeSeries[{{{2020, 1, 5}, 1}, {{2020, 1, 20}, 3}, {{2020, 3, 1}, 7}}], \"Month\", Total][\"Values\"]", "{4, 7}"),
        ],
    ),
    written!(
        "TimeSeriesShift",
        NONE,
        "{TimeSeriesShift[(h : TimeSeries | EventSeries)[v_, {t_}], d_] :> With[{s = TimeSeries[\"Step\", d]}, h[v, {t + s}] /; NumericQ[s]],
          TimeSeriesShift[p : {{_, _} ..}, d_] :> ({#[[1]] + TimeSeries[\"Step\", d], #[[2]]} & /@ p)}",
        "TimeSeriesShift[series, dt] is a series with all times dt later; dt is a number or a \
         unit such as \"Day\" or {2, \"Week\"}.",
        &[
            ("TimeSeriesShift[TimeSeries[{5, 7}], 3][\"Path\"]", "{{3, 5}, {4, 7}}"),
            ("TimeSeriesShift[{{0, a}, {1, b}}, 1/2]", "{{1/2, a}, {3/2, b}}"),
        ],
    ),
    written!(
        "TimeSeriesInsert",
        NONE,
        "{TimeSeriesInsert[(h : TimeSeries | EventSeries)[v_, {t_}], {x_, y_}] /; !ListQ[y] :> TimeSeriesInsert[h[v, {t}], {{x, y}}],
          TimeSeriesInsert[s : (TimeSeries | EventSeries)[__], (TimeSeries | EventSeries)[v_, {t_}]] :> TimeSeriesInsert[s, Transpose[{t, v}]],
          TimeSeriesInsert[(h : TimeSeries | EventSeries)[v_, {t_}], p : {{_, _} ..}] :> With[{n = {TimeSeries[\"Time\", #[[1]]], #[[2]]} & /@ p}, h[Join[n, DeleteCases[Transpose[{t, v}], {$t_, _} /; MemberQ[First /@ n, $t]]]]]}",
        "TimeSeriesInsert[series, {t, v}] is a series with a value at one more time, \
         TimeSeriesInsert[series, {{t1, v1}, ...}] at several or those of another series; what \
         was at these times is replaced.",
        &[
            ("TimeSeriesInsert[TimeSeries[{5, 7}], {1/2, 9}][\"Values\"]", "{5, 9, 7}"),
            ("TimeSeriesInsert[TimeSeries[{5, 7}], {{1, 8}, {2, 10}}][\"Path\"]", "{{0, 5}, {1, 8}, {2, 10}}"),
        ],
    ),
    written!(
        "TimeSeriesMap",
        NONE,
        "{TimeSeriesMap[f_, (h : TimeSeries | EventSeries)[v_, t_]] :> h[f /@ v, t],
          TimeSeriesMap[f_, p : {{_, _} ..}] :> ({#[[1]], f[#[[2]]]} & /@ p)}",
        "TimeSeriesMap[f, series] applies f to each value of a series.",
        &[
            ("TimeSeriesMap[#^2 &, TimeSeries[{5, 7}]][\"Values\"]", "{25, 49}"),
            ("TimeSeriesMap[f, {{1, a}}]", "{{1, f[a]}}"),
        ],
    ),
    written!(
        "TimeSeriesMapThread",
        NONE,
        "{TimeSeriesMapThread[f_, (h : TimeSeries | EventSeries)[v_, {t_}]] :> h[MapThread[f, {t, v}], {t}],
          TimeSeriesMapThread[f_, p : {{_, _} ..}] :> ({#[[1]], f @@ #} & /@ p)}",
        "TimeSeriesMapThread[f, series] applies f to each time and value of a series: f[t, v].",
        &[
            ("TimeSeriesMapThread[Times, TimeSeries[{5, 7}, {2}]][\"Values\"]", "{10, 21}"),
            ("TimeSeriesMapThread[f, {{1, a}}]", "{{1, f[1, a]}}"),
        ],
    ),
    written!(
        "TimeSeriesThread",
        NONE,
        "{TimeSeriesThread[f_, s : {TimeSeries[_, {_}] ..}] :> With[{t = If[SameQ @@ (#[[2]] & /@ s), s[[1, 2, 1]], Select[Union @@ (#[[2, 1]] & /@ s), Max[#[[2, 1, 1]] & /@ s] <= # <= Min[#[[2, 1, -1]] & /@ s] &]]}, TimeSeries[f /@ Transpose[TimeSeries[\"Values\", #, t] & /@ s], {t}]]}",
        "TimeSeriesThread[f, {s1, s2, ...}] applies f to the list of the values of several \
         series at each time; where their times differ, at all times that lie within all of \
         them.",
        &[
            ("TimeSeriesThread[Total, {TimeSeries[{5, 7}], TimeSeries[{1, 2}]}][\"Values\"]", "{6, 9}"),
            ("TimeSeriesThread[Max, {TimeSeries[{{0, 0}, {2, 10}}], TimeSeries[{{0, 3}, {1, 4}, {2, 5}}]}][\"Path\"]", "{{0, 3}, {1, 5}, {2, 10}}"),
        ],
    ),
    written!(
        "TimeSeriesRescale",
        NONE,
        "{TimeSeriesRescale[(h : TimeSeries | EventSeries)[v_, {t_}], {a_, b_}] /; First[t] != Last[t] :> h[v, {TimeSeries[\"Time\", a] + (t - First[t]) (TimeSeries[\"Time\", b] - TimeSeries[\"Time\", a])/(Last[t] - First[t])}]}",
        "TimeSeriesRescale[series, {t1, t2}] is a series with times from t1 to t2 in the same \
         proportions.",
        &[
            ("TimeSeriesRescale[TimeSeries[{5, 7, 9}], {10, 20}][\"Times\"]", "{10, 15, 20}"),
            ("TimeSeriesRescale[TimeSeries[{{0, 1}, {1, 2}, {4, 3}}], {0, 1}][\"Times\"]", "{0, 1/4, 1}"),
        ],
    ),
];
