//! Programs in files, and contexts.

use triomphe::Arc;

use super::{failed, path_of, text_of};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Get",
        Attributes::NONE,
        get,
        "<<file or Get[\"file\"] evaluates what a file says; the result is that of the last \
         expression. Get[\"context`\"] looks for context.wl and context.m.",
        &[
            ("Put[x + 1, \"e.wl\"]; Get[\"e.wl\"]", "1 + x"),
            ("Quiet[Get[\"not there\"]]", "$Failed"),
        ],
    ),
    builtin(
        "Put",
        Attributes::NONE,
        |s, c| put(s, c, "Put"),
        "e >> file or Put[e, \"file\"] writes e to a file as it is typed; Put[e1, e2, \"file\"] \
         several, one a line.",
        &[
            ("Put[{1, a}, \"e.wl\"]; Import[\"e.wl\", \"Text\"]", "\"{1, a}\\n\""),
            ("Put[1, 2, \"e.wl\"]; Get[\"e.wl\"]", "2"),
        ],
    ),
    builtin(
        "PutAppend",
        Attributes::NONE,
        |s, c| put(s, c, "PutAppend"),
        "e >>> file or PutAppend[e, \"file\"] adds e to a file as it is typed.",
        &[
            (
                "Put[1, \"e.wl\"]; PutAppend[2, \"e.wl\"]; Import[\"e.wl\", \"Text\"]",
                "\"1\\n2\\n\"",
            ),
            ("PutAppend[3, \"new.wl\"]; Get[\"new.wl\"]", "3"),
        ],
    ),
    builtin(
        "Needs",
        Attributes::NONE,
        needs,
        "Needs[\"context`\"] loads a package by Get unless its context is already known to \
         $Packages.",
        &[
            ("Put[Null, \"p.wl\"]; Quiet[Needs[\"p`\"]]", "Null"),
            ("Quiet[Needs[\"not`there`\"]]", "$Failed"),
        ],
    ),
    builtin(
        "Begin",
        Attributes::NONE,
        |s, c| Ok(begin(s, c)),
        "Begin[\"context`\"] makes a context the one that new symbols go to, until End[].",
        &[("Begin[\"c`\"]; End[]", "\"c`\""), ("Begin[\"c`\"]; Begin[\"`d`\"]; End[]", "\"c`d`\"")],
    ),
    builtin(
        "End",
        Attributes::NONE,
        |s, _| Ok(Step::Done(end(s))),
        "End[] goes back to the context before Begin and gives the one that is left.",
        &[("Begin[\"c`\"]; End[]; $Context", "\"Global`\""), ("Begin[\"c`\"]; End[]", "\"c`\"")],
    ),
    builtin(
        "BeginPackage",
        Attributes::NONE,
        begin_package,
        "BeginPackage[\"context`\"] makes a context the current one and, with System`, the only \
         one that is searched; BeginPackage[\"context`\", {\"needed`\"}] needs other packages.",
        &[
            (
                "BeginPackage[\"p`\"]; f::usage = \"\"; Begin[\"`Private`\"]; f[x_] := 2 x; End[]; \
                 EndPackage[]; f[4]",
                "8",
            ),
            ("BeginPackage[\"p`\"]; EndPackage[]; First[$ContextPath]", "\"p`\""),
        ],
    ),
    builtin(
        "EndPackage",
        Attributes::NONE,
        |s, _| Ok(Step::Done(end_package(s))),
        "EndPackage[] goes back to the context before BeginPackage; the package is searched from \
         now on.",
        &[
            ("BeginPackage[\"p`\"]; EndPackage[]; $Context", "\"Global`\""),
            ("BeginPackage[\"p`\"]; EndPackage[]; MemberQ[$ContextPath, \"p`\"]", "True"),
        ],
    ),
];

/// Where an earlier context is kept.
#[derive(Debug, Clone)]
pub(crate) struct OuterContext {
    context: Arc<str>,
    /// The contexts that were searched, if a package changed them.
    path: Option<Vec<Arc<str>>>,
}

