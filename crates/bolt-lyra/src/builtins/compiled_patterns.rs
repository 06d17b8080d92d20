//! How patterns are compiled, and what came of it.

use triomphe::Arc;

use super::forms::{count, plain_name, record};
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ConfigurePatternCompilation",
        Attributes::NONE,
        configure,
        "ConfigurePatternCompilation[name -> value, ...] sets how patterns are compiled and returns \
         the settings in effect. fastPathOptimization: rules that look at each argument by itself \
         are matched without the general matcher. patternCacheSize: how many compiled patterns \
         that functions such as MatchQ were given are kept. decisionTreeDepth: how many features \
         of a rule, such as heads and literal arguments, decide whether it is tried. \
         indexingStrategy: \"hash\" finds rules by their features, \"none\" tries one after \
         another.",
        &[
            ("ConfigurePatternCompilation[decisionTreeDepth -> 4][\"decisionTreeDepth\"]", "4"),
            (
                "ConfigurePatternCompilation[]",
                "<|\"fastPathOptimization\" -> True, \"patternCacheSize\" -> 10000, \
                 \"decisionTreeDepth\" -> 8, \"indexingStrategy\" -> \"hash\"|>",
            ),
        ],
    ),
    builtin(
        "PatternReport",
        Attributes::HOLD_ALL,
        report,
        "PatternReport[f] tells how the definitions of the calls of f are found: how many have no \
         pattern and are found by their hash, how many have one, the depth and the nodes of the \
         tree that finds those that can match, and how many were tried for each expression that \
         was looked up. PatternReport[] tells of the patterns that functions were given.",
        &[
            ("f[1] = a; f[x_] := x; PatternReport[f][\"LiteralRules\"]", "1"),
            (
                "Do[g[i, x_] := x, {i, 100}]; Do[g[7, y], {5}]; \
                 PatternReport[g][\"TestsPerMatch\"]",
                "1.",
            ),
            ("MatchQ[1, _Integer]; PatternReport[][\"CompiledPatterns\"]", "1"),
        ],
    ),
];

fn configure(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    for setting in call.args() {
        let Some((name, value, _)) = sides(setting) else {
            session.message_of("ConfigurePatternCompilation", "rep", std::slice::from_ref(setting));
            return Ok(Step::Same);
        };
        let plain = plain_name(session, name).unwrap_or_default();
        if let Err(refusal) = set(session, &plain, value) {
            let (tag, parts) = match refusal {
                Refusal::Name => ("optx", [name.clone(), Value::Call(call.clone())]),
                Refusal::Value => ("setting", [value.clone(), name.clone()]),
            };
            session.message_of("ConfigurePatternCompilation", tag, &parts);
            return Ok(Step::Same);
        }
    }
    if !call.args().is_empty() {
        // What was compiled under other settings is compiled anew.
        session.patterns.clear();
        session.attribute_epoch += 1;
        session.new_epoch();
    }
    Ok(Step::Done(settings(session)))
}

/// Why a setting cannot be made.
enum Refusal {
    Name,
    Value,
}

fn set(session: &mut Session, name: &str, value: &Value) -> Result<(), Refusal> {
    let patterns = &mut session.patterns;
    match name {
        "fastPathOptimization" => patterns.has_fast_path = value.as_bool().ok_or(Refusal::Value)?,
        "patternCacheSize" => patterns.capacity = value.as_usize().ok_or(Refusal::Value)?,
        "decisionTreeDepth" => {
            patterns.depth = value.as_usize().filter(|depth| *depth > 0).ok_or(Refusal::Value)?;
        }
        "indexingStrategy" => {
            patterns.is_indexed = match value.as_str() {
                Some("hash") => true,
                Some("none") => false,
                _ => return Err(Refusal::Value),
            }
        }
        _ => return Err(Refusal::Name),
    }
    Ok(())
}

fn settings(session: &Session) -> Value {
    let patterns = &session.patterns;
    let strategy = if patterns.is_indexed { "hash" } else { "none" };
    record([
        ("fastPathOptimization", Value::boolean(patterns.has_fast_path)),
        ("patternCacheSize", count(patterns.capacity)),
        ("decisionTreeDepth", count(patterns.depth)),
        ("indexingStrategy", Value::string(strategy)),
    ])
}

fn report(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else {
        if !call.args().is_empty() {
            session.wrong_count_of("PatternReport", call.args().len(), 0, 1);
            return Ok(Step::Same);
        }
        let patterns = &session.patterns;
        return Ok(Step::Done(record([
            ("CompiledPatterns", count(patterns.len())),
            ("PatternCacheSize", count(patterns.capacity)),
            ("CacheHits", count(patterns.hits as usize)),
            ("CacheMisses", count(patterns.misses as usize)),
        ])));
    };
    let Some(symbol) = of.as_symbol() else {
        session.message_of("PatternReport", "sym", &[of.clone(), Value::Integer(1)]);
        return Ok(Step::Same);
    };
    let rules = session.definition(symbol).map(|known| known.down.clone()).unwrap_or_default();
    let (literal, patterns, shape) = rules.report();
    let mut parts = vec![
        ("LiteralRules", count(literal)),
        ("PatternRules", count(patterns)),
        ("Indexed", Value::boolean(shape.is_some())),
    ];
    if let Some(shape) = shape {
        let tried = shape.tried as f64 / shape.looked_up.max(1) as f64;
        parts.extend([
            ("TreeDepth", count(shape.depth)),
            ("TreeNodes", count(shape.nodes)),
            ("LookedUp", count(shape.looked_up as usize)),
            ("TestsPerMatch", Value::Real(tried)),
        ]);
    }
    Ok(Step::Done(record(parts)))
}
