//! Conditions of patterns and rules: `x > 0 && EvenQ[n]`.

use super::code::{Binary, Relation};
use super::{fast, translate};
use crate::pattern::Binding;
use crate::rule::Template;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::Value;

/// A condition with slots for the names of a pattern.
///
/// What compares and computes with what is bound is computed without an expression being made,
/// where the values are such that this gives what evaluation gives.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) template: Template,
    quick: Option<Quick>,
    /// The built-in functions that the quick way stands for.
    functions: Vec<Symbol>,
}

/// What has a quick way.
#[derive(Debug, Clone)]
enum Quick {
    Slot(usize),
    Constant(Value),
    Unary(fast::Unary, Box<Self>),
    /// A test that knows its answer for each value.
    Test(Value, Box<Self>),
    Binary(Binary, Box<[Self; 2]>),
    Compare(Relation, Box<[Self; 2]>),
    /// `p && q`, and `p || q`: the second ends at the first that is `True`.
    Every(Vec<Self>),
    Some(Vec<Self>),
}

/// Tests of one argument that know their answer for each value.
const TESTS: &[Symbol] = &[sym::IntegerQ, sym::EvenQ, sym::OddQ];

impl Condition {
    pub(crate) fn new(template: Template) -> Self {
        let mut functions = Vec::new();
        let quick = Quick::new(&template, &mut functions);
        functions.sort_unstable();
        functions.dedup();
        Self { template, quick: quick.filter(|_| !functions.is_empty()), functions }
    }

    /// Returns whether it is `True` with what is bound.
    pub(crate) fn holds(
        &self,
        session: &mut Session,
        slots: &[Option<Binding>],
    ) -> Evaluated<bool> {
        if let Some(quick) = &self.quick
            && self.functions.iter().all(|&function| session.is_as_built(function))
            && let Some(value) = quick.value(session, slots)
        {
            return Ok(value.is(sym::True));
        }
        let test = self.template.fill(slots);
        session.hidden_dependence = true;
        Ok(session.evaluate(&test)?.is(sym::True))
    }
}

impl Quick {
    fn new(of: &Template, functions: &mut Vec<Symbol>) -> Option<Self> {
        let call = match of {
            Template::Slot(slot) => return Some(Self::Slot(*slot)),
            Template::Constant(value) => return Self::constant(value, functions),
            Template::Call(call) => call,
        };
        let Template::Constant(Value::Symbol(head)) = &call.0 else { return None };
        let mut parts = Vec::with_capacity(call.1.len());
        for arg in &call.1 {
            parts.push(Self::new(arg, functions)?);
        }
        Self::call(*head, parts, functions)
    }

    fn constant(value: &Value, functions: &mut Vec<Symbol>) -> Option<Self> {
        match value {
            Value::Call(call) => {
                let parts = call.args().iter().map(|arg| Self::constant(arg, functions));
                let parts = parts.collect::<Option<Vec<_>>>()?;
                Self::call(call.head().as_symbol()?, parts, functions)
            }
            _ if value.is_number() || value.as_bool().is_some() || value.as_str().is_some() => {
                Some(Self::Constant(value.clone()))
            }
            _ => None,
        }
    }

    fn call(head: Symbol, parts: Vec<Self>, functions: &mut Vec<Symbol>) -> Option<Self> {
        functions.push(head);
        if matches!(head, sym::And | sym::Or) {
            return Some(if head == sym::And { Self::Every(parts) } else { Self::Some(parts) });
        }
        match <[Self; 2]>::try_from(parts) {
            Ok(pair) => match (translate::binary_of(head), translate::relation_of(head)) {
                (Some(kind), _) => Some(Self::Binary(kind, Box::new(pair))),
                (_, Some(relation)) => Some(Self::Compare(relation, Box::new(pair))),
                _ => None,
            },
            Err(mut parts) => {
                let part = parts.pop().filter(|_| parts.is_empty())?;
                match TESTS.contains(&head) {
                    true => Some(Self::Test(Value::Symbol(head), Box::new(part))),
                    false => Some(Self::Unary(fast::unary_of(head)?, Box::new(part))),
                }
            }
        }
    }

