//! Programs of Lyra with expressions of Python that mean the same.

use bolt_base::Rng;

/// A question to both.
pub(crate) struct Case {
    pub(crate) lyra: String,
    pub(crate) python: String,
    pub(crate) compared: Compared,
}

/// When values count as the same.
pub(crate) enum Compared {
    /// If they are.
    Same,
    /// If their difference expands to 0.
    Expanded,
}

type Make = fn(&mut Rng) -> Case;

/// Areas with what makes a case of each.
pub(crate) const AREAS: &[(&str, Make)] = &[
    ("integers", integers),
    ("bits", bits),
    ("numbers", number_theory),
    ("rationals", rationals),
    ("polynomials", polynomials),
    ("calculus", calculus),
    ("strings", strings),
    ("lists", lists),
];

fn case(lyra: String, python: String) -> Case {
    Case { lyra, python, compared: Compared::Same }
}

fn expanded(lyra: String, python: String) -> Case {
    Case { lyra, python, compared: Compared::Expanded }
}

/// Returns an integer of up to so many bits, small ones being as likely as large ones.
fn integer(rng: &mut Rng, bits: u64) -> String {
    let length = rng.below(bits) + 1;
    let digits: String =
        (0..length.div_ceil(3)).map(|_| char::from(b'0' + rng.below(10) as u8)).collect();
    let digits = digits.trim_start_matches('0');
    match (digits, rng.below(2)) {
        ("", _) => "0".to_owned(),
        (digits, 0) => digits.to_owned(),
        (digits, _) => format!("(-{digits})"),
    }
}

fn natural(rng: &mut Rng, bits: u64) -> String {
    let text = integer(rng, bits).replace(['(', ')', '-'], "");
    if text == "0" { "1".to_owned() } else { text }
}

fn integers(rng: &mut Rng) -> Case {
    let (a, b, c) = (integer(rng, 300), integer(rng, 200), integer(rng, 90));
    let (n, m, small) = (natural(rng, 200), natural(rng, 150), rng.below(60));
    match rng.below(12) {
        0 => case(format!("{a} + {b}*{c} - {b}"), format!("{a} + {b}*{c} - {b}")),
        1 => case(format!("Quotient[{a}, {m}]"), format!("{a}//{m}")),
        2 => case(format!("Mod[{a}, -{m}]"), format!("{a} % -{m}")),
        3 => case(format!("GCD[{a}, {b}, {c}]"), format!("math.gcd({a}, {b}, {c})")),
        4 => case(format!("LCM[{a}, {b}]"), format!("math.lcm({a}, {b})")),
        5 => case(format!("PowerMod[{a}, {n}, {m}]"), format!("pow({a}, {n}, {m})")),
        6 => case(format!("{c}^{small}"), format!("{c}**{small}")),
        7 => case(format!("Floor[Sqrt[{n}]]"), format!("math.isqrt({n})")),
        8 => case(
            format!("Binomial[{small} + 40, {small}]"),
            format!("math.comb({small} + 40, {small})"),
        ),
        9 => case(format!("{small}!"), format!("math.factorial({small})")),
        10 => case(format!("QuotientRemainder[{a}, {m}]"), format!("list(divmod({a}, {m}))")),
        _ => case(
            format!("Sign[{a} - {b}]*Abs[{c}]"),
            format!("(({a} > {b}) - ({a} < {b}))*abs({c})"),
        ),
    }
}

fn bits(rng: &mut Rng) -> Case {
    let (a, b, c) = (integer(rng, 300), integer(rng, 200), integer(rng, 90));
    let (n, small) = (natural(rng, 200), rng.below(90));
    let base = 2 + rng.below(35);
    match rng.below(9) {
        0 => case(format!("BitAnd[{a}, {b}]"), format!("{a} & {b}")),
        1 => case(format!("BitOr[{a}, {b}, {c}]"), format!("{a} | {b} | {c}")),
        2 => case(format!("BitXor[{a}, {b}]"), format!("{a} ^ {b}")),
        3 => case(format!("BitNot[{a}]"), format!("~{a}")),
        4 => case(format!("BitShiftLeft[{a}, {small}]"), format!("{a} << {small}")),
        5 => case(format!("BitShiftRight[{n}, {small}]"), format!("{n} >> {small}")),
        6 => case(format!("BitLength[{n}]"), format!("truncated_bits({n})")),
        7 => case(format!("IntegerDigits[{a}, {base}]"), format!("digits({a}, {base})")),
        _ => case(format!("FromDigits[IntegerDigits[{n}, {base}], {base}]"), n),
    }
}

