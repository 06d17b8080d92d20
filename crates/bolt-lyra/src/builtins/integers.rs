//! Integers: division, divisors, digits.

use bolt_base::interrupt::poll;
use dashu_base::{BitTest, DivEuclid, DivRem, Gcd, RemEuclid, Signed};
use dashu_int::{IBig, UBig};
use triomphe::Arc;

use super::{Builtin, builtin};
use crate::aside;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Mod",
        NUMERIC,
        |s, c| otherwise(s, c, modulo, REMAINDERS),
        "Mod[m, n] is the remainder of m divided by n, with the sign of n; Mod[m, n, d] is from d on. \
         Of complex numbers, the quotient is rounded to the nearest Gaussian integer.",
        &[("Mod[-7, 3]", "2"), ("Mod[5.5, 2]", "1.5"), ("Mod[10, Pi]", "10 - 3*Pi")],
    ),
    builtin(
        "Quotient",
        NUMERIC,
        |s, c| otherwise(s, c, quotient, QUOTIENTS),
        "Quotient[m, n] is m/n rounded down; Quotient[m, n, d] is (m - d)/n rounded down.",
        &[("Quotient[-7, 3]", "-3"), ("Quotient[7, 2]", "3"), ("Quotient[10, Pi]", "3")],
    ),
    written!(
        "QuotientRemainder",
        NUMERIC,
        "{QuotientRemainder[m_?NumericQ, n_?NumericQ] /; n != 0 :> {Quotient[m, n], Mod[m, n]}}",
        "QuotientRemainder[m, n] is the list of the quotient and the remainder of m divided by n.",
        &[("QuotientRemainder[23, 7]", "{3, 2}"), ("QuotientRemainder[-7, 3]", "{-3, 2}")],
    ),
    builtin(
        "GCD",
        Attributes::FLAT.and(NUMERIC).and(Attributes::ONE_IDENTITY).and(Attributes::ORDERLESS),
        |s, c| otherwise(s, c, |_, c| Ok(combine(c, 0, greatest_common)), COMMON_DIVISORS),
        "GCD[a, b, ...] is the greatest common divisor of integers, fractions or Gaussian integers: \
         all are integer multiples of it.",
        &[("GCD[12, 18]", "6"), ("GCD[1/2, 1/3]", "1/6"), ("GCD[5, 3 + 4 I]", "2 + I")],
    ),
    builtin(
        "LCM",
        Attributes::FLAT.and(NUMERIC).and(Attributes::ONE_IDENTITY).and(Attributes::ORDERLESS),
        |s, c| otherwise(s, c, |_, c| Ok(combine(c, 1, least_common)), COMMON_MULTIPLES),
        "LCM[a, b, ...] is the least common multiple of integers or fractions.",
        &[("LCM[4, 6]", "12"), ("LCM[3, 5]", "15"), ("LCM[1/2, 1/3]", "1")],
    ),
    builtin(
        "Factorial",
        NUMERIC,
        |s, c| otherwise(s, c, |s, c| factorial(s, c), FACTORIALS),
        "n! or Factorial[n] is the product of the integers from 1 to n; of other numbers it is \
         Gamma[n + 1].",
        &[("5!", "120"), ("(1/2)!", "Sqrt[Pi]/2"), ("x!", "x!")],
    ),
    builtin(
        "Fibonacci",
        NUMERIC,
        |s, c| otherwise(s, c, |_, c| Ok(fibonacci(c)), FIBONACCI),
        "Fibonacci[n] is the n-th Fibonacci number, Fibonacci[n, x] the n-th Fibonacci polynomial.",
        &[("Fibonacci[10]", "55"), ("Fibonacci[-4]", "-3"), ("Fibonacci[4, x]", "2*x + x^3")],
    ),
    builtin(
        "Binomial",
        NUMERIC,
        |s, c| otherwise(s, c, |s, c| binomial(s, c), BINOMIALS),
        "Binomial[n, k] is the number of ways to choose k of n, continued to all numbers.",
        &[
            ("Binomial[5, 2]", "10"),
            ("Binomial[n, 1]", "n"),
            ("Binomial[n, 2]", "((-1 + n)*n)/2"),
            ("Binomial[-1/2, 2]", "3/8"),
        ],
    ),
    builtin(
        "PowerMod",
        Attributes::LISTABLE,
        |s, c| otherwise(s, c, |_, c| Ok(power_mod(c)), MODULAR_ROOTS),
        "PowerMod[a, b, m] is a^b modulo m; a negative b takes the inverse, a fraction s/r the least \
         x with x^r == a^s modulo m.",
        &[
            ("PowerMod[2, 10, 1000]", "24"),
            ("PowerMod[3, -1, 7]", "5"),
            ("PowerMod[11, 1/3, 19]", "5"),
        ],
    ),
    builtin(
        "IntegerDigits",
        Attributes::LISTABLE,
        |s, c| {
            match c.args() {
            [_, base, ..] if base.as_call().is_some() => s.by_rules(
                c,
                "{IntegerDigits[n_Integer, MixedRadix[b : {__Integer}]] /; Min[b] > 0 :> Module[{m = Abs[n], d = {}}, Do[PrependTo[d, Mod[m, $b]]; m = Quotient[m, $b], {$b, Reverse[b]}]; If[m > 0, Prepend[d, m], If[Max[d] == 0, {0}, Drop[d, LengthWhile[d, # == 0 &]]]]]}",
            ),
            _ => Ok(digits(s, c)),
        }
        },
        "IntegerDigits[n] is the list of the decimal digits of n, IntegerDigits[n, base] of those in \
         a base, which may be MixedRadix[{b1, ...}]; IntegerDigits[n, base, length] has so many, \
         with zeros before them or without the first.",
        &[("IntegerDigits[1234]", "{1, 2, 3, 4}"), ("IntegerDigits[10, 2]", "{1, 0, 1, 0}")],
    ),
    builtin(
        "FactorInteger",
        Attributes::LISTABLE,
        |s, c| otherwise(s, c, |s, c| factor_integer(s, c), GAUSSIAN_FACTORS),
        "FactorInteger[n] is the list of the primes in n with their exponents; those of a denominator \
         are negative. Gaussian integers, and all with GaussianIntegers -> True, have Gaussian primes.",
        &[
            ("FactorInteger[60]", "{{2, 2}, {3, 1}, {5, 1}}"),
            ("FactorInteger[-3/4]", "{{-1, 1}, {2, -2}, {3, 1}}"),
            ("FactorInteger[5, GaussianIntegers -> True]", "{{-I, 1}, {1 + 2*I, 1}, {2 + I, 1}}"),
        ],
    ),
    builtin(
        "PrimeQ",
        Attributes::LISTABLE,
        |s, c| match c.args() {
            [Value::Complex(_)] | [_, _] => s.by_rules(c, GAUSSIAN_PRIMES),
            _ => Ok(prime(c)),
        },
        "PrimeQ[n] is True if n is a prime; of Gaussian integers, and with GaussianIntegers -> True, \
         if it is a Gaussian prime.",
        &[
            ("PrimeQ[97]", "True"),
            ("PrimeQ[91]", "False"),
            ("PrimeQ[5, GaussianIntegers -> True]", "False"),
        ],
    ),
];

