//! The kinds of questions, and how an answer to each is judged.

use super::grammar::{Random, expression, linear, polynomial, rational};
use super::session::{Asked, Reply, is_undefined, mentions};

/// What was found of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    /// The answer, or something in it, is what was asked.
    Unevaluated,
    TimedOut,
    /// No number could be compared.
    Unjudged,
    /// The answer, and where it is wrong.
    Wrong(String),
}

/// A kind of questions.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Makes a question.
    pub(crate) make: fn(&mut Random) -> Question,
    pub(crate) judge: fn(&mut Asked, &Question) -> Verdict,
}

/// A question: what is evaluated first, and what is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) about: String,
    pub(crate) asked: String,
    /// Where the answer is compared.
    places: Vec<String>,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "derivatives", make: derivative, judge: antiderivative },
    Kind { name: "expressions", make: integrand, judge: antiderivative },
    Kind { name: "definite", make: definite, judge: against_numbers },
    Kind { name: "sums", make: sum, judge: against_sums },
    Kind { name: "limits", make: limit, judge: against_values },
    Kind { name: "series", make: series, judge: against_function },
    Kind { name: "equations", make: equation, judge: solution },
];

/// Points on both halves of the real line and beside it.
const POINTS: [&str; 10] = [
    "37/101",
    "131/97",
    "41/17",
    "-29/101",
    "-127/89",
    "-53/19",
    "33/61 + 45/83*I",
    "-47/61 + 41/71*I",
    "127/73 - 67/83*I",
    "-31/23 - 73/61*I",
];

fn question(about: String, asked: String) -> Question {
    Question { about, asked, places: POINTS.iter().map(ToString::to_string).collect() }
}

fn derivative(random: &mut Random) -> Question {
    let of = expression(random, 4);
    question(format!("D[{of}, x]"), "Integrate[f, x]".into())
}

fn integrand(random: &mut Random) -> Question {
    question(expression(random, 3), "Integrate[f, x]".into())
}

fn definite(random: &mut Random) -> Question {
    let bounds = [
        ("0", "1"),
        ("-1", "1"),
        ("1", "2"),
        ("0", "Infinity"),
        ("-1", "2"),
        ("1", "Infinity"),
        ("-Infinity", "Infinity"),
        ("0", "Pi"),
        ("-2", "-1/2"),
        ("0", "2*Pi"),
    ];
    let (low, high) = bounds[random.below(bounds.len())];
    let f = match random.below(3) {
        0 => format!("Exp[-x^2]*({})", expression(random, 1)),
        1 => format!("{}*{}", expression(random, 1), rational(random)),
        _ => expression(random, 2),
    };
    question(f, format!("Integrate[f, {{x, {low}, {high}}}]"))
}

fn sum(random: &mut Random) -> Question {
    let f = match random.below(6) {
        0 => polynomial(random, 3),
        1 => format!("{}*({})^x", polynomial(random, 1), random.pick(&["1/2", "2", "-1/3", "-1"])),
        2 => rational(random),
        3 => format!("{}/x!", polynomial(random, 1)),
        4 => format!("Binomial[n, x]*{}", polynomial(random, 1)),
        _ => format!("{}[{}]", random.pick(&["Sin", "Cos", "Exp"]), linear(random)),
    };
    let to = random.pick(&["n", "Infinity"]);
    let from = random.pick(&["1", "0", "2"]);
    let mut question = question(f, format!("Sum[f, {{x, {from}, {to}}}]"));
    question.places = vec![from, to];
    question
}

fn limit(random: &mut Random) -> Question {
    let at = random.pick(&["0", "0", "1", "Infinity", "-Infinity", "Pi"]);
    let asked = format!("Limit[f, x -> {at}, Direction -> \"FromAbove\"]");
    let mut question = question(expression(random, 3), asked);
    question.places = vec![at];
    question
}

fn series(random: &mut Random) -> Question {
    let at = random.pick(&["0", "0", "1", "2"]);
    let mut question = question(expression(random, 3), format!("Series[f, {{x, {at}, 3}}]"));
    question.places = vec![at];
    question
}

fn equation(random: &mut Random) -> Question {
    let right = match random.below(6) {
        0 => format!("{}*y[x] + {}", expression(random, 1), expression(random, 1)),
        1 => {
            format!("({})*({})", expression(random, 1), expression(random, 1).replace('x', "y[x]"))
        }
        2 => format!("{}*y[x] + ({})*y[x]^2", linear(random), expression(random, 1)),
        3 => format!(
            "y''[x] + ({})*y[x] + {}",
            random.pick(&["1", "-2", "4"]),
            expression(random, 1)
        ),
        4 => format!("(y[x]/x)^2 + {}*y[x]/x", random.pick(&["1", "2", "-1"])),
        _ => format!(
            "({})*y''[x] + {}",
            random.pick(&["1", "-1", "x", "x^2"]),
            expression(random, 1)
        ),
    };
    question(format!("y'[x] == {right}"), "DSolve[f, y, x]".into())
}

/// Asks for the answer; `None` with what it is where there is none.
fn answer(asked: &mut Asked, question: &Question, head: &str) -> Result<(), Verdict> {
    asked.value(&format!("Clear[x, n, y, f, g]; f = TimeConstrained[{}, 5];", question.about));
    let f = asked.value("f");
    if is_undefined(&f) || f.is(bolt_lyra::sym::Null) {
        return Err(Verdict::Unjudged);
    }
    match asked.reply(&format!("(g = {})", question.asked)) {
        Reply::TimedOut => Err(Verdict::TimedOut),
        Reply::Value(value) if mentions(&asked.session, &value, head) => Err(Verdict::Unevaluated),
        Reply::Value(_) => Ok(()),
    }
}