fn number_theory(rng: &mut Rng) -> Case {
    let (n, m, small) = (natural(rng, 50), natural(rng, 30), 1 + rng.below(200));
    match rng.below(12) {
        0 => case(format!("PrimeQ[{n}]"), format!("bool(sympy.isprime({n}))")),
        1 => case(format!("FactorInteger[{n} + 1]"), format!("factors({n} + 1)")),
        2 => case(format!("EulerPhi[{n}]"), format!("int(sympy.totient({n}))")),
        3 => case(format!("DivisorSigma[2, {m}]"), format!("int(sympy.divisor_sigma({m}, 2))")),
        4 => case(format!("NextPrime[{n}]"), format!("int(sympy.nextprime({n}))")),
        5 => case(
            format!("JacobiSymbol[{n}, 2*{m} + 1]"),
            format!("int(sympy.jacobi_symbol({n}, 2*{m} + 1))"),
        ),
        6 => case(format!("MoebiusMu[{m}]"), format!("int(sympy.mobius({m}))")),
        7 => case(
            format!("PartitionsP[{small}]"),
            format!("int(sympy.functions.combinatorial.numbers.partition({small}))"),
        ),
        8 => case(format!("Fibonacci[{small}]"), format!("int(sympy.fibonacci({small}))")),
        9 => case(format!("Divisors[{m}]"), format!("[int(d) for d in sympy.divisors({m})]")),
        10 => case(format!("PrimePi[10*{small}]"), format!("int(sympy.primepi(10*{small}))")),
        _ => case(format!("Prime[{small}]"), format!("int(sympy.prime({small}))")),
    }
}

fn rationals(rng: &mut Rng) -> Case {
    let mut one = || {
        let (a, b) = (integer(rng, 90), natural(rng, 70));
        (format!("({a}/{b})"), format!("Fraction({a}, {b})"))
    };
    let ((a, pa), (b, pb), (c, pc)) = (one(), one(), one());
    let k = rng.below(9);
    match rng.below(8) {
        0 => case(format!("{a} + {b}*{c} - {b}"), format!("{pa} + {pb}*{pc} - {pb}")),
        1 => case(format!("({a} - {b})^{k}"), format!("({pa} - {pb})**{k}")),
        2 => case(format!("Floor[{a}]"), format!("math.floor({pa})")),
        3 => case(format!("Ceiling[{a}]"), format!("math.ceil({pa})")),
        4 => case(format!("Round[{a}]"), format!("round({pa})")),
        5 => case(
            format!("{{{a} < {b}, {a} == {b}, {a} >= {c}}}"),
            format!("[{pa} < {pb}, {pa} == {pb}, {pa} >= {pc}]"),
        ),
        6 => case(
            format!("ContinuedFraction[Abs[{a}]]"),
            format!(
                "[int(q) for q in sympy.continued_fraction(abs(sympy.Rational({pa}.numerator, {pa}.denominator)))]"
            ),
        ),
        _ => case(
            format!("{{Numerator[{a}], Denominator[{a}]}}"),
            format!("[{pa}.numerator, {pa}.denominator]"),
        ),
    }
}

/// Returns a polynomial in some variables, as both write it.
fn polynomial(rng: &mut Rng, variables: &[&str], degree: u64) -> (String, String) {
    let terms = 1 + rng.below(4);
    let (mut lyra, mut python) = (String::from("0"), String::from("0"));
    for _ in 0..terms {
        let coefficient = rng.below(19) as i64 - 9;
        lyra += &format!(" + ({coefficient})");
        python += &format!(" + ({coefficient})");
        for name in variables {
            let exponent = rng.below(degree + 1);
            lyra += &format!("*{name}^{exponent}");
            python += &format!("*{name}**{exponent}");
        }
    }
    (format!("({lyra})"), format!("({python})"))
}