/// Applies rules where a function says nothing.
fn otherwise(
    session: &mut Session,
    call: &mut Arc<Call>,
    first: crate::builtins::Apply,
    rules: &'static str,
) -> Evaluated<Step> {
    match first(session, call)? {
        Step::Same => session.by_rules(call, rules),
        step => Ok(step),
    }
}

const REMAINDERS: &str = "{
    Mod[m_?NumberQ, n_?NumberQ] /; (Head[m] === Complex || Head[n] === Complex) && n != 0 :> m - n Round[m/n],
    Mod[m_?NumericQ, n_?NumericQ] /; Precision[{m, n}] === Infinity && Im[m] === 0 && Im[n] === 0 && n != 0 && !(NumberQ[m] && NumberQ[n]) :> m - n Floor[m/n],
    Mod[m_?NumericQ, n_?NumericQ, d_?NumericQ] /; !(NumberQ[m] && NumberQ[n] && NumberQ[d]) && n != 0 :> With[{r = Mod[m - d, n]}, (d + r) /; FreeQ[r, Mod]]
}";

const QUOTIENTS: &str = "{
    Quotient[m_?NumberQ, n_?NumberQ] /; (Head[m] === Complex || Head[n] === Complex) && n != 0 :> Round[m/n],
    Quotient[m_?NumericQ, n_?NumericQ] /; Precision[{m, n}] === Infinity && Im[m] === 0 && Im[n] === 0 && n != 0 && !(NumberQ[m] && NumberQ[n]) :> Floor[m/n],
    Quotient[m_?NumericQ, n_?NumericQ, d_?NumericQ] /; n != 0 :> Quotient[m - d, n]
}";