/// Evaluates a program and returns the value of its last expression; `None` if it is broken.
pub(super) fn evaluate(session: &mut Session, text: &str, name: &str) -> Evaluated<Option<Value>> {
    // A first line for the shell is none of the program's.
    let text = match text.strip_prefix("#!") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => text,
    };
    let parsed = bolt_lyra_syntax::parse(text);
    if parsed.has_errors() {
        let first = parsed.diagnostics.first().map(|one| Value::string(one.message.as_str()));
        session.message_of(name, "sntx", &[first.unwrap_or(Value::NULL)]);
        return Ok(None);
    }
    let mut last = Value::NULL;
    for expr in &parsed.exprs {
        session.check_interrupt()?;
        // A symbol is made in the context that is current then.
        let value = session.read(expr);
        last = session.evaluate(&value)?;
    }
    Ok(Some(last))
}

/// Returns the files that a name of a package may mean.
fn files_of(name: &str) -> Vec<String> {
    match name.strip_suffix('`') {
        Some(context) => {
            let path = context.replace('`', "/");
            vec![format!("{path}.wl"), format!("{path}.m"), format!("{path}/init.m")]
        }
        None => vec![name.to_owned()],
    }
}

fn load(session: &mut Session, name: &str) -> Evaluated<Option<Value>> {
    for file in files_of(name) {
        if let Ok(bytes) = session.host.read(&file) {
            let value = evaluate(session, &text_of(bytes), "Get")?;
            return Ok(Some(value.unwrap_or(Value::Symbol(sym::Failed))));
        }
    }
    Ok(None)
}

fn get(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(name) = call.args().first().and_then(|name| path_of(session, name)) else {
        return Ok(Step::Same);
    };
    let name = name.to_owned();
    match load(session, &name)? {
        Some(value) => Ok(Step::Done(value)),
        None => Ok(Step::Done(failed(session, "Get", "noopen", &name))),
    }
}

fn put(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let [values @ .., target] = call.args() else { return Ok(Step::Same) };
    let Some(path) = path_of(session, target) else { return Ok(Step::Same) };
    let text: String = values.iter().map(|value| session.input_form(value) + "\n").collect();
    match session.host.write(path, text.as_bytes(), name == "PutAppend") {
        Ok(()) => Ok(Step::Done(Value::NULL)),
        Err(_) => Ok(Step::Done(failed(session, name, "noopen", path))),
    }
}

fn needs(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (name, file) = match call.args() {
        [Value::String(name)] => (name.clone(), name.clone()),
        [Value::String(name), Value::String(file)] => (name.clone(), file.clone()),
        _ => return Ok(Step::Same),
    };
    if session.packages.iter().any(|own| **own == **name) {
        show_context(session, &name);
        return Ok(Step::Done(Value::NULL));
    }
    match load(session, &file)? {
        None => Ok(Step::Done(failed(session, "Get", "noopen", &name))),
        Some(_) if session.packages.iter().any(|own| **own == **name) => {
            Ok(Step::Done(Value::NULL))
        }
        Some(_) => {
            session.message_of("Needs", "nocont", &[Value::string(name.as_str())]);
            Ok(Step::Done(Value::NULL))
        }
    }
}

/// Makes a context one that is searched.
fn show_context(session: &mut Session, name: &str) {
    let context = session.names.context(name);
    if !session.names.path.contains(&context) {
        session.names.path.insert(0, context);
        contexts_changed(session);
    }
}

/// Returns the whole name of a context, which may be inside the current one.
fn whole_name(session: &Session, name: &str) -> Option<String> {
    name.ends_with('`').then_some(())?;
    Some(match name.strip_prefix('`') {
        Some(rest) => format!("{}{rest}", session.names.context),
        None => name.to_owned(),
    })
}

