//! `Compile` and `CompiledFunction`.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::builtins::options::Options;
use crate::compile::{check_compiled, read_parameter};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Compile",
        Attributes::HOLD_ALL,
        compile,
        "Compile[{x, {n, _Integer}, {v, _Real, 1}, ...}, body] gives a CompiledFunction that computes body with machine numbers: a parameter is real unless its type is given as _Integer, _Real, _Complex or True | False, and 1 or 2 after that make it a vector or a matrix. Where a result is no machine number, or the body has something that is not compiled, calls are evaluated instead. With RuntimeAttributes -> {Listable} it threads over lists, with RuntimeOptions -> {\"WarningMessages\" -> False} it tells nothing.",
        &[
            ("f = Compile[{x, {n, _Integer}}, x^2 + n]; f[1.5, 2]", "4.25"),
            (
                "Compile[{{v, _Real, 1}}, Module[{s = 0.}, Do[s = s + v[[i]]^2, {i, Length[v]}]; s]][{1., 2., 3.}]",
                "14.",
            ),
        ],
    ),
    builtin(
        "CompiledFunction",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "CompiledFunction[types, function, ...] is what Compile gives; CompiledFunction[...][args] calls it. Disassemble shows its code.",
        &[
            ("Compile[{{n, _Integer}}, 2*n][21]", "42"),
            ("Compile[{x}, x + 1]", "CompiledFunction[{_Real}, Function[{x}, x + 1]]"),
        ],
    ),
];

fn compile(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (given, options) = Options::split(call.args(), 2);
    let ([parameters, body] | [parameters, body, _]) = given else {
        session.wrong_count(sym::Compile, call.args().len(), 2, 3);
        return Ok(Step::Same);
    };
    let (mut names, mut types) = (Args::new(), Args::new());
    for parameter in parameters.as_list().unwrap_or(std::slice::from_ref(parameters)) {
        let Some((name, of)) = read_parameter(parameter) else {
            session.message(sym::Compile, "cpar", std::slice::from_ref(parameter));
            return Ok(Step::Same);
        };
        names.push(name);
        types.push(of);
    }
    let function = Value::call(sym::Function, [Value::list(names), body.clone()]);
    let mut parts = Args::from([Value::list(types), function].as_slice());
    parts.extend(marks(session, &options));
    let compiled = Value::call(sym::CompiledFunction, parts);
    check_compiled(session, &compiled);
    Ok(Step::Done(compiled))
}

/// Returns what options say about a compiled function; tells of those that it cannot follow.
fn marks(session: &mut Session, options: &Options<'_>) -> Args {
    let mut marks = Args::new();
    let given = |name: &str| options.get(session, name).cloned();
    let (attributes, runtime) = (given("RuntimeAttributes"), given("RuntimeOptions"));
    let (target, parallel) = (given("CompilationTarget"), given("Parallelization"));
    let all = |value: &Value| match value.as_list() {
        Some(list) => Args::from(list),
        None => Args::from([value.clone()].as_slice()),
    };
    let mut refused: Vec<(Value, &str)> = Vec::new();
    for attribute in attributes.iter().flat_map(all) {
        match attribute.is(sym::Listable) {
            true => marks.push(attribute),
            false => refused.push((attribute, "RuntimeAttributes")),
        }
    }
    for option in runtime.iter().flat_map(all) {
        let is_known = option.is(sym::Automatic) || option.as_str() == Some("Quality");
        match crate::rule::sides(&option) {
            Some((name, value, _)) if name.as_str() == Some("WarningMessages") => {
                if value.is(sym::False) {
                    marks.push(Value::string("Quiet"));
                }
            }
            _ if is_known => {}
            _ => refused.push((option, "RuntimeOptions")),
        }
    }
    if let Some(target) = target {
        match target.as_str() {
            Some("WVM") => {}
            Some("C") => session.message(sym::Compile, "nogen", &[]),
            _ => refused.push((target, "CompilationTarget")),
        }
    }
    if let Some(parallel) = parallel.filter(|value| !value.is(sym::False)) {
        refused.push((parallel, "Parallelization"));
    }
    for (value, name) in refused {
        session.message(sym::Compile, "setval", &[value, Value::string(name)]);
    }
    marks
}