const COMMON_DIVISORS: &str = "{
    _[a__] /; VectorQ[{a}, MatchQ[#, _Integer | _Rational] &] :> With[{l = LCM @@ (Denominator /@ {a})}, GCD @@ (l {a})/l],
    _[a__] /; VectorQ[{a}, NumberQ[#] && IntegerQ[Re[#]] && IntegerQ[Im[#]] &] :>
        With[{g = Fold[Function[{u, v}, Module[{p = u, q = v}, While[q != 0, {p, q} = {q, p - q Round[p/q]}]; p]], 0, {a}]},
            Which[g == 0, 0, Re[g] > 0 && Im[g] >= 0, g, Re[g] <= 0 && Im[g] > 0, -I g, Re[g] < 0 && Im[g] <= 0, -g, True, I g]]
}";

const COMMON_MULTIPLES: &str = "{
    _[a__] /; VectorQ[{a}, MatchQ[#, _Integer | _Rational] &] :> With[{l = LCM @@ (Denominator /@ {a})}, LCM @@ (l {a})/l]
}";

const FACTORIALS: &str = "{
    Factorial[n_Rational] /; Denominator[n] == 2 && Abs[n] < 10^4 :> Gamma[n + 1],
    Factorial[x_?NumberQ] /; Precision[x] < Infinity :> Gamma[x + 1],
    Factorial[Infinity] :> Infinity
}";

const FIBONACCI: &str = "{
    Fibonacci[0, _] :> 0,
    Fibonacci[n_Integer?Positive, x_] /; n < 5000 :> Sum[Binomial[n - $j - 1, $j] If[n - 2 $j == 1, 1, x^(n - 2 $j - 1)], {$j, 0, Floor[(n - 1)/2]}],
    Fibonacci[n_Integer?Negative, x_] :> (-1)^(n + 1) Fibonacci[-n, x],
    Fibonacci[z_?NumberQ] /; Precision[z] < Infinity :> With[{g = N[GoldenRatio, Precision[z] + 5], p = N[Pi, Precision[z] + 5]}, (g^z - Cos[p z] g^-z)/Sqrt[N[5, Precision[z] + 5]]]
}";

/// Of negative integers as Kronenburg (2011) has them.
const BINOMIALS: &str = "{
    Binomial[_, 0] :> 1, Binomial[n_, 1] :> n, Binomial[n_, n_] :> 1,
    Binomial[n_, k_Integer] /; !NumberQ[n] && 1 < k <= 16 :> Product[n - $j, {$j, k - 1, 0, -1}]/k!,
    Binomial[n_Integer, k_Integer] /; n < 0 && k >= 0 :> (-1)^k Binomial[k - n - 1, k],
    Binomial[n_Integer, k_Integer] /; n < 0 && k <= n :> (-1)^(n - k) Binomial[-k - 1, n - k],
    Binomial[n_Integer, k_Integer] /; n < 0 :> 0,
    Binomial[n_?NumberQ, k_Integer] /; !IntegerQ[n] && 0 <= k < 10^4 :> Product[n - $j, {$j, 0, k - 1}]/k!,
    Binomial[n_?NumberQ, k_Integer] /; !IntegerQ[n] && Precision[n] === Infinity && k < 0 :> 0,
    Binomial[n_?NumberQ, k_?NumberQ] /; Precision[{n, k}] < Infinity && !(Im[n] == 0 && n == Round[n]) && AnyTrue[{k, n - k}, Im[#] == 0 && Re[#] < 0 && # == Round[#] &] :> 0,
    Binomial[n_?NumberQ, k_?NumberQ] /; Precision[{n, k}] < Infinity && !(Im[n] == 0 && Re[n] < 0 && n == Round[n]) :> Gamma[n + 1]/(Gamma[k + 1] Gamma[n - k + 1])
}";

const MODULAR_ROOTS: &str = "{
    PowerMod[a_Integer, s_Rational, m_Integer?Positive] :> With[{all = PowerModList[a, s, m]}, First[all] /; MatchQ[all, {__Integer}]]
}";

/// A prime p that is 1 modulo 4 is the product of the common divisor of p and the root of -1 plus
/// I, and of its conjugate.
const GAUSSIAN_FACTORS: &str = "{
    FactorInteger[z_Integer, GaussianIntegers -> False] :> FactorInteger[z],
    FactorInteger[z_Complex] /; IntegerQ[Re[z]] && IntegerQ[Im[z]] :> FactorInteger[z, GaussianIntegers -> True],
    FactorInteger[z : _Integer | _Complex, GaussianIntegers -> True] /; IntegerQ[Re[z]] && IntegerQ[Im[z]] && Abs[z] > 0 :>
        Module[{w = z, all = {}, k}, Do[
            Do[k = 0; While[With[{r = w/$q}, IntegerQ[Re[r]] && IntegerQ[Im[r]]], w = w/$q; k++]; If[k > 0, AppendTo[all, {$q, k}]],
                {$q, Which[$p == 2, {1 + I}, Mod[$p, 4] == 3, {$p}, True, With[{n = 2}, Module[{b = n}, While[JacobiSymbol[b, $p] != -1, b++]; With[{g = GCD[$p, PowerMod[b, ($p - 1)/4, $p] + I]}, Sort[{g, Im[g] + I Re[g]}]]]]]}],
            {$p, First /@ DeleteCases[FactorInteger[Re[z]^2 + Im[z]^2], {1, _}]}];
            If[w === 1 && all =!= {}, all, Prepend[all, {w, 1}]]]
}";

const GAUSSIAN_PRIMES: &str = "{
    PrimeQ[z_, GaussianIntegers -> False] :> PrimeQ[z],
    PrimeQ[z_Complex] :> PrimeQ[z, GaussianIntegers -> True],
    PrimeQ[z_, GaussianIntegers -> True] :> NumberQ[z] && IntegerQ[Re[z]] && IntegerQ[Im[z]] &&
        With[{a = Abs[Re[z]], b = Abs[Im[z]]}, If[a == 0 || b == 0, PrimeQ[a + b] && Mod[a + b, 4] == 3, PrimeQ[a^2 + b^2]]]
}";

