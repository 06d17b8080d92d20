//! Printing, and expressions to and from strings.

use triomphe::Arc;

use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Note, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Print",
        Attributes::NONE,
        print,
        "Print[a, b] prints the expressions, one after the other, as a line.",
        &[("Print[1, x]", "Null"), ("Print[]", "Null")],
    ),
    builtin(
        "Echo",
        Attributes::NONE,
        echo,
        "Echo[e] prints e and gives it; Echo[e, label, f] prints f[e] after a label.",
        &[("Echo[1 + 1] + 1", "3"), ("Echo[x, \"is\", f]", "x")],
    ),
    builtin(
        "ToString",
        Attributes::NONE,
        to_string,
        "ToString[e] is e as text as it is shown; ToString[e, InputForm] as it is typed, \
         ToString[e, TeXForm] as TeX.",
        &[("ToString[1 + 2 x]", "\"1 + 2 x\""), ("ToString[\"a\", InputForm]", "\"\\\"a\\\"\"")],
    ),
    builtin(
        "TextString",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [value, ..] => {
                    let value = formatted(s, value)?;
                    Step::Done(Value::string(s.shown(&value)))
                }
                [] => Step::Same,
            })
        },
        "TextString[e] is e as text for people.",
        &[("TextString[{1, 2}]", "\"{1, 2}\""), ("TextString[\"a\"]", "\"a\"")],
    ),
    builtin(
        "ToExpression",
        Attributes::NONE,
        to_expression,
        "ToExpression[\"text\"] evaluates what the text says; ToExpression[\"text\", InputForm, h] \
         gives h of it, unevaluated.",
        &[
            ("ToExpression[\"1 + 1\"]", "2"),
            ("ToExpression[\"1 + 1\", InputForm, Hold]", "Hold[1 + 1]"),
        ],
    ),
    builtin(
        "SyntaxQ",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [Value::String(text)] => {
                    Step::Done(Value::boolean(!bolt_lyra_syntax::parse(text).has_errors()))
                }
                _ => Step::Same,
            })
        },
        "SyntaxQ[\"text\"] is True if the text is an expression.",
        &[("SyntaxQ[\"a + b\"]", "True"), ("SyntaxQ[\"a + (\"]", "False")],
    ),
    builtin(
        "Format",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [value] | [value, _] => Step::Done(formatted(s, value)?),
                _ => Step::Same,
            })
        },
        "Format[e] is e as it is to be shown; Format[f[x_]] := e says how f[x] is shown.",
        &[
            ("Format[pair[a_, b_]] := Row[{a, \"-\", b}]; ToString[pair[1, 2]]", "\"1-2\""),
            ("Format[x]", "x"),
        ],
    ),
];

impl Session {
    /// Returns an expression as it is shown, where `Format` has rules by these.
    ///
    /// # Errors
    /// What ends the evaluation of a rule otherwise.
    pub fn show(&mut self, value: &Value) -> Evaluated<String> {
        let value = formatted(self, value)?;
        Ok(self.shown(&value))
    }
}

/// Returns an expression with what the rules for `Format` make of its parts.
pub(super) fn formatted(session: &mut Session, value: &Value) -> Evaluated {
    let rules = match session.definition(sym::Format) {
        Some(definition) if !definition.down.is_empty() => definition.down.clone(),
        _ => return Ok(value.clone()),
    };
    with_formats(session, &rules, value)
}

