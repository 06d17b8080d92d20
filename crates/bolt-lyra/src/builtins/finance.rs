//! Money over time: interest, annuities, bonds and options.
//!
//! Values of options in closed form are formulas of the language, whose derivatives are the
//! Greeks: Merton (1973), Reiner and Rubinstein (1991) for barriers, Kemna and Vorst (1990) for
//! geometric means. American options are valued on a tree.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

#[cfg(test)]
mod tests;
mod tree;

const NONE: Attributes = Attributes::NONE;

pub(super) const TABLE: &[Builtin] = &[
    written!(
        "EffectiveInterest",
        NONE,
        "{EffectiveInterest[r_List] /; r =!= {} && VectorQ[r, !MatchQ[#, _Rule] &] :> (Times @@ (1 + r))^(1/Length[r]) - 1,
          EffectiveInterest[r : {(_ -> _) ..}] :> With[{p = Prepend[First /@ r, 0], f = Prepend[(1 + Last[#])^First[#] & /@ r, 1]}, Transpose[{Most[p], Ratios[f]^(1/Differences[p]) - 1}]],
          EffectiveInterest[r_List, q_] /; MatchQ[r, {{_, _} ..}] :> ({#[[1]], EffectiveInterest[#[[2]], q]} & /@ r),
          EffectiveInterest[r : {(_ -> _) ..}, q_] :> (#[[1]] -> EffectiveInterest[#[[2]], q] & /@ r),
          EffectiveInterest[r_List, q_] /; VectorQ[r] :> (EffectiveInterest[#, q] & /@ r),
          EffectiveInterest[r_, q_] /; q == 0 :> E^r - 1,
          EffectiveInterest[r_, q_] /; !ListQ[r] :> (1 + q r)^(1/q) - 1}",
        "EffectiveInterest[r, q] is the effective interest of a nominal rate r that is \
         compounded at intervals q, 0 for continuously; r may be a schedule of rates {r1, r2, \
         ...}, {{t1, r1}, ...} or {p1 -> r1, ...}. EffectiveInterest[{r1, r2, ...}] is the \
         constant rate that grows as much, EffectiveInterest[{p1 -> r1, ...}] the forward rates \
         of a yield curve with the times from which they hold.",
        &[
            ("EffectiveInterest[1/10, 1/2]", "41/400"),
            ("EffectiveInterest[r, 0]", "-1 + E^r"),
            ("EffectiveInterest[{1 -> 1/10, 2 -> 1/5}]", "{{0, 1/10}, {1, 17/55}}"),
        ],
    ),
    written!(
        "Annuity",
        NONE,
        "{Annuity[p_, t_] :> Annuity[p, t, 1]}",
        "Annuity[p, t] is a series of payments p at the end of each unit of time up to t, \
         Annuity[p, t, q] one at intervals q, 0 for continuous payments at that rate; \
         Annuity[{p, {p0, p1}}, t, q] also has payments p0 at the start and p1 at the end. p \
         may be a function of the time. TimeValue gives its value.",
        &[
            ("TimeValue[Annuity[100, 2], 1/10, 0]", "21000/121"),
            ("Simplify[TimeValue[Annuity[1, 3], r, 3]]", "2 + r + (1 + r)^2"),
        ],
    ),
    written!(
        "AnnuityDue",
        NONE,
        "{AnnuityDue[p_, t_] :> AnnuityDue[p, t, 1]}",
        "AnnuityDue[p, t] is a series of payments p at the beginning of each unit of time up to \
         t, AnnuityDue[p, t, q] one at intervals q. TimeValue gives its value.",
        &[
            ("TimeValue[AnnuityDue[100, 2], 1/10, 0]", "2100/11"),
            ("TimeValue[AnnuityDue[1, 2, 1/2], 0, 0]", "4"),
        ],
    ),
    written!(
        "Cashflow",
        NONE,
        "{Cashflow[c_List, q_] /; VectorQ[c] && !ListQ[q] :> Cashflow[Transpose[{q Range[0, Length[c] - 1], c}]]}",
        "Cashflow[{c0, c1, ...}] stands for payments ci at the times 0, 1, ..., Cashflow[{c0, \
         c1, ...}, q] for such at intervals q, and Cashflow[{{t1, c1}, {t2, c2}, ...}] for \
         payments at given times. TimeValue gives their value.",
        &[
            ("TimeValue[Cashflow[{-100, 60, 60}], 1/10, 0]", "500/121"),
            ("TimeValue[Cashflow[{{1, 110}, {2, 121}}], 1/10, 0]", "200"),
        ],
    ),
    written!(
        "TimeValue",
        NONE,
        "{TimeValue[s_, i_, t_] /; !ListQ[t] :> TimeValue[s, i, {t, 0}],
          TimeValue[Annuity[p_, n_, q_ : 1], i_, {t_, u_}] /; TrueQ[q == 0] :> With[{f = If[MatchQ[p, _Function], p, p &]}, Integrate[f[$x] TimeValue[\"Factor\", i, u + $x, t], {$x, 0, n}]],
          TimeValue[Annuity[{p_, {a_, b_}}, n_, q_], i_, {t_, u_}] :> TimeValue[Annuity[p, n, q], i, {t, u}] + a TimeValue[\"Factor\", i, u, t] + b TimeValue[\"Factor\", i, u + n, t],
          TimeValue[(h : Annuity | AnnuityDue)[p_, n_, q_], i_, {t_, u_}] /; !MatchQ[p, _Function] && !ListQ[i] && Head[i] =!= Function && !IntegerQ[n/q] :> With[{g = (1 + i)^q}, p If[h === AnnuityDue, g, 1] (1 + i)^(t - u) (1 - g^(-n/q))/(g - 1)],
          TimeValue[(h : Annuity | AnnuityDue)[p_, n_, q_], i_, {t_, u_}] /; NumericQ[n/q] && n/q < 10^6 :> With[{f = If[MatchQ[p, _Function], p, p &], d = If[h === AnnuityDue, 0, q]}, With[{x = q Range[0, Floor[n/q] - 1] + d}, Total[(f[# + q - d] & /@ x) (TimeValue[\"Factor\", i, u + #, t] & /@ x)]]],
          TimeValue[Cashflow[c : {{_, _} ..}], i_, {t_, u_}] :> Total[#[[2]] TimeValue[\"Factor\", i, u + #[[1]], t] & /@ c],
          TimeValue[Cashflow[c_List], i_, {t_, u_}] /; VectorQ[c] && c =!= {} :> Total[MapIndexed[#1 TimeValue[\"Factor\", i, u + First[#2] - 1, t] &, c]],
          TimeValue[\"Factor\", i_, a_, b_] /; !ListQ[i] && Head[i] =!= Function :> (1 + i)^(b - a),
          TimeValue[\"Factor\", i_Function, a_, b_] :> Exp[Integrate[i[$x], {$x, a, b}]],
          TimeValue[\"Factor\", i_List, a_, b_] /; NumericQ[a] && NumericQ[b] && a > b :> 1/TimeValue[\"Factor\", i, b, a],
          TimeValue[\"Factor\", i : {(_ -> _) ..}, a_, b_] /; NumericQ[a] && NumericQ[b] :> With[{f = With[{l = SortBy[i, First]}, Function[x, If[x <= 0, 1, (1 + Last[SelectFirst[l, First[#] >= x &, Last[l]]])^x]]]}, f[b]/f[a]],
          TimeValue[\"Factor\", i : {{_, _} ..}, a_, b_] /; NumericQ[a] && NumericQ[b] && NumericQ[Total[First /@ i]] :> With[{l = SortBy[i, First]}, With[{s = First /@ l, e = Append[Rest[First /@ l], Infinity]}, Times @@ MapThread[(1 + #3)^Max[0, Min[b, #2] - Max[a, #1]] &, {ReplacePart[s, 1 -> Min[a, First[s]]], e, Last /@ l}]]],
          TimeValue[\"Factor\", i_List, a_, b_] /; VectorQ[i] && i =!= {} && NumericQ[a] && NumericQ[b] :> TimeValue[\"Factor\", Transpose[{Range[0, Length[i] - 1], i}], a, b],
          TimeValue[s_, i_, {t_, u_}] /; !MatchQ[s, _Annuity | _AnnuityDue | _Cashflow | _List | _String] :> With[{f = TimeValue[\"Factor\", i, u, t]}, s f /; Head[f] =!= TimeValue]}",
        "TimeValue[s, i, t] is the value at the time t of an amount s at the time 0, or of an \
         Annuity, AnnuityDue or Cashflow, for the effective interest i; TimeValue[s, i, {t, \
         t0}] of what begins at t0. The interest is a rate, a schedule {r1, r2, ...} of rates \
         for each unit of time or {{t1, r1}, ...} of rates from times on, a yield curve {p1 -> \
         r1, ...}, or a function that gives the force of interest at a time.",
        &[
            ("TimeValue[1000, 1/10, 2]", "1210"),
            ("TimeValue[1000, {1/10, 1/5}, 2]", "1320"),
            ("TimeValue[a, Function[t, k], n]", "a*E^(k*n)"),
        ],
    ),
    written!(
        "FinancialBond",
        NONE,
        "{FinancialBond[p_List, a_List] :> FinancialBond[p, a, \"Value\"],
          FinancialBond[p_, a_, w_List] /; VectorQ[w, StringQ] :> (FinancialBond[p, a, #] & /@ w),
          FinancialBond[p_, a_, \"Rules\"] :> (# -> FinancialBond[p, a, #] & /@ {\"Value\", \"FullValue\", \"AccruedInterest\", \"Duration\", \"ModifiedDuration\", \"Convexity\"}),
          FinancialBond[p : {___Rule}, a : {___Rule}, w_String] :> With[{r = FinancialBond[\"Parts\", Association[{\"CouponInterval\" -> 1, \"Settlement\" -> 0, \"DayCountBasis\" -> Automatic, p, a}], w]}, r /; Head[r] =!= FinancialBond],
          FinancialBond[\"Parts\", m_Association, \"ImpliedYield\"] /; NumericQ[m[\"Value\"]] :> FindRoot[FinancialBond[\"Parts\", Append[m, \"InterestRate\" -> $y], \"Value\"] == m[\"Value\"], {$y, 0.05}][[1, 2]],
          FinancialBond[\"Parts\", m_Association, w_] /; KeyExistsQ[m, \"FaceValue\"] && KeyExistsQ[m, \"Coupon\"] && KeyExistsQ[m, \"Maturity\"] && KeyExistsQ[m, \"InterestRate\"] && !KeyExistsQ[m, \"Begin\"] :> With[{d = MatchQ[m[\"Maturity\"], _DateObject | _List | _String]}, FinancialBond[\"Parts\", Join[m, If[d, FinancialBond[\"Dates\", m], With[{n = Ceiling[(m[\"Maturity\"] - m[\"Settlement\"])/m[\"CouponInterval\"]]}, If[NumericQ[n], <|\"Count\" -> n, \"Begin\" -> (m[\"Settlement\"] - m[\"Maturity\"])/m[\"CouponInterval\"] + n|>, <|\"Count\" -> (m[\"Maturity\"] - m[\"Settlement\"])/m[\"CouponInterval\"], \"Begin\" -> 0|>]]]], w]],
          FinancialBond[\"Dates\", m_] :> With[{q = 12 m[\"CouponInterval\"], e = DateObject[m[\"Maturity\"]], s = DateObject[m[\"Settlement\"]]}, With[{n = Catch[Do[If[AbsoluteTime[DatePlus[e, {-$k q, \"Month\"}]] <= AbsoluteTime[s], Throw[$k]], {$k, 1, 2400}]]}, With[{p = DatePlus[e, {-n q, \"Month\"}], f = DatePlus[e, {-(n - 1) q, \"Month\"}]}, <|\"Count\" -> n, \"Begin\" -> If[m[\"DayCountBasis\"] === \"30/360\", FinancialBond[\"Days30\", p, s]/(30 q), QuantityMagnitude[DateDifference[p, s]]/QuantityMagnitude[DateDifference[p, f]]], \"Previous\" -> p, \"Next\" -> f|>]]],
          FinancialBond[\"Days30\", a_, b_] :> With[{x = DateList[a], y = DateList[b]}, With[{i = Min[x[[3]], 30]}, 360 (y[[1]] - x[[1]]) + 30 (y[[2]] - x[[2]]) + If[y[[3]] == 31 && i == 30, 30, y[[3]]] - i]],
          FinancialBond[\"Parts\", m_Association, \"NextCouponDate\"] /; KeyExistsQ[m, \"Next\"] :> m[\"Next\"],
          FinancialBond[\"Parts\", m_Association, \"PreviousCouponDate\"] /; KeyExistsQ[m, \"Previous\"] :> m[\"Previous\"],
          FinancialBond[\"Parts\", m_Association, \"RemainingCoupons\"] :> m[\"Count\"],
          FinancialBond[\"Parts\", m_Association, \"AccruedInterest\"] :> m[\"FaceValue\"] m[\"Coupon\"] m[\"CouponInterval\"] m[\"Begin\"],
          FinancialBond[\"Parts\", m_Association, \"Value\"] :> FinancialBond[\"Parts\", m, \"FullValue\"] - FinancialBond[\"Parts\", m, \"AccruedInterest\"],
          FinancialBond[\"Parts\", m_Association, \"FullValue\"] :> FinancialBond[\"Sum\", m, 0],
          FinancialBond[\"Parts\", m_Association, \"Duration\"] :> FinancialBond[\"Sum\", m, 1]/FinancialBond[\"Sum\", m, 0],
          FinancialBond[\"Parts\", m_Association, \"ModifiedDuration\"] /; !ListQ[m[\"InterestRate\"]] :> FinancialBond[\"Sum\", m, 1]/FinancialBond[\"Sum\", m, 0]/(1 + m[\"CouponInterval\"] m[\"InterestRate\"]),
          FinancialBond[\"Parts\", m_Association, \"Convexity\"] /; !ListQ[m[\"InterestRate\"]] :> FinancialBond[\"Sum\", m, 2]/FinancialBond[\"Sum\", m, 0]/(1 + m[\"CouponInterval\"] m[\"InterestRate\"])^2,
          FinancialBond[\"Sum\", m_, k_] :> With[{n = m[\"Count\"], b = m[\"Begin\"], q = m[\"CouponInterval\"], c = m[\"FaceValue\"] m[\"Coupon\"] m[\"CouponInterval\"], f = Lookup[m, \"RedemptionValue\", m[\"FaceValue\"]], y = m[\"InterestRate\"]}, With[{v = If[ListQ[y], 1/TimeValue[\"Factor\", y, 0, q #] &, (1 + q y)^(-#) &], w = Switch[k, 0, 1 &, 1, q # &, _, q^2 # (# + 1) &]}, If[IntegerQ[n], Total[c w[#] v[#] & /@ (Range[n] - b)] + f w[n - b] v[n - b], Sum[c w[$j] v[$j], {$j, 1, n}] + f w[n] v[n]]]]}",
        "FinancialBond[{\"FaceValue\" -> f, \"Coupon\" -> c, \"Maturity\" -> t, \
         \"CouponInterval\" -> q}, {\"InterestRate\" -> y, \"Settlement\" -> s}] is the price, \
         without accrued interest, of a bond that pays f c q at intervals q (of years) up to t \
         and f, or \"RedemptionValue\", at t. A yield y is compounded at the interval of the \
         coupons; it may be a schedule or curve of effective rates as in TimeValue. Times are \
         numbers or dates, whose days count as \"DayCountBasis\" says: Automatic for the actual \
         ones or \"30/360\". A third argument asks for \"FullValue\", \"AccruedInterest\", \
         \"Duration\", \"ModifiedDuration\", \"Convexity\", \"NextCouponDate\", \
         \"PreviousCouponDate\", \"RemainingCoupons\", \"ImpliedYield\" (with \"Value\" -> v in \
         place of the rate) or \"Rules\".",
        &[
            ("FinancialBond[{\"FaceValue\" -> 1000, \"Coupon\" -> 1/10, \"Maturity\" -> 2}, {\"InterestRate\" -> 1/10}]", "1000"),
            ("FinancialBond[{\"FaceValue\" -> 100, \"Coupon\" -> 0, \"Maturity\" -> 2}, {\"InterestRate\" -> 1/10}, {\"FullValue\", \"Duration\"}]", "{10000/121, 2}"),
            ("FinancialBond[{\"FaceValue\" -> 100, \"Coupon\" -> 1/10, \"Maturity\" -> 2, \"CouponInterval\" -> 1/2}, {\"InterestRate\" -> 1/10, \"Settlement\" -> 1/4}, \"AccruedInterest\"]", "5/2"),
        ],
    ),
    builtin(
        "FinancialDerivative",
        NONE,
        derivative,
        "FinancialDerivative[{style, kind}, {\"StrikePrice\" -> x, \"Expiration\" -> t}, \
         {\"CurrentPrice\" -> s, \"Volatility\" -> v, \"InterestRate\" -> r, \"Dividend\" -> \
         q}] is the value of an option by the model of Black, Scholes and Merton with \
         continuous rates: {\"European\", \"Call\"} and its like, {\"American\", \"Put\"} by a \
         binomial tree, {\"BarrierUpOut\", \"European\", \"Call\"} with \"Barrier\" and \
         \"Rebate\", {\"BinaryCashOrNothing\", \"European\", \"Call\"} with \"CashPayment\", \
         {\"AsianGeometric\", \"European\", \"Call\"}, {\"Perpetual\", \"American\", \"Put\"} \
         and {\"Forward\"}; FinancialDerivative[] lists all. A fourth argument asks for \
         \"Delta\", \"Gamma\", \"Rho\", \"Theta\" (by the time that passes), \"Vega\", for all \
         of these as \"Greeks\", for \"Rules\", or for the \"ImpliedVolatility\" of a \"Value\" \
         that is given.",
        &[
            ("Round[FinancialDerivative[{\"European\", \"Call\"}, {\"StrikePrice\" -> 100, \"Expiration\" -> 1}, {\"InterestRate\" -> 0.05, \"Volatility\" -> 0.2, \"CurrentPrice\" -> 100}], 10^-6]", "1306323/125000"),
            ("Round[FinancialDerivative[{\"European\", \"Put\"}, {\"StrikePrice\" -> 50, \"Expiration\" -> 1}, {\"InterestRate\" -> 0.1, \"Volatility\" -> 0.3, \"CurrentPrice\" -> 55, \"Value\" -> 2}, \"ImpliedVolatility\"], 10^-6]", "140229/500000"),
            ("FinancialDerivative[\"Forward\", {\"Expiration\" -> 2}, {\"InterestRate\" -> r, \"CurrentPrice\" -> s}]", "E^(2*r)*s"),
        ],
    ),
];

/// The rules of `FinancialDerivative`: its forms, then the formulas of `"Price"`.
const DERIVATIVE: &str = "{FinancialDerivative[] :> {{\"American\", \"Call\"}, {\"American\", \"Put\"}, {\"AsianGeometric\", \"European\", \"Call\"}, {\"AsianGeometric\", \"European\", \"Put\"}, {\"BarrierDownIn\", \"European\", \"Call\"}, {\"BarrierDownIn\", \"European\", \"Put\"}, {\"BarrierDownOut\", \"European\", \"Call\"}, {\"BarrierDownOut\", \"European\", \"Put\"}, {\"BarrierUpIn\", \"European\", \"Call\"}, {\"BarrierUpIn\", \"European\", \"Put\"}, {\"BarrierUpOut\", \"European\", \"Call\"}, {\"BarrierUpOut\", \"European\", \"Put\"}, {\"BinaryAssetOrNothing\", \"European\", \"Call\"}, {\"BinaryAssetOrNothing\", \"European\", \"Put\"}, {\"BinaryCashOrNothing\", \"European\", \"Call\"}, {\"BinaryCashOrNothing\", \"European\", \"Put\"}, {\"European\", \"Call\"}, {\"European\", \"Put\"}, {\"Forward\"}, {\"Futures\"}, {\"Perpetual\", \"American\", \"Call\"}, {\"Perpetual\", \"American\", \"Put\"}},
          FinancialDerivative[c_, p_, a_] :> FinancialDerivative[c, p, a, \"Value\"],
          FinancialDerivative[c_String, p_, a_, w_] :> FinancialDerivative[{c}, p, a, w],
          FinancialDerivative[c_List, p : {___Rule}, a : {___Rule}, w_List] /; VectorQ[w, StringQ] :> (FinancialDerivative[c, p, a, #] & /@ w),
          FinancialDerivative[c_List, p : {___Rule}, a : {___Rule}, \"Greeks\"] :> (# -> FinancialDerivative[c, p, a, #] & /@ {\"Delta\", \"Gamma\", \"Rho\", \"Theta\", \"Vega\"}),
          FinancialDerivative[c_List, p : {___Rule}, a : {___Rule}, \"Rules\"] :> Prepend[FinancialDerivative[c, p, a, \"Greeks\"], \"Value\" -> FinancialDerivative[c, p, a, \"Value\"]],
          FinancialDerivative[c_List, p : {___Rule}, a : {___Rule}, w_String] :> With[{m = Association[{\"Dividend\" -> 0, \"ReferenceTime\" -> 0, \"Rebate\" -> 0, \"InterestRate\" -> 0, p, a}]}, With[{r = FinancialDerivative[\"Of\", w, c, m[\"CurrentPrice\"], m[\"InterestRate\"], If[MatchQ[m[\"Expiration\"], _DateObject | _List | _String], (AbsoluteTime[m[\"Expiration\"]] - AbsoluteTime[m[\"ReferenceTime\"]])/31536000, m[\"Expiration\"] - m[\"ReferenceTime\"]], m[\"Volatility\"], m[\"Dividend\"], m]}, r /; FreeQ[r, FinancialDerivative]]],
          FinancialDerivative[\"Of\", \"Value\", c_, s_, r_, t_, v_, q_, m_] :> FinancialDerivative[\"Price\", c, s, r, t, v, q, m],
          FinancialDerivative[\"Of\", \"ImpliedVolatility\", c_, s_, r_, t_, _, q_, m_] /; NumericQ[m[\"Value\"]] && NumericQ[s] && NumericQ[r] && NumericQ[t] :> With[{f = FinancialDerivative[\"Price\", c, s, r, t, #, q, m] - m[\"Value\"] &}, With[{l = f[10.^-6], h = f[20.]}, With[{x = If[l > 0 || h < 0, Missing[\"NotAvailable\"], Mean[NestWhile[If[f[Mean[#]] > 0, {#[[1]], Mean[#]}, {Mean[#], #[[2]]}] &, {10.^-6, 20.}, #[[2]] - #[[1]] > 10.^-14 #[[2]] &, 1, 60]]]}, x]]],
          FinancialDerivative[\"Of\", w : \"Delta\" | \"Gamma\" | \"Rho\" | \"Theta\" | \"Vega\", c : {\"American\", _}, s_, r_, t_, v_, q_, m_] /; And @@ NumericQ /@ {s, r, t, v, q} :> With[{f = FinancialDerivative[\"Price\", c, #1, #2, #3, #4, q, m] &}, Switch[w, \"Delta\", (f[1.01 s, r, t, v] - f[0.99 s, r, t, v])/(0.02 s), \"Gamma\", (f[1.01 s, r, t, v] - 2 f[s, r, t, v] + f[0.99 s, r, t, v])/(0.01 s)^2, \"Rho\", (f[s, r + 0.001, t, v] - f[s, r - 0.001, t, v])/0.002, \"Theta\", -(f[s, r, 1.001 t, v] - f[s, r, 0.999 t, v])/(0.002 t), \"Vega\", (f[s, r, t, v + 0.001] - f[s, r, t, v - 0.001])/0.002]],
          FinancialDerivative[\"Of\", w : \"Delta\" | \"Gamma\" | \"Rho\" | \"Theta\" | \"Vega\", c_, s_, r_, t_, v_, q_, m_] :> With[{f = FinancialDerivative[\"Price\", c, $s, $r, $t, $v, q, m]}, (Switch[w, \"Delta\", D[f, $s], \"Gamma\", D[f, {$s, 2}], \"Rho\", D[f, $r], \"Theta\", -D[f, $t], \"Vega\", D[f, $v]] /. {$s -> s, $r -> r, $t -> t, $v -> v}) /; FreeQ[f, FinancialDerivative]],
          FinancialDerivative[\"Price\", {\"European\", k : \"Call\" | \"Put\"}, s_, r_, t_, v_, q_, m_] :> With[{x = m[\"StrikePrice\"], f = If[k === \"Call\", 1, -1], n = Erfc[-#/Sqrt[2]]/2 &}, With[{d = (Log[s/x] + (r - q + v^2/2) t)/(v Sqrt[t])}, f (s E^(-q t) n[f d] - x E^(-r t) n[f (d - v Sqrt[t])])]],
          FinancialDerivative[\"Price\", {\"BinaryCashOrNothing\", \"European\", k : \"Call\" | \"Put\"}, s_, r_, t_, v_, q_, m_] :> With[{f = If[k === \"Call\", 1, -1]}, Lookup[m, \"CashPayment\", 1] E^(-r t) Erfc[-f (Log[s/m[\"StrikePrice\"]] + (r - q - v^2/2) t)/(v Sqrt[2 t])]/2],
          FinancialDerivative[\"Price\", {\"BinaryAssetOrNothing\", \"European\", k : \"Call\" | \"Put\"}, s_, r_, t_, v_, q_, m_] :> With[{f = If[k === \"Call\", 1, -1]}, s E^(-q t) Erfc[-f (Log[s/m[\"StrikePrice\"]] + (r - q + v^2/2) t)/(v Sqrt[2 t])]/2],
          FinancialDerivative[\"Price\", {\"AsianGeometric\", \"European\", k_}, s_, r_, t_, v_, q_, m_] :> FinancialDerivative[\"Price\", {\"European\", k}, s, r, t, v/Sqrt[3], (r + q)/2 + v^2/12, m],
          FinancialDerivative[\"Price\", {\"Forward\" | \"Futures\"}, s_, r_, t_, _, q_, m_] :> If[KeyExistsQ[m, \"StrikePrice\"], s E^(-q t) - m[\"StrikePrice\"] E^(-r t), s E^((r - q) t)],
          FinancialDerivative[\"Price\", {\"Perpetual\", \"American\", k : \"Call\" | \"Put\"}, s_, r_, _, v_, q_, m_] :> With[{x = m[\"StrikePrice\"], b = r - q, f = If[k === \"Call\", 1, -1]}, With[{h = 1/2 - b/v^2 + f Sqrt[(b/v^2 - 1/2)^2 + 2 r/v^2]}, With[{z = x h/(h - 1)}, If[f (s - z) >= 0, f (s - x), f (z - x) (s/z)^h]]]],
          FinancialDerivative[\"Price\", {\"BarrierUpIn\" | \"BarrierUpOut\" | \"BarrierDownIn\" | \"BarrierDownOut\", \"European\", \"Call\" | \"Put\"}, s_, __, m_] /; !KeyExistsQ[m, \"Barrier\"] :> $Failed,
          FinancialDerivative[\"Price\", {b : \"BarrierUpIn\" | \"BarrierDownIn\", \"European\", k_}, s_, r_, t_, v_, q_, m_] /; NumericQ[s] && NumericQ[m[\"Barrier\"]] && If[b === \"BarrierUpIn\", s >= m[\"Barrier\"], s <= m[\"Barrier\"]] :> FinancialDerivative[\"Price\", {\"European\", k}, s, r, t, v, q, m],
          FinancialDerivative[\"Price\", {b : \"BarrierUpOut\" | \"BarrierDownOut\", \"European\", k_}, s_, r_, t_, v_, q_, m_] /; NumericQ[s] && NumericQ[m[\"Barrier\"]] && If[b === \"BarrierUpOut\", s >= m[\"Barrier\"], s <= m[\"Barrier\"]] :> m[\"Rebate\"],
          FinancialDerivative[\"Price\", {b : \"BarrierUpIn\" | \"BarrierUpOut\" | \"BarrierDownIn\" | \"BarrierDownOut\", \"European\", k : \"Call\" | \"Put\"}, s_, r_, t_, v_, q_, m_] :> With[{x = m[\"StrikePrice\"], h = m[\"Barrier\"], p = m[\"Rebate\"], f = If[k === \"Call\", 1, -1], e = If[StringContainsQ[b, \"Down\"], 1, -1], g = v Sqrt[t], mu = (r - q)/v^2 - 1/2, n = Erfc[-#/Sqrt[2]]/2 &}, With[{la = Sqrt[mu^2 + 2 r/v^2], ds = s E^(-q t), dx = x E^(-r t)},
          With[{u = f (ds n[f #] - dx n[f (# - g)]) &, w = f (ds (h/s)^(2 mu + 2) n[e #] - dx (h/s)^(2 mu) n[e (# - g)]) &}, With[{ta = u[Log[s/x]/g + (1 + mu) g], tb = u[Log[s/h]/g + (1 + mu) g], tc = w[Log[h^2/(s x)]/g + (1 + mu) g], td = w[Log[h/s]/g + (1 + mu) g],
          te = p E^(-r t) (n[e (Log[s/h]/g + mu g)] - (h/s)^(2 mu) n[e (Log[h/s]/g + mu g)]), tf = p ((h/s)^(mu + la) n[e (Log[h/s]/g + la g)] + (h/s)^(mu - la) n[e (Log[h/s]/g - la g)])},
          With[{above = TrueQ[x >= h]}, Switch[{b, k}, {\"BarrierDownIn\", \"Call\"}, If[above, tc, ta - tb + td] + te, {\"BarrierUpIn\", \"Call\"}, If[above, ta, tb - tc + td] + te, {\"BarrierDownIn\", \"Put\"}, If[above, tb - tc + td, ta] + te, {\"BarrierUpIn\", \"Put\"}, If[above, ta - tb + td, tc] + te,
          {\"BarrierDownOut\", \"Call\"}, If[above, ta - tc, tb - td] + tf, {\"BarrierUpOut\", \"Call\"}, If[above, 0, ta - tb + tc - td] + tf, {\"BarrierDownOut\", \"Put\"}, If[above, ta - tb + tc - td, 0] + tf, {\"BarrierUpOut\", \"Put\"}, If[above, tb - td, ta - tc] + tf]]]]]]}";

/// Values an American option on a tree, anything else by the rules.
fn derivative(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let [Value::String(price), contract, spot, rate, time, volatility, dividend, parts] =
        call.args()
        && price.as_str() == "Price"
        && let Some([Value::String(style), Value::String(kind)]) = contract.as_list()
        && style.as_str() == "American"
        && let Value::Association(parts) = parts
    {
        let Some(strike) = parts.get(&Value::string("StrikePrice")) else { return Ok(Step::Same) };
        let is_call = match kind.as_str() {
            "Call" => true,
            "Put" => false,
            _ => return Ok(Step::Same),
        };
        let mut numbers = [0.0; 6];
        let all = [spot, &strike.value, rate, time, volatility, dividend];
        for (number, value) in numbers.iter_mut().zip(all) {
            match session.machine_value(value)? {
                Some(machine) => *number = machine,
                None => return Ok(Step::Same),
            }
        }
        let [spot, strike, rate, time, volatility, dividend] = numbers;
        let option = tree::Option { spot, strike, rate, time, volatility, dividend, is_call };
        return Ok(option.american().map_or(Step::Same, |value| Step::Done(Value::Real(value))));
    }
    session.by_rules(call, DERIVATIVE)
}
