//! Printing and forms of output.

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Note, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Print",
        Attributes::NONE,
        |s, c| Ok(print(s, c)),
        "Print[a, b] prints the expressions, one after the other, as a line.",
        &[("Print[1, x]", "Null"), ("Print[]", "Null")],
    ),
    builtin(
        "ToString",
        Attributes::NONE,
        |s, c| Ok(to_string(s, c)),
        "ToString[e] is e as text as it is shown; ToString[e, InputForm] as it is typed.",
        &[("ToString[1 + x]", "\"1 + x\""), ("ToString[\"a\", InputForm]", "\"\\\"a\\\"\"")],
    ),
    builtin(
        "ToExpression",
        Attributes::NONE,
        |s, c| Ok(to_expression(s, c)),
        "ToExpression[\"text\"] evaluates what the text says.",
        &[("ToExpression[\"1 + 1\"]", "2"), ("ToExpression[\"a\"] === a", "True")],
    ),
    builtin(
        "InputForm",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "InputForm[e] is shown as e would be typed.",
        &[("ToString[InputForm[\"a\"]]", "\"\\\"a\\\"\""), ("ToString[InputForm[x]]", "\"x\"")],
    ),
    builtin(
        "FullForm",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "FullForm[e] is shown without operators.",
        &[
            ("ToString[FullForm[a + b]]", "\"Plus[a, b]\""),
            ("ToString[FullForm[{1}]]", "\"List[1]\""),
        ],
    ),
];

impl Session {
    /// Returns an expression as it is shown; forms that wrap it say how.
    pub fn shown(&self, value: &Value) -> String {
        let (inner, form) = match value.as_call() {
            Some(call) if call.args().len() == 1 => (&call.args()[0], call.head().as_symbol()),
            _ => (value, None),
        };
        match form {
            Some(sym::InputForm) => self.input_form(inner),
            Some(sym::FullForm) => self.full_form(inner),
            Some(sym::OutputForm | sym::HoldForm | sym::StandardForm) => self.output_form(inner),
            _ => self.output_form(value),
        }
    }
}

fn print(session: &mut Session, call: &Call) -> Step {
    let line: String = call.args().iter().map(|arg| session.shown(arg)).collect();
    session.tell(Note::Printed(line));
    Step::Done(Value::NULL)
}

fn to_string(session: &Session, call: &Call) -> Step {
    let text = match call.args() {
        [value] => session.shown(value),
        [value, form, ..] => match form.as_symbol() {
            Some(sym::InputForm) => session.input_form(value),
            Some(sym::FullForm) => session.full_form(value),
            _ => session.shown(value),
        },
        [] => return Step::Same,
    };
    Step::Done(Value::string(text))
}

fn to_expression(session: &mut Session, call: &Call) -> Step {
    let [Value::String(text), ..] = call.args() else { return Step::Same };
    let parsed = bolt_lyra_syntax::parse(text);
    if parsed.has_errors() {
        session.message_of("ToExpression", "sntx", &[Value::string(text.as_str())]);
        return Step::Done(Value::Symbol(sym::Failed));
    }
    let values: Vec<Value> = parsed.exprs.iter().map(|expr| session.read(expr)).collect();
    match &values[..] {
        [] => Step::Done(Value::NULL),
        [one] => Step::Again(one.clone()),
        all => Step::Again(Value::call(sym::CompoundExpression, crate::value::Args::from(all))),
    }
}
