//! Expressions as boxes: `RowBox[{"a", "+", "b"}]`.

use triomphe::Arc;

use super::head_name;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, fixed, grown};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ToBoxes",
        Attributes::NONE,
        made,
        "ToBoxes[e] is the boxes that e is shown as.",
        &[
            ("ToBoxes[m + n]", "RowBox[{\"m\", \"+\", \"n\"}]"),
            ("ToBoxes[x^2]", "SuperscriptBox[\"x\", \"2\"]"),
        ],
    ),
    builtin(
        "MakeBoxes",
        Attributes::HOLD_ALL_COMPLETE,
        made,
        "MakeBoxes[e] is the boxes that e is shown as, without evaluating it.",
        &[
            ("MakeBoxes[1 + 1]", "RowBox[{\"1\", \"+\", \"1\"}]"),
            ("MakeBoxes[a/b]", "FractionBox[\"a\", \"b\"]"),
        ],
    ),
];

fn made(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    Ok(match call.args() {
        [value] | [value, _] => {
            let value = super::text::formatted(session, value)?;
            let names = Names::new(session);
            Step::Done(boxes(session, &names, &value))
        }
        _ => Step::Same,
    })
}

/// The heads of boxes.
struct Names {
    row: Value,
    fraction: Value,
    superscript: Value,
    subscript: Value,
    sqrt: Value,
    grid: Value,
}

impl Names {
    fn new(session: &mut Session) -> Self {
        let mut of = |name: &str| Value::Symbol(session.system_symbol(name));
        Self {
            row: of("RowBox"),
            fraction: of("FractionBox"),
            superscript: of("SuperscriptBox"),
            subscript: of("SubscriptBox"),
            sqrt: of("SqrtBox"),
            grid: of("GridBox"),
        }
    }

    fn row(&self, parts: impl Into<Args>) -> Value {
        Value::call(self.row.clone(), [Value::list(parts)].as_slice())
    }
}

fn joined(boxes: Vec<Value>, between: &str) -> Args {
    let mut all = Args::new();
    for (place, one) in boxes.into_iter().enumerate() {
        if place > 0 {
            all.push(Value::string(between));
        }
        all.push(one);
    }
    all
}

fn boxes(session: &Session, names: &Names, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::string(format!("\"{text}\"")),
        Value::Rational(_) => {
            let parts = number::as_call(value);
            match parts.as_ref().and_then(fixed) {
                Some([top, bottom]) if number::is_negative(top) => {
                    let top = boxes(session, names, &number::negate(top));
                    let fraction = [top, boxes(session, names, bottom)];
                    let fraction = Value::call(names.fraction.clone(), fraction);
                    names.row([Value::string("-"), fraction])
                }
                Some([top, bottom]) => {
                    let parts = [boxes(session, names, top), boxes(session, names, bottom)];
                    Value::call(names.fraction.clone(), parts)
                }
                None => Value::string(session.input_form(value)),
            }
        }
        Value::Call(call) => grown(call.depth(), || call_boxes(session, names, call)),
        _ => Value::string(session.input_form(value)),
    }
}

/// Boxes in parentheses if the expression binds less tightly than its place.
fn grouped(session: &Session, names: &Names, value: &Value) -> Value {
    let inner = boxes(session, names, value);
    match super::is_compound(value) {
        true => names.row([Value::string("("), inner, Value::string(")")].as_slice()),
        false => inner,
    }
}

