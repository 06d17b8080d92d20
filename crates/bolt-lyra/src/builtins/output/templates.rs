//! Texts with places to fill.

use triomphe::Arc;

use crate::builtins::{Builtin, builtin, inert};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    inert(
        "StringForm",
        "StringForm[\"text `1` and `2`\", a, b] is shown with a and b in the places; `` is the next.",
        &[
            ("ToString[StringForm[\"`1` and `2`\", n, m]]", "\"n and m\""),
            ("ToString[StringForm[\"`` of ``\", 1, 2]]", "\"1 of 2\""),
        ],
    ),
    builtin(
        "StringTemplate",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "StringTemplate[\"text `` and `name`\"] is a function that fills the places: with its \
         arguments by number, or with the values of an association by name.",
        &[
            ("StringTemplate[\"`` + ``\"][1, 2]", "\"1 + 2\""),
            ("StringTemplate[\"Dear `name`\"][<|\"name\" -> \"Ann\"|>]", "\"Dear Ann\""),
        ],
    ),
    builtin(
        "TemplateApply",
        Attributes::NONE,
        apply_to,
        "TemplateApply[template, arguments] fills the places of a string or a StringTemplate with \
         the elements of a list or the values of an association; <*e*> is evaluated.",
        &[
            ("TemplateApply[\"`1`-`2`-`1`\", {a, b}]", "\"a-b-a\""),
            ("TemplateApply[\"2 + 2 = <*2 + 2*>\"]", "\"2 + 2 = 4\""),
        ],
    ),
];

/// Fills the places of `StringForm`, `None` if it holds no text.
pub(super) fn filled(session: &Session, args: &[Value]) -> Option<String> {
    let (Value::String(text), parts) = args.split_first()? else { return None };
    Some(session.fill_message(text, parts))
}

/// Applies `StringTemplate["..."]`, which stands as the head of a call.
pub(crate) fn apply_template(session: &mut Session, head: &Call, call: &Call) -> Evaluated<Step> {
    let [Value::String(text)] = head.args() else { return Ok(Step::Same) };
    let text = match call.args() {
        [Value::Association(_)] => fill(session, text, call.args().first())?,
        args => {
            let list = Value::list(Args::from(args));
            fill(session, text, Some(&list))?
        }
    };
    Ok(Step::Done(Value::string(text)))
}

fn apply_to(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (template, arguments) = match call.args() {
        [template] => (template, None),
        [template, arguments] => (template, Some(arguments)),
        _ => return Ok(Step::Same),
    };
    let text = match template {
        Value::String(text) => text.clone(),
        Value::Call(inner) if super::head_name(session, inner) == Some("StringTemplate") => {
            match inner.args() {
                [Value::String(text)] => text.clone(),
                _ => return Ok(Step::Same),
            }
        }
        _ => return Ok(Step::Same),
    };
    Ok(Step::Done(Value::string(fill(session, &text, arguments)?)))
}

/// Fills the places between back quotes and evaluates what stands between `<*` and `*>`.
fn fill(session: &mut Session, text: &str, arguments: Option<&Value>) -> Evaluated<String> {
    let mut filled = String::new();
    let mut rest = text;
    let mut next = 1;
    while let Some(start) = rest.find(['`', '<']) {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some(inner) = rest.strip_prefix("<*")
            && let Some(end) = inner.find("*>")
        {
            let function = Value::Symbol(session.names.symbol("System`ToExpression"));
            let value = session.call(&function, [Value::string(&inner[..end])].as_slice())?;
            filled.push_str(&session.shown(&value));
            rest = &inner[end + 2..];
            continue;
        }
        let place = rest.strip_prefix('`').and_then(|inner| Some((inner, inner.find('`')?)));
        let Some((inner, end)) = place else {
            filled.push_str(&rest[..1]);
            rest = &rest[1..];
            continue;
        };
        let name = &inner[..end];
        rest = &inner[end + 1..];
        match argument(arguments, name, &mut next) {
            Some(value) => {
                let value = session.evaluate(&value)?;
                filled.push_str(&session.shown(&value));
            }
            None => filled.push_str(&format!("`{name}`")),
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Returns what fills a place; a place without a name is the next.
fn argument(arguments: Option<&Value>, name: &str, next: &mut usize) -> Option<Value> {
    let number = match name {
        "" => {
            *next += 1;
            Some(*next - 1)
        }
        _ => name.parse::<usize>().ok(),
    };
    match arguments? {
        Value::Association(entries) => {
            let key = match number {
                Some(number) if !name.is_empty() || entries.get(&Value::string(name)).is_none() => {
                    Value::Integer(number as i64)
                }
                _ => Value::string(name),
            };
            let found = entries.get(&key).or_else(|| entries.get(&Value::string(name)));
            found.map(|entry| entry.value.clone())
        }
        list => {
            let all = list.as_list().unwrap_or(std::slice::from_ref(list));
            all.get(number?.checked_sub(1)?).cloned()
        }
    }
}