fn modulo(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (m, n, offset) = match call.args() {
        [m, n] => (m, n, None),
        [m, n, offset] => (m, n, Some(offset)),
        _ => return Ok(Step::Same),
    };
    if let (Value::Integer(m), Value::Integer(n), None) = (m, n, offset)
        && *n > 0
    {
        return Ok(Step::Done(Value::Integer(m.rem_euclid(*n))));
    }
    if !number::is_real(m) || !number::is_real(n) || offset.is_some_and(|o| !number::is_real(o)) {
        return Ok(Step::Same);
    }
    if number::is_zero(n) {
        session.message_of("Mod", "indet", &[Value::Call(call.clone())]);
        return Ok(Step::Done(Value::Symbol(sym::Indeterminate)));
    }
    let shifted = offset.map_or_else(|| m.clone(), |offset| number::subtract(m, offset));
    let rest = remainder(&shifted, n);
    Ok(Step::Done(match offset {
        Some(offset) => number::add(&rest, offset),
        None => rest,
    }))
}

/// Returns m - n floor(m/n) for a divisor that is not 0.
fn remainder(m: &Value, n: &Value) -> Value {
    if let (Some(a), Some(b)) = (number::integer(m), number::integer(n)) {
        let rest = IBig::from(a.rem_euclid(b.clone()));
        let below = b.is_negative() && rest != IBig::ZERO;
        return Value::from(if below { rest + b } else { rest });
    }
    let quotient = number::divide(m, n).map_or(Value::Integer(0), |quotient| floor(&quotient));
    number::subtract(m, &number::multiply(n, &quotient))
}