fn with_formats(session: &mut Session, rules: &crate::rule::Rules, value: &Value) -> Evaluated {
    if matches!(value, Value::Call(_) | Value::Symbol(_)) {
        let as_shown = Value::call(sym::Format, [value.clone()].as_slice());
        if let Some(shown) = rules.apply(session, &as_shown)? {
            let shown = session.evaluate(&shown)?;
            if shown != *value {
                session.enter()?;
                let shown = session.on_enough_stack(|session| with_formats(session, rules, &shown));
                session.depth -= 1;
                return shown;
            }
        }
    }
    let Value::Call(call) = value else { return Ok(value.clone()) };
    if call.is(sym::InputForm) || call.is(sym::FullForm) {
        return Ok(value.clone());
    }
    grown(call.depth(), || {
        let head = call.head().clone();
        let args = call.args().iter().map(|arg| with_formats(session, rules, arg));
        Ok(Value::call(head, args.collect::<Evaluated<Args>>()?))
    })
}

fn print(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let mut line = String::new();
    for arg in call.args() {
        let arg = formatted(session, arg)?;
        line.push_str(&session.shown(&arg));
    }
    session.tell(Note::Printed(line));
    Ok(Step::Done(Value::NULL))
}

fn echo(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, label, with) = match call.args() {
        [value] => (value, None, None),
        [value, label] => (value, Some(label), None),
        [value, label, with] => (value, Some(label), Some(with)),
        _ => return Ok(Step::Same),
    };
    let told = match with {
        Some(with) => session.call(with, [value.clone()].as_slice())?,
        None => value.clone(),
    };
    let told = formatted(session, &told)?;
    let label = label.map(|label| session.shown(label) + " ").unwrap_or_default();
    let line = format!(">> {label}{}", session.shown(&told));
    session.tell(Note::Printed(line));
    Ok(Step::Done(value.clone()))
}

fn to_string(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = Options::split(call.args(), 1);
    let (value, form) = match args {
        [value] => (value, sym::OutputForm),
        [value, form] => match form.as_symbol() {
            Some(form) => (value, form),
            None => return Ok(Step::Same),
        },
        _ => {
            session.wrong_count_of("ToString", args.len(), 1, 2);
            return Ok(Step::Same);
        }
    };
    let text = match form {
        sym::InputForm => session.input_form(value),
        sym::FullForm => session.full_form(value),
        sym::TeXForm => session.tex_form(value),
        sym::CForm => session.c_form(value),
        sym::FortranForm => session.fortran_form(value),
        _ => {
            let value = formatted(session, value)?;
            session.shown(&value)
        }
    };
    Ok(Step::Done(Value::string(text)))
}

fn to_expression(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (input, head) = match call.args() {
        [input] | [input, _] => (input, None),
        [input, _, head] => (input, Some(head)),
        args => {
            let count = args.len();
            session.wrong_count_of("ToExpression", count, 1, 3);
            return Ok(Step::Same);
        }
    };
    let Value::String(text) = input else {
        let Some(list) = input.as_list() else { return Ok(Step::Again(boxed(input, head))) };
        let of = |one: &Value| {
            let rest = call.args()[1..].iter().cloned();
            Value::call(
                call.head().clone(),
                std::iter::once(one.clone()).chain(rest).collect::<Args>(),
            )
        };
        return Ok(Step::Again(Value::list(list.iter().map(of).collect::<Args>())));
    };
    let parsed = bolt_lyra_syntax::parse(text);
    if parsed.has_errors() {
        session.message_of("ToExpression", "sntx", &[Value::string(text.as_str())]);
        return Ok(Step::Done(Value::Symbol(sym::Failed)));
    }
    let mut last = Value::NULL;
    for (place, expr) in parsed.exprs.iter().enumerate() {
        // What comes later is read after what comes before is evaluated.
        let value = session.read(expr);
        last = match head {
            Some(head) if place + 1 == parsed.exprs.len() => {
                return Ok(Step::Again(Value::call(head.clone(), [value].as_slice())));
            }
            _ => session.evaluate(&value)?,
        };
    }
    Ok(Step::Done(last))
}

/// What is no text stands for itself.
fn boxed(input: &Value, head: Option<&Value>) -> Value {
    match head {
        Some(head) => Value::call(head.clone(), [input.clone()].as_slice()),
        None => input.clone(),
    }
}
