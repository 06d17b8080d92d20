//! Recurrences and differences.

use crate::builtins::Builtin;
use crate::definition::Attributes;

pub(in crate::builtins::calculus) const TABLE: &[Builtin] = &[
    written!(
        "RSolve",
        Attributes::NONE,
        r"{
        RSolve[e_, a_Symbol, n_Symbol] :> With[{s = RSolve[e, a[n], n]}, Map[Function[one, {a ->
            Function @@ {{n}, one[[1, 2]]}}], s] /; MatchQ[s, {{_Rule} ..}]],
        RSolve[e_, a_[n_Symbol], n_Symbol] :> Module[{eqs = Flatten[{e}], ini, rec, ks, low,
            high, f, c, g, cond, s},
            ini = Select[eqs, FreeQ[#, n] &]; rec = Select[eqs, !FreeQ[#, n] &];
            ks = Union[Cases[rec, a[n + k_.] :> k, {0, Infinity}]];
            s = If[Length[rec] =!= 1 || !MatchQ[rec, {_Equal}] || !VectorQ[ks, IntegerQ] ||
            Length[ks] == 0 || Max[ks] - Min[ks] > 20, $Failed,
            low = Min[ks]; high = Max[ks] - low;
            f = Expand[(rec[[1, 1]] - rec[[1, 2]]) /. n -> n - low];
            c = Table[Coefficient[f, a[n + k]], {k, 0, high}];
            g = Together[Expand[-(f - Sum[c[[k + 1]] a[n + k], {k, 0, high}])]];
            If[!FreeQ[{c, g}, a] || high == 0, $Failed, RSolve[{c, g}, n, C]]];
            cond = If[s === $Failed || Head[s] === RSolve, $Failed, If[ini === {}, s,
            With[{v = Solve[ini /. a[k_] :> (s /. n -> k), Table[C[i], {i, high}]]}, If[MatchQ[v,
            {{___Rule}, ___}], Simplify[s /. First[v]], $Failed]]]];
            {{a[n] -> cond}} /; cond =!= $Failed && FreeQ[cond, Indeterminate | ComplexInfinity]],
        RSolve[{{p_, q_}, g_}, n_Symbol, C] :> Module[{r, i, h, sum}, r = Together[-p/q];
            h = Product[r /. n -> i, {i, 1, n - 1}]; sum = If[g === 0, 0,
            Sum[Evaluate[Simplify[((g/q) /. n -> i)/(h /. n -> i + 1)]], {i, 1, n - 1}]];
            h C[1] + h sum /; FreeQ[{h, sum}, Product | Sum]] /; !FreeQ[{p, q}, n],
        RSolve[{c_List, g_}, n_Symbol, C] :> Module[{r, roots, hom, part, k = 0, x, terms},
            roots = Tally[x /. Solve[Sum[c[[j]] x^(j - 1), {j, Length[c]}] == 0, x]];
            hom = Sum[Sum[C[++k] n^j, {j, 0, q[[2]] - 1}] q[[1]]^n, {q, roots}];
            terms = If[Head[#] === Plus, List @@ #, {#}] &[Expand[If[FreeQ[g, Sin | Cos | Sinh |
            Cosh], g, TrigToExp[g]]]];
            part = Map[Function[t, Module[{b, u, d, m, ans, cs, eq, z}, b = Times @@
            Cases[If[Head[t] === Times, List @@ t, {t}], r_^(k1_. n + k0_.) /; FreeQ[{r, k1, k0},
            n] :> r^k1];
            u = Simplify[t/b^n]; If[!PolynomialQ[u, n], $Failed, d = Exponent[u, n]; m =
            Total[Cases[roots, {z0_, w_} /; PossibleZeroQ[z0 - b] :> w]];
            cs = Table[z[i], {i, d + 1}]; ans[i_] := Sum[cs[[j + 1]] i^(j + m), {j, 0, d}];
            eq = Expand[Simplify[Sum[c[[j + 1]] ans[n + j] b^j, {j, 0, Length[c] - 1}] - u]];
            With[{v = Solve[Thread[CoefficientList[eq, n] == 0], cs]}, If[MatchQ[v, {{__Rule}}],
            (ans[n] /. First[v]) b^n, $Failed]]]]], If[g === 0, {}, terms]];
            hom + Total[part] /; FreeQ[part, $Failed] && FreeQ[roots, Root] && FreeQ[hom, Solve]]
            /; FreeQ[c, n]
        }",
        "RSolve[equation, a[n], n] solves a linear recurrence for a[n], with constant \
         coefficients or of the first order, with the constants C[1], C[2], ...; \
         RSolve[{equation, a[0] == value}, a[n], n] fits them to conditions; RSolve[equation, a, \
         n] gives functions.",
        &[
            (
                "RSolve[{a[n + 1] == 2 a[n] + n, a[0] == 1}, a[n], n]",
                "{{a[n] -> -1 + 2^(1 + n) - n}}"
            ),
            ("RSolve[{a[n + 1] == (n + 1) a[n], a[0] == 1}, a[n], n]", "{{a[n] -> n!}}"),
        ],
    ),
    written!(
        "RSolveValue",
        Attributes::NONE,
        r"{
        RSolveValue[e_, y_, x_] :> With[{s = RSolve[e, y, x]}, (y /. First[s]) /; MatchQ[s,
            {{__Rule}, ___}]]
        }",
        "RSolveValue[equations, a[n], n] is the value of a[n] in the solution that RSolve finds; \
         a in place of a[n] gives a function.",
        &[
            ("RSolveValue[{a[n + 1] == 2 a[n], a[0] == 3}, a[n], n]", "3*2^n"),
            ("RSolveValue[{a[n + 1] == a[n] + 1, a[0] == 0}, a, n][5]", "5"),
        ],
    ),
    written!(
        "RecurrenceTable",
        Attributes::NONE,
        r"{
        RecurrenceTable[e_, a_Symbol, {n_Symbol, n2_}] :> RecurrenceTable[e, a, {n, 1, n2}],
        RecurrenceTable[e_, a_[n_Symbol], range_] :> RecurrenceTable[e, a, range],
        RecurrenceTable[e_, a_Symbol, {n_Symbol, n1_, n2_}] :> Module[{eqs = Flatten[{e}], ini,
            rec, top, sol, v, have, i}, ini = Select[eqs, FreeQ[#, n] &]; rec = Select[eqs,
            !FreeQ[#, n] &];
            top = Max[Cases[rec, a[n + k_.] :> k, {0, Infinity}]];
            sol = Solve[rec[[1]], a[n + top]];
            Do[v[q[[1, 1]]] = q[[2]], {q, ini}]; have = Max[Cases[ini, a[i_Integer] == _ :> i]];
            Do[v[i] = Expand[((a[n + top] /. Last[sol]) /. n -> i - top) /. a -> v], {i, have +
            1, n2}];
            Table[v[i], {i, n1, n2}] /; Length[rec] == 1 && MatchQ[sol, {{_ -> _}, ___}] &&
            MatchQ[ini, {(a[_Integer] == _) ..}] && FreeQ[Table[v[i], {i, n1, n2}], v]] /;
            IntegerQ[n1] && IntegerQ[n2] && n2 - n1 < 10^5 && MatchQ[Flatten[{e}], {__Equal}] &&
            !FreeQ[e, a[n + _.]]
        }",
        "RecurrenceTable[{equation, a[1] == value, ...}, a, {n, n1, n2}] is the list of a[n] for \
         n from n1 to n2, computed step by step.",
        &[
            (
                "RecurrenceTable[{a[n + 1] == 3 a[n], a[1] == 7}, a, {n, 1, 5}]",
                "{7, 21, 63, 189, 567}"
            ),
            (
                "RecurrenceTable[{a[n] == a[n - 1] + a[n - 2], a[1] == 1, a[2] == 1}, a, {n, 8}]",
                "{1, 1, 2, 3, 5, 8, 13, 21}"
            ),
        ],
    ),
    written!(
        "FindLinearRecurrence",
        Attributes::NONE,
        r"{
        FindLinearRecurrence[l_List] :> FindLinearRecurrence[l, Floor[Length[l]/2]],
        FindLinearRecurrence[l_List, d_Integer] :> Module[{n = Length[l], k, r = {}}, For[k = 1,
            k <= Min[d, Floor[n/2]] && r === {}, k++, r = Quiet[Check[LinearSolve[Table[l[[i + k
            - j]], {i, 1, n - k}, {j, 1, k}], Table[l[[i + k]], {i, 1, n - k}]], {}]];
            If[!ListQ[r] || !And @@ Table[PossibleZeroQ[l[[i + k]] - Sum[r[[j]] l[[i + k - j]],
            {j, k}]], {i, 1, n - k}], r = {}]]; r /; r =!= {}]
        }",
        "FindLinearRecurrence[list] is the list of the coefficients {c1, c2, ...} of the shortest \
         recurrence a[n] == c1 a[n - 1] + c2 a[n - 2] + ... that a list obeys; \
         FindLinearRecurrence[list, d] looks for one of at most d coefficients.",
        &[
            ("FindLinearRecurrence[{1, 1, 2, 3, 5, 8, 13}]", "{1, 1}"),
            ("FindLinearRecurrence[{1, 2, 4, 8, 16}]", "{2}"),
        ],
    ),
    written!(
        "FindSequenceFunction",
        Attributes::NONE,
        r"{
        FindSequenceFunction[l_List] :> Module[{n}, With[{f = FindSequenceFunction[l, n]},
            (Function[Evaluate[f /. n -> #]]) /; FreeQ[f, FindSequenceFunction]]],
        FindSequenceFunction[l_List, n_] :> Module[{d = l, k = 0, c = {}, m = Length[l]},
            While[Length[d] > 2 && Union[d] =!= {0}, AppendTo[c, First[d]]; d = Differences[d];
            k++];
            Expand[Sum[c[[j + 1]] Product[n - 1 - i, {i, 0, j - 1}]/j!, {j, 0, k - 1}]] /;
            Union[d] === {0} && k <= m - 2] /; Length[l] > 2 && VectorQ[l, NumberQ],
        FindSequenceFunction[l_List, n_] :> Module[{r = FindLinearRecurrence[l, Floor[(Length[l]
            - 1)/2]], a, s, i}, s = If[ListQ[r] && Length[r] <= 2, RSolve[Join[{a[i] ==
            Sum[r[[j]] a[i - j], {j, Length[r]}]}, Table[a[j] == l[[j]], {j, Length[r]}]], a[i],
            i], {}];
            (s[[1, 1, 2]] /. i -> n) /; MatchQ[s, {{_ -> _}}]] /; Length[l] > 3 && VectorQ[l,
            NumberQ],
        FindSequenceFunction[l_List, n_] :> Module[{q, f, i, p}, q =
            FindSequenceFunction[Rest[l]/Most[l], i]; p = If[FreeQ[q, FindSequenceFunction],
            Product[q, {i, 1, n - 1}], $Failed]; Simplify[First[l] p] /; FreeQ[p, Product |
            $Failed]] /; Length[l] > 4 && VectorQ[l, NumberQ] && FreeQ[l, 0] &&
            !MatchQ[Rest[l]/Most[l], {x_ ..}],
        FindSequenceFunction[l_List, n_] :> With[{f = FindSequenceFunction[1/l, n]}, 1/f /;
            FreeQ[f, FindSequenceFunction]] /; Length[l] > 3 && VectorQ[l, NumberQ] && FreeQ[l,
            0] && !VectorQ[l, IntegerQ] && VectorQ[1/l, IntegerQ]
        }",
        "FindSequenceFunction[list, n] is a formula for the n-th element of a list, counted from \
         1: a polynomial, a linear recurrence that RSolve solves, or a product of ratios that are \
         rational in n; it is given only if the list has elements to spare that agree.",
        &[
            ("FindSequenceFunction[{1, 4, 9, 16, 25}, n]", "n^2"),
            ("FindSequenceFunction[{2, 4, 8, 16, 32}, n]", "2^n"),
        ],
    ),
    written!(
        "DifferenceDelta",
        Attributes::NONE,
        r"{
        DifferenceDelta[f_, i_Symbol] :> DifferenceDelta[f, {i, 1, 1}],
        DifferenceDelta[f_, {i_Symbol, n_}] :> DifferenceDelta[f, {i, n, 1}],
        DifferenceDelta[f_, {i_Symbol, n_Integer, h_}] :> With[{d = Sum[(-1)^(n - k) Binomial[n,
            k] (f /. i -> i + k h), {k, 0, n}]}, If[PolynomialQ[f, i], Expand[d], Simplify[d]]]
            /; 0 <= n < 200,
        DifferenceDelta[f_, i_, j__] :> DifferenceDelta[DifferenceDelta[f, i], j]
        }",
        "DifferenceDelta[f, i] is f at i + 1 less f; DifferenceDelta[f, {i, n}] the n-th \
         difference; DifferenceDelta[f, {i, n, h}] that with steps of h.",
        &[("DifferenceDelta[x^2, x]", "1 + 2*x"), ("DifferenceDelta[x^3, {x, 2}]", "6 + 6*x"),],
    ),
    written!(
        "DifferenceQuotient",
        Attributes::NONE,
        r"{
        DifferenceQuotient[f_, {x_Symbol, h_}] :> With[{d = (f /. x -> x + h) - f},
            If[PolynomialQ[f, x], Expand[Cancel[Together[Expand[d]/h]]], Simplify[d/h]]]
        }",
        "DifferenceQuotient[f, {x, h}] is the slope (f at x + h less f)/h.",
        &[
            ("DifferenceQuotient[x^2, {x, h}]", "h + 2*x"),
            ("DifferenceQuotient[a x + b, {x, h}]", "a"),
        ],
    ),
    written!(
        "DiscreteShift",
        Attributes::NONE,
        r"{
        DiscreteShift[f_, i_Symbol] :> (f /. i -> i + 1),
        DiscreteShift[f_, {i_Symbol, n_}] :> (f /. i -> i + n),
        DiscreteShift[f_, {i_Symbol, n_, h_}] :> (f /. i -> i + n h),
        DiscreteShift[f_, i_, j__] :> DiscreteShift[DiscreteShift[f, i], j]
        }",
        "DiscreteShift[f, i] is f at i + 1; DiscreteShift[f, {i, n}] at i + n; DiscreteShift[f, \
         {i, n, h}] at i + n h.",
        &[("DiscreteShift[f[n], n]", "f[1 + n]"), ("DiscreteShift[n^2, {n, 3}]", "(3 + n)^2"),],
    ),
    written!(
        "DiscreteRatio",
        Attributes::NONE,
        r"{
        DiscreteRatio[f_, i_Symbol] :> FullSimplify[(f /. i -> i + 1)/f],
        DiscreteRatio[f_, {i_Symbol, n_Integer}] :> Nest[DiscreteRatio[#, i] &, f, n] /; n > 0,
        DiscreteRatio[f_, {i_Symbol, 1, h_}] :> FullSimplify[(f /. i -> i + h)/f]
        }",
        "DiscreteRatio[f, i] is f at i + 1 over f; DiscreteRatio[f, {i, n}] does that n times.",
        &[("DiscreteRatio[n!, n]", "1 + n"), ("DiscreteRatio[2^n, n]", "2"),],
    ),
    written!(
        "Casoratian",
        Attributes::NONE,
        r"{
        Casoratian[f_List, n_Symbol] :> Simplify[Det[Table[f /. n -> n + k, {k, 0, Length[f] -
            1}]]] /; f =!= {}
        }",
        "Casoratian[{f, g, ...}, n] is the determinant of sequences and their shifts in n, which \
         is 0 where they depend on each other linearly.",
        &[
            ("Casoratian[{2^n, 3^n}, n]", "-(2^(1 + n)*3^n) + 2^n*3^(1 + n)"),
            ("Casoratian[{1, n}, n]", "1"),
        ],
    ),
];