/// Returns the greatest integer that is not above a real number.
pub(crate) fn floor(value: &Value) -> Value {
    match value {
        Value::Real(real) => from_f64(real.floor()),
        Value::Rational(rational) => Value::from(rational.floor()),
        Value::BigReal(real) => {
            Value::from(IBig::try_from(real.value.floor()).unwrap_or(IBig::ZERO))
        }
        _ => value.clone(),
    }
}

/// Returns the integer that a machine real without fraction is.
pub(crate) fn from_f64(real: f64) -> Value {
    match IBig::try_from(real) {
        Ok(integer) => Value::from(integer),
        Err(_) => Value::Real(real),
    }
}

fn quotient(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [m, n] = call.args() else { return Ok(Step::Same) };
    if !number::is_real(m) || !number::is_real(n) {
        return Ok(Step::Same);
    }
    if number::is_zero(n) {
        session.message_of("Quotient", "infy", &[Value::Call(call.clone())]);
        return Ok(Step::Done(Value::Symbol(sym::ComplexInfinity)));
    }
    if let (Some(a), Some(b)) = (number::integer(m), number::integer(n)) {
        let rest = remainder(m, n);
        let exact = a - number::integer(&rest).unwrap_or(IBig::ZERO);
        return Ok(Step::Done(Value::from(exact.div_euclid(b))));
    }
    Ok(number::divide(m, n).map_or(Step::Same, |quotient| Step::Done(floor(&quotient))))
}

/// Returns an integer without its sign.
fn magnitude(integer: IBig) -> IBig {
    integer.into_parts().1.into()
}

fn greatest_common(a: &IBig, b: &IBig) -> IBig {
    match (*a == IBig::ZERO, *b == IBig::ZERO) {
        (true, _) => magnitude(b.clone()),
        (_, true) => magnitude(a.clone()),
        _ => {
            let (a, b) = (a.clone(), b.clone());
            aside::of_bits(a.bit_len() + b.bit_len(), move || IBig::from((&a).gcd(&b)))
        }
    }
}

fn least_common(a: &IBig, b: &IBig) -> IBig {
    if *a == IBig::ZERO || *b == IBig::ZERO {
        return IBig::ZERO;
    }
    magnitude(a / greatest_common(a, b) * b)
}

/// Combines integers; other arguments stay.
fn combine(call: &Call, of_none: i64, with: fn(&IBig, &IBig) -> IBig) -> Step {
    let integers: Option<Vec<IBig>> = call.args().iter().map(number::integer).collect();
    match integers.as_deref() {
        Some([]) => Step::Done(Value::Integer(of_none)),
        Some(integers) => Step::Done(Value::from(combined(integers, with))),
        None => Step::Same,
    }
}