fn polynomials(rng: &mut Rng) -> Case {
    let two = ["x", "y"];
    let variables: &[&str] = if rng.below(2) == 0 { &two[..1] } else { &two };
    let mut one = |degree| polynomial(rng, variables, degree);
    let ((a, pa), (b, pb), (c, pc)) = (one(3), one(3), one(2));
    let k = rng.below(5);
    match rng.below(10) {
        0 => expanded(
            format!("Expand[{a}*{b} - {c}^{k}]"),
            format!("sympy.expand({pa}*{pb} - {pc}**{k})"),
        ),
        1 => expanded(format!("Factor[{a}*{b}]"), format!("sympy.expand({pa}*{pb})")),
        2 => case(
            format!("Length[Select[FactorList[{a}*{b}*{c}], ! NumberQ[First[#]] &]]"),
            format!("len(sympy.factor_list({pa}*{pb}*{pc}, x, y)[1])"),
        ),
        3 => case(
            format!("PolynomialRemainder[{a}*{c}, {a}, x] === 0 || Expand[{a}] === 0"),
            "True".to_owned(),
        ),
        4 => case(
            format!(
                "With[{{g = PolynomialGCD[{a}*{c}, {b}*{c}]}}, Exponent[g, {{x, y}}] /. -Infinity -> 0]"
            ),
            format!(
                "(lambda g: [int(max(0, sympy.degree(g, x))) if g != 0 else 0, int(max(0, sympy.degree(g, y))) if g != 0 else 0])(sympy.gcd(sympy.expand({pa}*{pc}), sympy.expand({pb}*{pc})))"
            ),
        ),
        5 => expanded(
            format!("Resultant[{a}, {b}, x]"),
            format!("sympy.resultant(sympy.expand({pa}), sympy.expand({pb}), x)"),
        ),
        6 => expanded(
            format!("Discriminant[{a} + x^4, x]"),
            format!("sympy.discriminant(sympy.expand({pa} + x**4), x)"),
        ),
        7 => expanded(
            format!("Together[{a}/({c} + x^5) + {b}/(x^4 + 1)]"),
            format!("sympy.together({pa}/({pc} + x**5) + {pb}/(x**4 + 1))"),
        ),
        8 => case(
            format!("CoefficientList[x^4 + ({a} /. y -> 2), x]"),
            format!("coefficients(x**4 + sympy.sympify({pa}).subs(y, 2))"),
        ),
        _ => expanded(
            format!("{a} /. {{x -> {b}, y -> {c}}}"),
            format!("sympy.sympify({pa}).subs([(x, {pb}), (y, {pc})], simultaneous=True)"),
        ),
    }
}

fn calculus(rng: &mut Rng) -> Case {
    let mut one = |degree| polynomial(rng, &["x"], degree);
    let ((a, pa), (b, pb)) = (one(4), one(2));
    let (low, high) = (1 + rng.below(4), 5 + rng.below(9));
    match rng.below(5) {
        0 => expanded(format!("D[{a}*{b}, x]"), format!("sympy.diff({pa}*{pb}, x)")),
        1 => expanded(
            format!("D[{a}/({b}^2 + 1), {{x, 2}}]"),
            format!("sympy.diff({pa}/({pb}**2 + 1), x, 2)"),
        ),
        2 => expanded(
            format!("Integrate[{a}*{b}, x]"),
            format!("sympy.integrate(sympy.expand({pa}*{pb}), x)"),
        ),
        3 => case(
            format!("Integrate[{a}, {{x, {low}, {high}}}]"),
            format!("sympy.integrate({pa}, (x, {low}, {high}))"),
        ),
        _ => case(
            format!("Sum[{a}, {{x, {low}, {high}}}]"),
            format!(
                "sympy.Integer(sum(({pa}).subs(x, k) if hasattr({pa}, 'subs') else {pa} for k in range({low}, {high} + 1)))"
            ),
        ),
    }
}

/// Returns a text of a few letters, as both write it.
fn text(rng: &mut Rng, length: u64, letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let length = rng.below(length + 1);
    (0..length).map(|_| letters[rng.below(letters.len() as u64) as usize]).collect()
}