fn call_boxes(session: &Session, names: &Names, call: &Call) -> Value {
    let of = |value: &Value| boxes(session, names, value);
    let all = |values: &[Value]| values.iter().map(of).collect::<Vec<_>>();
    let operator = |name: &str| {
        Some(match name {
            "Rule" => "\u{2192}",
            "RuleDelayed" => "\u{29F4}",
            "Equal" => "==",
            "Unequal" => "!=",
            "Less" => "<",
            "Greater" => ">",
            "LessEqual" => "<=",
            "GreaterEqual" => ">=",
            "And" => "&&",
            "Or" => "||",
            "Set" => "=",
            "SetDelayed" => ":=",
            _ => return None,
        })
    };
    match (head_name(session, call).unwrap_or(""), call.args()) {
        ("Plus", [_, _, ..]) => sum(session, names, call.args()),
        ("Times", args @ [_, _, ..]) => product(session, names, args),
        ("Power", [base, Value::Rational(half)]) if half.to_string() == "1/2" => {
            Value::call(names.sqrt.clone(), [of(base)].as_slice())
        }
        ("Power", [base, Value::Integer(-1)]) => {
            Value::call(names.fraction.clone(), [Value::string("1"), of(base)])
        }
        ("Power" | "Superscript", [base, exponent]) => {
            let parts = [grouped(session, names, base), of(exponent)];
            Value::call(names.superscript.clone(), parts)
        }
        ("Subscript", [base, index]) => Value::call(names.subscript.clone(), [of(base), of(index)]),
        ("List", args) => names.row(bracketed("{", args, "}", names, &all)),
        ("MatrixForm" | "TableForm" | "Grid", [of_rows]) if of_rows.as_list().is_some() => {
            let rows = of_rows.as_list().unwrap_or(&[]);
            let row = |row: &Value| match row.as_list() {
                Some(cells) => Value::list(Args::from(all(cells))),
                None => Value::list([of(row)].as_slice()),
            };
            let rows = Value::list(rows.iter().map(row).collect::<Args>());
            Value::call(names.grid.clone(), [rows].as_slice())
        }
        ("HoldForm" | "StandardForm" | "OutputForm", [inner]) => of(inner),
        ("Row", [list]) if list.as_list().is_some() => {
            names.row(Args::from(all(list.as_list().unwrap_or(&[]))))
        }
        (name, args @ [_, _, ..]) if operator(name).is_some() => {
            names.row(joined(all(args), operator(name).unwrap_or("")))
        }
        (_, args) => {
            let mut parts = Args::from([of(call.head())].as_slice());
            parts.extend(bracketed("[", args, "]", names, &all));
            names.row(parts)
        }
    }
}

/// Arguments in brackets: more than one are a row of their own.
fn bracketed(
    open: &str,
    args: &[Value],
    close: &str,
    names: &Names,
    all: &dyn Fn(&[Value]) -> Vec<Value>,
) -> Args {
    let mut parts = Args::from([Value::string(open)].as_slice());
    match args.len() {
        0 => {}
        1 => parts.extend(all(args)),
        _ => parts.push(names.row(joined(all(args), ","))),
    }
    parts.push(Value::string(close));
    parts
}

fn sum(session: &Session, names: &Names, terms: &[Value]) -> Value {
    let mut parts = Args::new();
    for (place, term) in terms.iter().enumerate() {
        let negative = match term {
            Value::Integer(_) | Value::Real(_) | Value::Rational(_)
                if number::is_negative(term) =>
            {
                Some(number::negate(term))
            }
            _ => term.args_of(sym::Times).and_then(|factors| match factors {
                [first, rest @ ..] if number::is_real(first) && number::is_negative(first) => {
                    let size = number::negate(first);
                    let one = number::is_one(&size).then_some(());
                    let kept = one.map_or_else(|| Some(size), |()| None);
                    let all: Args = kept.into_iter().chain(rest.iter().cloned()).collect();
                    Some(match &all[..] {
                        [only] => only.clone(),
                        _ => Value::call(sym::Times, all),
                    })
                }
                _ => None,
            }),
        };
        match (place, negative) {
            (0, _) => parts.push(boxes(session, names, term)),
            (_, Some(positive)) => {
                parts.push(Value::string("-"));
                parts.push(boxes(session, names, &positive));
            }
            (_, None) => {
                parts.push(Value::string("+"));
                parts.push(boxes(session, names, term));
            }
        }
    }
    names.row(parts)
}

fn product(session: &Session, names: &Names, factors: &[Value]) -> Value {
    let (mut above, mut below) = (Vec::new(), Vec::new());
    let mut negative = false;
    for factor in factors {
        match factor.exactly(sym::Power) {
            Some([base, exponent])
                if number::is_real(exponent) && number::is_negative(exponent) =>
            {
                below.push(match number::negate(exponent) {
                    Value::Integer(1) => base.clone(),
                    positive => Value::call(sym::Power, [base.clone(), positive]),
                });
            }
            _ if matches!(factor, Value::Integer(-1)) => negative = true,
            _ => above.push(factor.clone()),
        }
    }
    let row = |parts: &[Value]| match parts {
        [] => Value::string("1"),
        [one] => boxes(session, names, one),
        _ => {
            let group = |value: &Value| match value.args_of(sym::Plus) {
                Some(_) => grouped(session, names, value),
                None => boxes(session, names, value),
            };
            names.row(joined(parts.iter().map(group).collect(), " "))
        }
    };
    let whole = match below.is_empty() {
        true => row(&above),
        false => Value::call(names.fraction.clone(), [row(&above), row(&below)]),
    };
    if negative { names.row([Value::string("-"), whole]) } else { whole }
}