fn begin(session: &mut Session, call: &Call) -> Step {
    let [Value::String(name)] = call.args() else { return Step::Same };
    let Some(name) = whole_name(session, name) else {
        session.message_of("Begin", "cxt", &[Value::string(name.as_str())]);
        return Step::Same;
    };
    let context = session.names.context(&name);
    let before = std::mem::replace(&mut session.names.context, context);
    session.outer_contexts.push(OuterContext { context: before, path: None });
    contexts_changed(session);
    Step::Done(Value::string(name))
}

fn end(session: &mut Session) -> Value {
    let left = session.names.context.to_string();
    match session.outer_contexts.pop() {
        Some(outer) if outer.path.is_none() => session.names.context = outer.context,
        Some(outer) => {
            session.outer_contexts.push(outer);
            session.message_of("End", "noctx", &[]);
        }
        None => session.message_of("End", "noctx", &[]),
    }
    contexts_changed(session);
    Value::string(left)
}

fn begin_package(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (name, needed) = match call.args() {
        [Value::String(name)] => (name.clone(), None),
        [Value::String(name), needed] => (name.clone(), Some(needed.clone())),
        _ => return Ok(Step::Same),
    };
    let Some(name) = whole_name(session, &name) else {
        session.message_of("BeginPackage", "cxt", &[Value::string(name.as_str())]);
        return Ok(Step::Same);
    };
    let system = session.names.context("System`");
    let context = session.names.context(&name);
    let outer = OuterContext {
        context: std::mem::replace(&mut session.names.context, context.clone()),
        path: Some(std::mem::replace(&mut session.names.path, vec![context, system])),
    };
    session.outer_contexts.push(outer);
    contexts_changed(session);
    let function = session.named_symbol("Needs");
    let needed = needed.as_ref().map(|all| all.as_list().unwrap_or(std::slice::from_ref(all)));
    for one in needed.unwrap_or(&[]) {
        session.call(&function, [one.clone()].as_slice())?;
        if let Some(name) = one.as_str() {
            show_context(session, name);
        }
    }
    Ok(Step::Done(Value::string(name)))
}

fn end_package(session: &mut Session) -> Value {
    let context = session.names.context.clone();
    match session.outer_contexts.pop() {
        Some(OuterContext { context: before, path: Some(path) }) => {
            session.names.context = before;
            session.names.path = path;
            session.packages.insert(0, context.to_string());
            show_context(session, &context);
        }
        Some(outer) => {
            session.outer_contexts.push(outer);
            session.message_of("EndPackage", "noctx", &[]);
        }
        None => session.message_of("EndPackage", "noctx", &[]),
    }
    contexts_changed(session);
    Value::NULL
}

/// Sets the symbols that tell the contexts.
pub(crate) fn contexts_changed(session: &mut Session) {
    let path: Args = session.names.path.iter().map(|name| Value::string(&**name)).collect();
    let packages: Args = session.packages.iter().map(|name| Value::string(name.as_str())).collect();
    let context = Value::string(&*session.names.context);
    session.change(sym::Context).own = Some(context);
    session.change(sym::ContextPath).own = Some(Value::list(path));
    let all = session.names.symbol("System`$Packages");
    session.change(all).own = Some(Value::list(packages));
}

/// Takes over `$Context` or `$ContextPath` after an assignment.
pub(crate) fn context_assigned(session: &mut Session, symbol: crate::symbol::Symbol) {
    let value = session.definition(symbol).and_then(|definition| definition.own.clone());
    match (symbol, &value) {
        (sym::Context, Some(Value::String(name))) if name.ends_with('`') => {
            session.names.context = session.names.context(name);
        }
        (sym::ContextPath, Some(list)) => {
            let Some(names) = list.as_list() else { return contexts_changed(session) };
            let names: Option<Vec<String>> =
                names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
            let Some(names) = names else { return contexts_changed(session) };
            session.names.path = names.iter().map(|name| session.names.context(name)).collect();
        }
        _ => contexts_changed(session),
    }
}