/// Compares two numbers at places; the first that differ are told.
fn compared(asked: &mut Asked, pairs: Vec<(String, String, String)>, tolerance: f64) -> Verdict {
    let mut agreed = 0;
    for (place, left, right) in pairs {
        let (Some(a), Some(b)) = (asked.number(&left), asked.number(&right)) else { continue };
        let scale = a.0.hypot(a.1).max(b.0.hypot(b.1)).max(1e-9);
        if (a.0 - b.0).hypot(a.1 - b.1) > tolerance * scale {
            let given = asked.value("g");
            let given: String = asked.shown(&given).chars().take(400).collect();
            return Verdict::Wrong(format!("{given}\n    at {place}: {a:?}, not {b:?}"));
        }
        agreed += 1;
    }
    if agreed == 0 { Verdict::Unjudged } else { Verdict::Right }
}

fn antiderivative(asked: &mut Asked, question: &Question) -> Verdict {
    if let Err(verdict) = answer(asked, question, "Integrate") {
        return verdict;
    }
    asked.value("gd = TimeConstrained[D[g, x], 10];");
    let pairs = question
        .places
        .iter()
        .map(|at| (format!("x = {at}"), format!("(gd /. x -> {at})"), format!("(f /. x -> {at})")));
    compared(asked, pairs.collect(), 1e-7)
}

fn against_numbers(asked: &mut Asked, question: &Question) -> Verdict {
    if let Err(verdict) = answer(asked, question, "Integrate") {
        return verdict;
    }
    let numeric = format!("N{}", question.asked);
    compared(asked, vec![("the bounds".into(), "g".into(), numeric)], 1e-5)
}

fn against_sums(asked: &mut Asked, question: &Question) -> Verdict {
    if let Err(verdict) = answer(asked, question, "Sum") {
        return verdict;
    }
    let [from, to] = &question.places[..] else { return Verdict::Unjudged };
    if to == "Infinity" {
        let numeric = format!("NSum[f, {{x, {from}, Infinity}}]");
        let at = "(g /. n -> 7/2)".into();
        let numeric = format!("({numeric} /. n -> 7/2)");
        return compared(asked, vec![("infinity".into(), at, numeric)], 1e-5);
    }
    let pairs = [3, 4, 7].map(|n| {
        let plain = format!("Total[Table[f /. n -> {n}, {{x, {from}, {n}}}]]");
        (format!("n = {n}"), format!("(g /. n -> {n})"), plain)
    });
    compared(asked, pairs.to_vec(), 1e-8)
}

/// A limit is near the values close by, or, where the function goes there slowly, nearer to those
/// that are closer.
fn against_values(asked: &mut Asked, question: &Question) -> Verdict {
    if let Err(verdict) = answer(asked, question, "Limit") {
        return verdict;
    }
    let at = |digits: usize| match question.places[0].as_str() {
        "Infinity" => format!("10^{digits}"),
        "-Infinity" => format!("-10^{digits}"),
        at => format!("{at} + 10^-{digits}"),
    };
    let mut value = |digits: usize| asked.number(&format!("N[f /. x -> {}, 30]", at(digits)));
    let (Some(near), Some(nearer)) = (value(30), value(90)) else { return Verdict::Unjudged };
    let given = asked.value("g");
    let shown = asked.shown(&given);
    let wrong = || Verdict::Wrong(format!("{shown}\n    near it the value is {near:?}"));
    let size = |z: (f64, f64)| z.0.hypot(z.1);
    if is_undefined(&given) {
        return if size(near) < 2.0 && size(nearer) < 2.0 { wrong() } else { Verdict::Right };
    }
    let Some(limit) = asked.number("g") else { return Verdict::Unjudged };
    let error = |z: (f64, f64)| size((limit.0 - z.0, limit.1 - z.1));
    let is_close = error(nearer) <= 0.01 * size(limit).max(1e-3);
    match is_close || error(nearer) < 0.5 * error(near) {
        true => Verdict::Right,
        false => wrong(),
    }
}

fn against_function(asked: &mut Asked, question: &Question) -> Verdict {
    if let Err(verdict) = answer(asked, question, "Series") {
        return verdict;
    }
    let at = &question.places[0];
    let error = |step: &str| format!("((f - Normal[g]) /. x -> {at} + {step})");
    let near = "10^-12";
    let (Some(e), Some(f)) =
        (asked.number(&error(near)), asked.number(&format!("(f /. x -> {at} + {near})")))
    else {
        return Verdict::Unjudged;
    };
    // The first term left out is at least of the order 3 + 1/3 but for logarithms.
    let bound = 1e-12_f64.powf(3.05) * 1e6;
    match e.0.hypot(e.1) <= bound.max(1e-28 * f.0.hypot(f.1)) {
        true => Verdict::Right,
        false => {
            let given = asked.value("g");
            Verdict::Wrong(format!("{}\n    error {e:?} near {at}", asked.shown(&given)))
        }
    }
}

fn solution(asked: &mut Asked, question: &Question) -> Verdict {
    if let Err(verdict) = answer(asked, question, "DSolve") {
        return verdict;
    }
    let Some(count @ 1..) = asked.value("Length[g]").as_usize() else {
        return Verdict::Unevaluated;
    };
    let mut pairs = Vec::new();
    for (n, at) in (1..=count).flat_map(|n| POINTS[..3].iter().map(move |at| (n, at))) {
        // Powers of what is negative are on another branch than those that were solved for.
        let constants = "{C[1] -> 17/3, C[2] -> -5/11}";
        let side = |k: usize| format!("(f[[{k}]] /. g[[{n}]] /. {constants} /. x -> {at})");
        pairs.push((format!("solution {n}, x = {at}"), side(1), side(2)));
    }
    compared(asked, pairs, 1e-7)
}
