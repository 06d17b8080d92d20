//! `SetCompilerOptimizations`, `EnableStaticDispatch` and `SetInliningPolicy`.

use triomphe::Arc;

use super::{Builtin, builtin, count, plain_name, record};
use crate::compile::Settings;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "SetCompilerOptimizations",
        Attributes::NONE,
        optimizations,
        "SetCompilerOptimizations[name -> True or False, ...] switches optimisations of translated code on or off and gives all settings in effect; All and None stand for all of them. constantFolding computes what numbers come to once, deadCodeElimination leaves out what is never reached or used, commonSubexpressionElim uses results again, loopUnrolling repeats the bodies of small loops. None of them changes a result. tailCallOptimization makes calls in tail position jumps that no limit counts; without it they count against $IterationLimit.",
        &[
            (
                "SetCompilerOptimizations[loopUnrolling -> False]",
                "<|\"constantFolding\" -> True, \"deadCodeElimination\" -> True, \"commonSubexpressionElim\" -> True, \"loopUnrolling\" -> False, \"tailCallOptimization\" -> False|>",
            ),
            (
                "SetCompilerOptimizations[tailCallOptimization -> True]; f[0] = done; f[n_] := f[n - 1]; f[10^5]",
                "done",
            ),
        ],
    ),
    builtin(
        "EnableStaticDispatch",
        Attributes::NONE,
        static_dispatch,
        "EnableStaticDispatch[functions -> {f, ...}, threshold -> n] makes the calls of functions, symbols or their names, be computed by code from the n-th call on, and gives the settings in effect. Without functions, or with All, the threshold is that of all that are not named; it is 3 to begin with. Built-in functions need no threshold: code calls them without looking for rules as long as they are what they were. When the rules of a function change, counting begins anew.",
        &[
            (
                "EnableStaticDispatch[threshold -> 10]",
                "<|\"threshold\" -> 10, \"functions\" -> <||>, \"builtIn\" -> {}|>",
            ),
            (
                "EnableStaticDispatch[functions -> {f, Sin}, threshold -> 2]; f[x_] := x + 1; f[1]; a = FunctionStats[f][\"state\"]; f[2]; {a, FunctionStats[f][\"state\"]}",
                "{\"Interpreted\", \"StaticDispatch\"}",
            ),
        ],
    ),
    builtin(
        "SetInliningPolicy",
        Attributes::NONE,
        inlining,
        "SetInliningPolicy[maxInstructionCount -> 10, maxCallDepth -> 3, hotThreshold -> 1000] says which definitions stand in the place of their calls in translated code: those with so many instructions at most and no loop or choice, so many within one another, after so many calls. It gives the settings in effect.",
        &[
            (
                "SetInliningPolicy[hotThreshold -> 50]",
                "<|\"maxInstructionCount\" -> 10, \"maxCallDepth\" -> 3, \"hotThreshold\" -> 50|>",
            ),
            (
                "SetInliningPolicy[hotThreshold -> 5]; g[x_] := x*x; f[x_] := 1 + g[x]; Do[f[i], {i, 20}]; StringContainsQ[Disassemble[f], \"inlined g\"]",
                "True",
            ),
        ],
    ),
];