fn strings(rng: &mut Rng) -> Case {
    let (s, t) = (text(rng, 14, "abAB \u{3b1}1,"), text(rng, 10, "ab"));
    let part = format!("{}{}", text(rng, 1, "ab"), ["a", "b", "ab"][rng.below(3) as usize]);
    let new = text(rng, 3, "xa-");
    let n = rng.below(20);
    match rng.below(16) {
        0 => case(
            format!("StringReplace[\"{s}\", \"{part}\" -> \"{new}\"]"),
            format!("'{s}'.replace('{part}', '{new}')"),
        ),
        1 => case(format!("StringSplit[\"{s}\"]"), format!("'{s}'.split()")),
        2 => case(
            format!("StringPosition[\"{t}\", \"{part}\"]"),
            format!("positions('{t}', '{part}')"),
        ),
        3 => case(format!("ToUpperCase[\"{s}\"]"), format!("'{s}'.upper()")),
        4 => case(format!("ToLowerCase[\"{s}\"]"), format!("'{s}'.lower()")),
        5 => case(format!("StringReverse[\"{s}\"]"), format!("'{s}'[::-1]")),
        6 => case(format!("StringLength[\"{s}\" <> \"{t}\"]"), format!("len('{s}' + '{t}')")),
        7 => case(format!("ToCharacterCode[\"{s}\"]"), format!("[ord(c) for c in '{s}']")),
        8 => case(format!("StringTake[\"{s}{s}abc\", {{2, -2}}]"), format!("'{s}{s}abc'[1:-1]")),
        9 => case(
            format!("StringPadLeft[\"{t}\", {n}, \"*\"]"),
            format!("'{t}'.rjust({n}, '*')[max(0, len('{t}') - {n}):]"),
        ),
        10 => case(format!("StringTrim[\"{s}\"]"), format!("'{s}'.strip()")),
        11 => case(format!("Characters[\"{s}\"]"), format!("list('{s}')")),
        12 => case(format!("StringContainsQ[\"{t}\", \"{part}\"]"), format!("'{part}' in '{t}'")),
        13 => case(
            format!("StringStartsQ[\"{t}\", \"{part}\"]"),
            format!("'{t}'.startswith('{part}')"),
        ),
        14 => case(format!("EditDistance[\"{s}\", \"{t}\"]"), format!("distance('{s}', '{t}')")),
        _ => case(format!("StringRiffle[Characters[\"{t}\"], \"-\"]"), format!("'-'.join('{t}')")),
    }
}

fn lists(rng: &mut Rng) -> Case {
    let items: Vec<String> = (0..rng.below(12)).map(|_| integer(rng, 8)).collect();
    let all = items.join(", ");
    let (l, p) = (format!("{{{all}}}"), format!("[{all}]"));
    let n = 1 + rng.below(4);
    match rng.below(14) {
        0 => case(format!("Sort[{l}]"), format!("sorted({p})")),
        1 => case(format!("Union[{l}]"), format!("sorted(set({p}))")),
        2 => case(format!("Tally[{l}]"), format!("tally({p})")),
        3 => {
            case(format!("Accumulate[{l}]"), format!("[sum({p}[:k + 1]) for k in range(len({p}))]"))
        }
        4 => case(
            format!("Ordering[{l}]"),
            format!("[k + 1 for k in sorted(range(len({p})), key={p}.__getitem__)]"),
        ),
        5 => case(format!("Split[{l}]"), format!("runs({p})")),
        6 => case(format!("Total[{l}^2]"), format!("sum(k*k for k in {p})")),
        7 => case(
            format!("Partition[{l}, {n}]"),
            format!("[{p}[k:k + {n}] for k in range(0, len({p}) - {n} + 1, {n})]"),
        ),
        8 => case(format!("DeleteDuplicates[{l}]"), format!("list(dict.fromkeys({p}))")),
        9 => case(
            format!("RotateLeft[{l}, {n}]"),
            format!("(lambda a, k: a[k:] + a[:k])({p}, {n} % max(1, len({p})))"),
        ),
        10 => case(format!("Differences[{l}]"), format!("[b - a for a, b in zip({p}, {p}[1:])]")),
        11 => case(
            format!("Fold[#1*3 + #2 &, 7, {l}]"),
            format!("reduce(lambda a, b: a*3 + b, {p}, 7)"),
        ),
        12 => case(format!("Length[Subsets[Take[{l}, UpTo[8]]]]"), format!("2**len({p}[:8])")),
        _ => case(format!("Reverse[SortBy[{l}, -# &]]"), format!("sorted({p})")),
    }
}
