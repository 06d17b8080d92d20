//! Random patterns and expressions: what the session matches against what enumeration finds.

use std::collections::BTreeSet;

use bolt_base::Rng;
use bolt_lyra::{Session, Value};
use bolt_lyra_syntax::parse;

use crate::oracle::{self, Bindings, FLAT, FLAT_ORDERLESS, ORDERLESS, Pattern, Term};
use crate::program::pick;

const NAMES: [&str; 3] = ["x", "y", "z"];
const HEADS: [&str; 5] = ["f", "f", ORDERLESS, FLAT, FLAT_ORDERLESS];
const DEFINITIONS: &str = "SetAttributes[g, Orderless]; SetAttributes[h, {Flat, Orderless, \
                           OneIdentity}]; SetAttributes[k, {Flat, OneIdentity}];";

/// Compares the matches of the cases of these numbers; returns how many differ.
///
/// # Errors
/// If the session cannot be prepared.
pub(crate) fn run(seed: u64, numbers: std::ops::Range<u64>) -> Result<usize, String> {
    let mut session = session()?;
    let (mut wrong, mut matching) = (0, 0);
    let count = numbers.end - numbers.start;
    for number in numbers {
        match compare(&mut session, seed, number) {
            Ok(matches) => matching += u64::from(matches),
            Err(why) => {
                wrong += 1;
                println!("{seed}:{number}: {why}");
            }
        }
    }
    println!("{count} patterns, {matching} match, {wrong} differ");
    Ok(wrong)
}

/// Returns a session that knows the heads of patterns.
///
/// # Errors
/// If the definitions cannot be evaluated.
pub(crate) fn session() -> Result<Session, String> {
    let mut session = Session::new();
    evaluate(&mut session, DEFINITIONS)?;
    Ok(session)
}

/// Compares the matches of a case; returns whether there are any.
///
/// # Errors
/// What differs.
pub(crate) fn compare(session: &mut Session, seed: u64, number: u64) -> Result<bool, String> {
    let mut rng = Rng::new(seed).fork(number);
    let head = *pick(&mut rng, &HEADS);
    let subject = term(&mut rng, head, 2);
    let pattern = call(&mut rng, head, 2);
    let found = oracle::matches(&pattern, &subject);
    let expected = if found.is_empty() { "False" } else { "True" };
    let source = format!("MatchQ[{subject}, {pattern}]");
    let is = evaluate(session, &source)?;
    if is != expected {
        return Err(format!("{source} gives {is}, not {expected}"));
    }
    // How often a flat head matches in the same way is nobody's promise.
    let has_flat =
        source.contains(&format!("{FLAT}[")) || source.contains(&format!("{FLAT_ORDERLESS}["));
    if has_flat {
        return Ok(!found.is_empty());
    }
    let all = format!(
        "Sort[DeleteDuplicates[ReplaceList[{subject}, {pattern} :> {{{{x}}, {{y}}, {{z}}}}]]]"
    );
    let lists: BTreeSet<String> = found.iter().map(bindings).collect();
    let lists: Vec<String> = lists.into_iter().collect();
    let wanted = format!("Sort[{{{}}}]", lists.join(", "));
    let (is, expected) = (evaluate(session, &all)?, evaluate(session, &wanted)?);
    match is == expected {
        true => Ok(!found.is_empty()),
        false => Err(format!("{all} gives {is}, not {expected}")),
    }
}

/// Returns what names are bound to; one that is not stands for itself.
fn bindings(bound: &Bindings) -> String {
    let of = |name: &&'static str| match bound.get(name) {
        Some(terms) => {
            let terms: Vec<String> = terms.iter().map(ToString::to_string).collect();
            format!("{{{}}}", terms.join(", "))
        }
        None => format!("{{{name}}}"),
    };
    format!("{{{}}}", NAMES.iter().map(of).collect::<Vec<_>>().join(", "))
}

fn evaluate(session: &mut Session, source: &str) -> Result<String, String> {
    let parsed = parse(source);
    if parsed.has_errors() {
        return Err(format!("{source} is no syntax"));
    }
    let mut last = Value::Integer(0);
    for expr in &parsed.exprs {
        let value = session.read(expr);
        last = session.evaluate_line(&value).map_err(|_| "the session has ended".to_owned())?;
    }
    session.take_notes();
    Ok(session.full_form(&last))
}

fn atom(rng: &mut Rng) -> Term {
    match rng.below(2) {
        0 => Term::Integer(rng.below(3) as i64),
        _ => Term::Symbol(pick::<&str>(rng, &["a", "b"])),
    }
}

/// Returns a call of a head; those of flat heads have two arguments at least, none of them a call of
/// the same head.
fn term(rng: &mut Rng, head: &'static str, depth: u32) -> Term {
    let least = if [FLAT, FLAT_ORDERLESS].contains(&head) { 2 } else { 0 };
    let count = least + rng.below(5 - least);
    let mut args: Vec<Term> = (0..count)
        .map(|_| match rng.below(5) {
            0 if depth > 0 && head != "f" => term(rng, "f", depth - 1),
            0 if depth > 0 => {
                let inner = *pick(rng, &HEADS);
                term(rng, inner, depth - 1)
            }
            _ => atom(rng),
        })
        .collect();
    // In an order of the oracle's own, which is that of the language for what is here.
    if [ORDERLESS, FLAT_ORDERLESS].contains(&head) {
        args.sort();
    }
    Term::Call(head, args)
}

fn call(rng: &mut Rng, head: &'static str, depth: u32) -> Pattern {
    let count = 1 + rng.below(3);
    Pattern::Call(head, (0..count).map(|_| argument(rng, head, depth)).collect())
}

fn argument(rng: &mut Rng, head: &'static str, depth: u32) -> Pattern {
    let is_flat = [FLAT, FLAT_ORDERLESS].contains(&head);
    let named = |rng: &mut Rng, of: Pattern| match rng.below(3) {
        0 => of,
        _ => Pattern::Named(pick::<&str>(rng, &NAMES), Box::new(of)),
    };
    match rng.below(10) {
        0 | 1 => Pattern::Exact(atom(rng)),
        2 | 3 => named(rng, Pattern::Blank(None)),
        4 => {
            let of = Some(*pick(rng, &["Integer", "Symbol", "f"]));
            named(rng, Pattern::Blank(of))
        }
        5 if !is_flat => {
            let least = rng.below(2) as usize;
            named(rng, Pattern::Several(least))
        }
        6 if !is_flat => match rng.below(2) {
            0 => Pattern::Optional(pick::<&str>(rng, &NAMES), Term::Integer(7)),
            _ => Pattern::Repeated(
                Box::new(Pattern::Either(vec![
                    Pattern::Exact(atom(rng)),
                    Pattern::Blank(Some("Symbol")),
                ])),
                1,
            ),
        },
        7 => {
            let of = vec![Pattern::Exact(atom(rng)), Pattern::Exact(atom(rng))];
            named(rng, Pattern::Either(of))
        }
        8 if !is_flat => {
            Pattern::Test(Box::new(Pattern::Blank(None)), pick::<&str>(rng, &["EvenQ", "IntegerQ"]))
        }
        9 if depth > 0 => {
            let inner = if head == "f" { *pick(rng, &HEADS) } else { "f" };
            call(rng, inner, depth - 1)
        }
        _ => {
            let of = Pattern::Except(atom(rng));
            named(rng, of)
        }
    }
}