/// Takes the rules of a call apart: names of settings with their values. Tells of one that is
/// unknown.
fn settings(
    session: &mut Session,
    call: &Call,
    known: &[&'static str],
) -> Option<Vec<(&'static str, Value)>> {
    let name = call.head().as_symbol()?;
    let mut all = Vec::new();
    let args = match call.args() {
        [list] if list.as_list().is_some() => list.as_list().unwrap_or_default(),
        args => args,
    };
    for arg in args {
        let found = sides(arg).and_then(|(key, value, _)| {
            let text = plain_name(session, key)?;
            let known = known.iter().find(|known| **known == text)?;
            Some((*known, value.clone()))
        });
        match found {
            Some(setting) => all.push(setting),
            None => {
                let whole = Value::from(call.clone());
                session.message(name, "optx", &[arg.clone(), whole]);
                return None;
            }
        }
    }
    Some(all)
}

/// Tells that a setting cannot have a value.
fn refuse(session: &mut Session, call: &Call, name: &str, value: &Value) -> Evaluated<Step> {
    if let Some(function) = call.head().as_symbol() {
        session.message(function, "setval", &[value.clone(), Value::string(name)]);
    }
    Ok(Step::Same)
}

/// Makes settings those in effect: what was translated with others is not used any more.
fn put(session: &mut Session, settings: Settings) {
    session.compiler = settings;
    session.builtin_epoch += 1;
}

const PASSES: [&str; 5] = [
    "constantFolding",
    "deadCodeElimination",
    "commonSubexpressionElim",
    "loopUnrolling",
    "tailCallOptimization",
];

fn optimizations(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let mut new = session.compiler.clone();
    let passes = &mut new.passes;
    let places = [
        &mut passes.constant_folding,
        &mut passes.dead_code,
        &mut passes.common_subexpressions,
        &mut passes.loop_unrolling,
        &mut passes.tail_calls,
    ];
    match call.args() {
        [all] if all.is(sym::All) || all.is(sym::None) => {
            places.into_iter().for_each(|place| *place = all.is(sym::All));
        }
        _ => {
            let Some(given) = settings(session, call, &PASSES) else { return Ok(Step::Same) };
            for (name, value) in given {
                let Some(is_on) = value.as_bool() else {
                    return refuse(session, call, name, &value);
                };
                if let Some(place) = PASSES.iter().position(|known| *known == name) {
                    *places[place] = is_on;
                }
            }
        }
    }
    let passes = new.passes;
    put(session, new);
    let values = [
        passes.constant_folding,
        passes.dead_code,
        passes.common_subexpressions,
        passes.loop_unrolling,
        passes.tail_calls,
    ];
    Ok(Step::Done(record(PASSES.into_iter().zip(values.map(Value::boolean)))))
}

/// Returns a positive integer.
fn positive(value: &Value) -> Option<u64> {
    value.as_i64().and_then(|value| u64::try_from(value).ok()).filter(|&value| value > 0)
}

fn static_dispatch(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(given) = settings(session, call, &["functions", "threshold"]) else {
        return Ok(Step::Same);
    };
    let mut new = session.compiler.clone();
    let mut functions: Option<Vec<Symbol>> = None;
    let mut threshold = None;
    for (name, value) in given {
        match name {
            "threshold" => match positive(&value) {
                Some(value) => threshold = Some(value),
                None => return refuse(session, call, name, &value),
            },
            _ if value.is(sym::All) => functions = None,
            _ => match symbols(session, &value) {
                Some(all) => functions = Some(all),
                None => return refuse(session, call, name, &value),
            },
        }
    }
    let is_built_in = |session: &Session, symbol: Symbol| {
        session.definition(symbol).is_some_and(|known| known.builtin.is_some())
    };
    let mut built_in = Args::new();
    match functions {
        None => new.dispatch.threshold = threshold.unwrap_or(new.dispatch.threshold),
        Some(functions) => {
            for symbol in functions {
                match is_built_in(session, symbol) {
                    true => built_in.push(Value::Symbol(symbol)),
                    false => {
                        let threshold = threshold.unwrap_or(new.dispatch.threshold);
                        new.dispatch.named.insert(symbol, threshold);
                    }
                }
            }
        }
    }
    let dispatch = new.dispatch.clone();
    put(session, new);
    Ok(Step::Done(in_effect(session, &dispatch, built_in)))
}

fn in_effect(session: &Session, dispatch: &crate::compile::Dispatch, built_in: Args) -> Value {
    let mut named_functions: Vec<(Symbol, u64)> =
        dispatch.named.iter().map(|(symbol, threshold)| (*symbol, *threshold)).collect();
    named_functions.sort_by_key(|(symbol, _)| session.names.shown(*symbol));
    let mut functions = crate::association::Association::default();
    for (symbol, threshold) in named_functions {
        functions.insert(Value::Symbol(symbol), count(threshold));
    }
    record([
        ("threshold", count(dispatch.threshold)),
        ("functions", Value::Association(Arc::new(functions))),
        ("builtIn", Value::list(built_in)),
    ])
}

/// Returns the symbols of a list of symbols and their names; the names of the four operations are
/// known in words.
fn symbols(session: &mut Session, value: &Value) -> Option<Vec<Symbol>> {
    let all = value.as_list().unwrap_or(std::slice::from_ref(value));
    let of = |session: &mut Session, value: &Value| match value.as_str() {
        Some("Add") => Some(sym::Plus),
        Some("Multiply") => Some(sym::Times),
        Some(name) if is_name(name) => Some(session.names.symbol(name)),
        Some(_) => None,
        None => value.as_symbol(),
    };
    all.iter().map(|value| of(session, value)).collect()
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '$')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '$' || letter == '`')
}

fn inlining(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let known = ["maxInstructionCount", "maxCallDepth", "hotThreshold"];
    let Some(given) = settings(session, call, &known) else { return Ok(Step::Same) };
    let mut new = session.compiler.clone();
    for (name, value) in given {
        let whole = value.as_i64().and_then(|value| u32::try_from(value).ok());
        let Some(whole) = whole.filter(|&whole| whole > 0 || name != "hotThreshold") else {
            return refuse(session, call, name, &value);
        };
        match name {
            "maxInstructionCount" => new.inlining.instructions = whole as usize,
            "maxCallDepth" => new.inlining.depth = whole,
            _ => new.inlining.hot = u64::from(whole),
        }
    }
    let policy = new.inlining;
    put(session, new);
    Ok(Step::Done(record([
        ("maxInstructionCount", count(policy.instructions)),
        ("maxCallDepth", count(policy.depth)),
        ("hotThreshold", count(policy.hot)),
    ])))
}