/// Combines integers by halves, so that both of each two are of like size.
fn combined(integers: &[IBig], with: fn(&IBig, &IBig) -> IBig) -> IBig {
    poll();
    match integers {
        [one] => magnitude(one.clone()),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            with(&combined(left, with), &combined(right, with))
        }
    }
}

fn factorial(session: &mut Session, call: &Arc<Call>) -> Evaluated<Step> {
    Ok(match call.args() {
        [Value::Integer(n @ 0..)] if *n < 1 << 24 => {
            Step::Done(Value::from(product(session, 1, *n as u64)?))
        }
        [Value::Integer(..0)] => Step::Done(Value::Symbol(sym::ComplexInfinity)),
        [Value::Integer(_)] => {
            session.message(sym::General, "ovfl", &[]);
            Step::Same
        }
        _ => Step::Same,
    })
}

/// Returns the product of the integers from one to another, halves first so that both factors of
/// each multiplication are of like size.
fn product(session: &Session, from: u64, to: u64) -> Evaluated<IBig> {
    if from > to {
        return Ok(IBig::ONE);
    }
    if to - from < 16 {
        return Ok((from..=to).fold(IBig::ONE, |product, factor| product * factor));
    }
    session.check_interrupt()?;
    let middle = from + (to - from) / 2;
    Ok(aside::product(product(session, from, middle)?, product(session, middle + 1, to)?))
}

fn fibonacci(call: &Call) -> Step {
    let [Value::Integer(n)] = call.args() else { return Step::Same };
    if n.unsigned_abs() > 1 << 28 {
        return Step::Same;
    }
    // F(2k) = F(k) (2 F(k+1) - F(k)), F(2k+1) = F(k)^2 + F(k+1)^2
    let (mut a, mut b) = (IBig::ZERO, IBig::ONE);
    for bit in (0..64 - n.unsigned_abs().leading_zeros()).rev() {
        let even = aside::product(a.clone(), &b * 2 - &a);
        let odd = aside::product(a.clone(), a) + aside::product(b.clone(), b);
        (a, b) = match n.unsigned_abs() >> bit & 1 {
            0 => (even, odd),
            _ => (odd.clone(), even + odd),
        };
    }
    let negative = *n < 0 && n % 2 == 0;
    Step::Done(Value::from(if negative { -a } else { a }))
}

fn binomial(session: &Session, call: &Call) -> Evaluated<Step> {
    let [Value::Integer(n), Value::Integer(k)] = call.args() else { return Ok(Step::Same) };
    if *n < 0 || n.unsigned_abs() > 1 << 24 {
        return Ok(Step::Same);
    }
    if *k < 0 || k > n {
        return Ok(Step::Done(Value::Integer(0)));
    }
    let (n, k) = (*n as u64, (*k).min(n - k) as u64);
    let (above, below) = (product(session, n - k + 1, n)?, product(session, 1, k)?);
    Ok(Step::Done(Value::from(above / below)))
}

fn power_mod(call: &Call) -> Step {
    let [a, b, m] = call.args() else { return Step::Same };
    let (Some(a), Some(b), Some(m)) = (number::integer(a), number::integer(b), number::integer(m))
    else {
        return Step::Same;
    };
    if m <= IBig::ZERO {
        return Step::Same;
    }
    let base = IBig::from((&a).rem_euclid(&m));
    let base = match b.is_negative() {
        true => match inverse(&base, &m) {
            Some(inverse) => inverse,
            None => return Step::Same,
        },
        false => base,
    };
    Step::Done(Value::from(raised(base, magnitude(b), &m)))
}

fn raised(mut base: IBig, mut exponent: IBig, modulus: &IBig) -> IBig {
    let mut result = IBig::ONE % modulus;
    while exponent != IBig::ZERO {
        poll();
        if !number::is_even_integer(&exponent) {
            result = result * &base % modulus;
        }
        base = &base * &base % modulus;
        exponent >>= 1;
    }
    result
}

