//! `Simplify`, `FullSimplify`, `PossibleZeroQ`.

use triomphe::Arc;

use super::assume::assumptions_of;
use super::complexity::Measure;
use super::facts::Facts;
use super::search::{Search, is_possibly_zero, vanishes_off_the_axis};
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Simplify",
        Attributes::NONE,
        |s, c| simplify(s, c, false),
        "Simplify[e] is the simplest form of e that algebraic and trigonometric transformations lead \
         to; Simplify[e, a] under assumptions. Options: Assumptions, ComplexityFunction, \
         TransformationFunctions.",
        &[("Simplify[Sin[x]^2 + Cos[x]^2]", "1"), ("Simplify[Sqrt[x^2], x > 0]", "x")],
    ),
    builtin(
        "FullSimplify",
        Attributes::NONE,
        |s, c| simplify(s, c, true),
        "FullSimplify[e] is the simplest form of e that transformations lead to, those of special \
         functions, exponentials and algebraic numbers included; FullSimplify[e, a] under \
         assumptions.",
        &[
            ("FullSimplify[E^x + E^-x]", "2*Cosh[x]"),
            ("FullSimplify[Sqrt[3 + 2 Sqrt[2]]]", "1 + Sqrt[2]"),
        ],
    ),
    builtin(
        "PossibleZeroQ",
        Attributes::LISTABLE,
        |s, c| {
            let [value] = c.args() else {
                s.wrong_count_of("PossibleZeroQ", c.args().len(), 1, 1);
                return Ok(Step::Same);
            };
            let value = value.clone();
            if s.is_numeric(&value) {
                return Ok(Step::Done(Value::boolean(s.exact_sign(&value)? == Some(0))));
            }
            let is = is_possibly_zero(s, &value)? && vanishes_off_the_axis(s, &value)?;
            Ok(Step::Done(Value::boolean(is)))
        },
        "PossibleZeroQ[e] is True if e is 0 as far as simplification and numerical values tell.",
        &[
            ("PossibleZeroQ[(x + 1)^2 - x^2 - 2 x - 1]", "True"),
            ("PossibleZeroQ[x]", "False"),
            ("PossibleZeroQ[Sqrt[x^2] - x]", "False"),
        ],
    ),
];

fn simplify(session: &mut Session, call: &mut Arc<Call>, is_full: bool) -> Evaluated<Step> {
    let [value, rest @ ..] = call.args() else {
        let name = if is_full { "FullSimplify" } else { "Simplify" };
        session.wrong_count_of(name, 0, 1, 2);
        return Ok(Step::Same);
    };
    let (assumptions, options) = assumptions_of(session, rest)?;
    let mut measure = Measure::default();
    let mut extra = Vec::new();
    for (name, option) in options {
        match &*name {
            "ComplexityFunction" if !option.is(sym::Automatic) => measure.function = Some(option),
            "TransformationFunctions" => {
                let all = option.as_list().unwrap_or(std::slice::from_ref(&option));
                extra.extend(all.iter().filter(|f| !f.is(sym::Automatic)).cloned());
            }
            _ => {}
        }
    }
    let facts = Facts::read(session, &assumptions)?;
    // Facts that contradict each other say nothing.
    let mut search = Search::new(facts, is_full, measure, extra);
    search.simplest(session, value).map(Step::Done)
}