    fn value(&self, session: &Session, slots: &[Option<Binding>]) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Slot(slot) => match slots[*slot].as_ref()? {
                Binding::One(value) if value.is_number() => Some(value.clone()),
                // Rules of what is bound could decide.
                Binding::One(value) if !session.has_up_rules && session.is_plain(value) => {
                    Some(value.clone())
                }
                _ => None,
            },
            Self::Unary(function, of) => function(&of.value(session, slots)?),
            Self::Test(test, of) => {
                session.quick_test(test, &of.value(session, slots)?).map(Value::boolean)
            }
            Self::Binary(kind, pair) => {
                let [a, b] = &**pair;
                fast::binary(*kind, &a.value(session, slots)?, &b.value(session, slots)?)
            }
            Self::Compare(relation, pair) => {
                let [a, b] = &**pair;
                let (a, b) = (a.value(session, slots)?, b.value(session, slots)?);
                fast::compare(*relation, &a, &b).map(Value::boolean)
            }
            Self::Every(all) => Self::first_that_is(false, all, session, slots),
            Self::Some(all) => Self::first_that_is(true, all, session, slots),
        }
    }

    /// Returns whether one of some is True, or False; those behind it are not looked at.
    fn first_that_is(
        wanted: bool,
        all: &[Self],
        session: &Session,
        slots: &[Option<Binding>],
    ) -> Option<Value> {
        for one in all {
            if one.value(session, slots)?.as_bool()? == wanted {
                return Some(Value::boolean(wanted));
            }
        }
        Some(Value::boolean(!wanted))
    }
}

#[cfg(test)]
mod tests {
    use bolt_base::Rng;

    use crate::session::Session;

    fn pick<'a>(rng: &mut Rng, of: &[&'a str]) -> &'a str {
        of[rng.below(of.len() as u64) as usize]
    }

    fn value(rng: &mut Rng) -> &'static str {
        pick(
            rng,
            &[
                "0",
                "1",
                "-3",
                "2",
                "7.",
                "2.5",
                "-0.",
                "1/2",
                "2^70",
                "2 + I",
                "a",
                "\"s\"",
                "{1}",
                "True",
                "Infinity",
                "9007199254740993",
                "9007199254740992.",
                "h[1]",
            ],
        )
    }

    fn term(rng: &mut Rng, depth: u32) -> String {
        if depth == 0 || rng.below(3) == 0 {
            return match rng.below(3) {
                0 => value(rng).to_owned(),
                _ => pick(rng, &["x", "y"]).to_owned(),
            };
        }
        let (a, b) = (term(rng, depth - 1), term(rng, depth - 1));
        match rng.below(4) {
            0 => format!("{}[{a}]", pick(rng, &["Abs", "Sin", "Floor", "Length", "Minus", "Sqrt"])),
            1 => format!("Mod[{a}, {b}]"),
            _ => format!("({a} {} {b})", pick(rng, &["+", "-", "*", "/", "^"])),
        }
    }

    fn condition(rng: &mut Rng, depth: u32) -> String {
        if depth > 0 && rng.below(2) == 0 {
            let (a, b) = (condition(rng, depth - 1), condition(rng, depth - 1));
            return match rng.below(3) {
                0 => format!("({a} && {b})"),
                1 => format!("({a} || {b})"),
                _ => format!("!{a}"),
            };
        }
        let (a, b) = (term(rng, 2), term(rng, 2));
        match rng.below(3) {
            0 => format!("{}[{a}]", pick(rng, &["EvenQ", "OddQ", "IntegerQ"])),
            1 => format!("({a} {} {b})", pick(rng, &["===", "=!=", "==", "!="])),
            _ => format!("({a} {} {b})", pick(rng, &["<", "<=", ">", ">="])),
        }
    }

    /// What comes before some of the programs: definitions that change what is asked.
    const CHANGES: &[&str] = &[
        "",
        "a = 4;",
        "h /: EvenQ[h[_]] = True; h /: h[u_] === v_ := v > 1;",
        "Unprotect[OddQ, Less]; OddQ[2] = True; Less[1, _] = False;",
        "SetAttributes[f, HoldAll]; a = 7;",
    ];

    #[test]
    fn a_condition_holds_if_it_evaluates_to_true() {
        let mut rng = Rng::new(12);
        for place in 0..400 {
            let test = condition(&mut rng, 2);
            let (x, y) = (value(&mut rng), value(&mut rng));
            let change = CHANGES[place % CHANGES.len()];
            let ask = |session: &mut Session, question: &str| {
                let value = session.run(&format!("Quiet[{question}]"));
                session.input_form(&value)
            };
            let mut session = Session::new();
            session.run(change);
            let rule = if change.contains("HoldAll") { ":>" } else { "->" };
            let put = format!("Hold[TrueQ[{test}]] /. {{x {rule} {x}, y {rule} {y}}}");
            let expected = ask(&mut session, &format!("ReleaseHold[{put}]"));
            session.run(&format!("f[x_, y_] := True /; {test}; f[_, _] = False;"));
            let found = ask(&mut session, &format!("f[{x}, {y}]"));
            assert_eq!(found, expected, "{change} {test} of {x}, {y}");
        }
    }
}