/// Returns the inverse modulo m by the extended Euclidean algorithm.
fn inverse(a: &IBig, m: &IBig) -> Option<IBig> {
    let (mut r, mut next_r) = (m.clone(), a.clone());
    let (mut t, mut next_t) = (IBig::ZERO, IBig::ONE);
    while next_r != IBig::ZERO {
        poll();
        let quotient = &r / &next_r;
        (r, next_r) = (next_r.clone(), r - &quotient * next_r);
        (t, next_t) = (next_t.clone(), t - quotient * next_t);
    }
    (r == IBig::ONE).then(|| IBig::from(t.rem_euclid(m.clone())))
}

/// Digits that are found by dividing by the base again and again; of more, halves are taken first.
const FEW_DIGITS: usize = 64;

/// Returns the digits of an integer, without leading zeros.
fn digits_of(n: &UBig, base: u64) -> Vec<i64> {
    let mut powers = vec![UBig::from(base).pow(FEW_DIGITS)];
    while let Some(last) = powers.last().filter(|last| *last <= n) {
        let last = last.clone();
        powers.push(aside::of_bits(last.bit_len(), move || last.sqr()));
    }
    let mut digits = Vec::new();
    add_digits(n, base, &powers, &mut digits);
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    digits.drain(..zeros);
    digits
}

/// Adds the digits of an integer below the last power, with as many zeros before them as that has.
fn add_digits(n: &UBig, base: u64, powers: &[UBig], digits: &mut Vec<i64>) {
    let Some((_, halves)) = powers.split_last().filter(|(_, halves)| !halves.is_empty()) else {
        let few = if n.is_zero() { Vec::new() } else { n.to_digits(base) };
        digits.extend(std::iter::repeat_n(0, FEW_DIGITS - few.len()));
        digits.extend(few.into_iter().map(|digit| digit as i64));
        return;
    };
    poll();
    let (dividend, divisor) = (n.clone(), halves[halves.len() - 1].clone());
    let (upper, lower) = aside::of_bits(n.bit_len(), move || dividend.div_rem(&divisor));
    add_digits(&upper, base, halves, digits);
    add_digits(&lower, base, halves, digits);
}

fn digits(session: &mut Session, call: &Call) -> Step {
    let (n, base, length) = match call.args() {
        [n] => (n, 10, None),
        [n, base] => (n, base.as_i64().unwrap_or(0), None),
        [n, base, length] => (n, base.as_i64().unwrap_or(0), length.as_usize()),
        _ => return Step::Same,
    };
    let (Some(n), 2..) = (number::integer(n), base) else { return Step::Same };
    let magnitude = n.into_parts().1;
    let mut all: Vec<Value> =
        digits_of(&magnitude, base as u64).into_iter().map(Value::Integer).collect();
    if all.is_empty() {
        all.push(Value::Integer(0));
    }
    if let Some(length) = length {
        if !session.has_room(length as u64, size_of::<Value>()) {
            return Step::Same;
        }
        let missing = length.saturating_sub(all.len());
        let surplus = all.len().saturating_sub(length);
        all.drain(..surplus);
        all.splice(..0, std::iter::repeat_n(Value::Integer(0), missing));
    }
    Step::Done(Value::list(Args::from(all)))
}

/// Bases for which the test of Miller and Rabin is exact below 3.3e24 (Sorenson and Webster 2015).
const WITNESSES: [u32; 13] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41];

fn prime(call: &Call) -> Step {
    let [n] = call.args() else { return Step::Same };
    let Some(n) = number::integer(n) else { return Step::Done(Value::FALSE) };
    Step::Done(Value::boolean(is_prime(&magnitude(n))))
}

/// Returns whether an integer is a prime; above 3.3e24, whether it passes the test of Miller and
/// Rabin for the first 13 primes.
pub(crate) fn is_prime(n: &IBig) -> bool {
    if *n < IBig::from(2) {
        return false;
    }
    for witness in WITNESSES {
        if *n == IBig::from(witness) {
            return true;
        }
        if n % witness == 0 {
            return false;
        }
    }
    let one_less = n - IBig::ONE;
    let mut odd = one_less.clone();
    let mut halvings = 0;
    while number::is_even_integer(&odd) {
        odd /= 2;
        halvings += 1;
    }
    WITNESSES.iter().all(|&witness| {
        let mut x = raised(IBig::from(witness), odd.clone(), n);
        if x == IBig::ONE || x == one_less {
            return true;
        }
        (1..halvings).any(|_| {
            poll();
            x = &x * &x % n;
            x == one_less
        })
    })
}

/// Trial division finds factors below.
const TRIAL: u64 = 1 << 12;

/// Returns the primes in an integer above 0, in order, with their exponents.
pub(crate) fn factors(session: &Session, n: &IBig) -> Evaluated<Vec<(IBig, i64)>> {
    let mut left = n.clone();
    let mut found: Vec<IBig> = Vec::new();
    let mut divisor = 2u64;
    while divisor < TRIAL && IBig::from(divisor * divisor) <= left {
        while &left % divisor == 0 {
            left /= divisor;
            found.push(IBig::from(divisor));
        }
        divisor += if divisor == 2 { 1 } else { 2 };
    }
    let mut pending = vec![left];
    while let Some(part) = pending.pop() {
        if part == IBig::ONE {
            continue;
        }
        if is_prime(&part) {
            found.push(part);
            continue;
        }
        let divisor = divisor_of(session, &part)?;
        pending.push(&part / &divisor);
        pending.push(divisor);
    }
    found.sort_unstable();
    let mut counted: Vec<(IBig, i64)> = Vec::new();
    for prime in found {
        match counted.last_mut() {
            Some((last, times)) if *last == prime => *times += 1,
            _ => counted.push((prime, 1)),
        }
    }
    Ok(counted)
}

/// Returns a divisor of a composite number that is neither 1 nor it (Pollard's rho with Floyd's
/// cycle, 1975); the constant of the sequence counts up until one is found.
fn divisor_of(session: &Session, n: &IBig) -> Evaluated<IBig> {
    if let Ok(small) = u128::try_from(n)
        && small < 1 << 127
    {
        return Ok(IBig::from(super::numbers::rho::divisor(session, small)?));
    }
    for constant in 1u32.. {
        let next = |x: &IBig| (x * x + constant) % n;
        let (mut slow, mut fast) = (IBig::from(2), IBig::from(2));
        loop {
            session.check_interrupt()?;
            slow = next(&slow);
            fast = next(&next(&fast));
            let divisor = greatest_common(&magnitude(&slow - &fast), n);
            if divisor == *n {
                break;
            }
            if divisor != IBig::ONE {
                return Ok(divisor);
            }
        }
    }
    Ok(n.clone())
}

fn factor_integer(session: &Session, call: &Call) -> Evaluated<Step> {
    let [n] = call.args() else { return Ok(Step::Same) };
    let Some((top, bottom)) = number::rational(n).map(dashu_ratio::RBig::into_parts) else {
        return Ok(Step::Same);
    };
    let pair = |base: Value, times: i64| Value::list([base, Value::Integer(times)]);
    if top == IBig::ZERO || *n == Value::Integer(1) {
        return Ok(Step::Done(Value::list([pair(n.clone(), 1)].as_slice())));
    }
    let is_negative = top.is_negative();
    let mut all: Vec<(IBig, i64)> = factors(session, &magnitude(top))?;
    all.extend(factors(session, &bottom.into())?.into_iter().map(|(prime, times)| (prime, -times)));
    all.sort_unstable();
    let mut list = Args::new();
    if is_negative {
        list.push(pair(Value::Integer(-1), 1));
    }
    list.extend(all.into_iter().map(|(prime, times)| pair(Value::from(prime), times)));
    Ok(Step::Done(Value::list(list)))
}
