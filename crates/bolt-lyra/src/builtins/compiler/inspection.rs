//! `Disassemble`, `CompilationReport` and `FunctionStats`.

use triomphe::Arc;

use super::{Builtin, builtin, count, record};
use crate::compile::{CompiledCode, Inspected, distinct, inspect, inspect_compiled, statistics};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, fixed};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Disassemble",
        Attributes::NONE,
        disassemble,
        "Disassemble[f] gives the code of a function as a string: of each rule of a symbol, of a Function, or of a CompiledFunction. Registers are r0, r1, ..., the first are the arguments. Lines that are marked by ! run only where a check before has found that something is not as foreseen. A definition that is not called often enough to be translated yet is shown as it would be.",
        &[
            (
                "f[n_] := n + 2*3; Disassemble[f]",
                "\"f[n_]: interpreted so far\\n   0  r2 = 6 (folded), else 3\\n   1  r1 = r0 + r2\\n   2  return r1\\n   3! r2 = 2 * 3\\n   4! jump 1\\n\"",
            ),
            ("Disassemble[#^2 &]", "\"#^2&: translated\\n   0  r1 = r0 ^ 2\\n   1  return r1\\n\""),
        ],
    ),
    builtin(
        "CompilationReport",
        Attributes::NONE,
        report,
        "CompilationReport[f] gives an association that tells how a function is executed: \"tier\" is \"Interpreter\", \"RegisterCode\" or, of a CompiledFunction, \"TypedCode\"; \"passes\" tells for each optimisation how many instructions it left out, changed or added; \"instructionsBefore\" and \"instructionsAfter\" count those on the way that is foreseen; \"reasons\" tells why something is not translated, or which expressions are left to the interpreter.",
        &[
            ("f[n_] := n + 2*3; CompilationReport[f][\"instructionsAfter\"]", "3"),
            (
                "CompilationReport[Function[x, Which[x > 0, Return[1]]]][\"reasons\"]",
                "{\"Return may end it\"}",
            ),
        ],
    ),
    builtin(
        "FunctionStats",
        Attributes::NONE,
        stats,
        "FunctionStats[f] gives an association that tells of the calls of a symbol that has rules: \"calls\", the \"state\" (\"Interpreted\" or \"StaticDispatch\", if code computes them), the \"threshold\" in calls from which on that is so, the call at which it was \"translatedAt\", and the number of \"deoptimizations\", which changes of its rules or of built-in functions bring about.",
        &[
            ("f[n_] := n; f[1]; f[2]; FunctionStats[f][\"state\"]", "\"Interpreted\""),
            (
                "f[n_] := n; Do[f[i], {i, 5}]; FunctionStats[f]",
                "<|\"calls\" -> 5, \"state\" -> \"StaticDispatch\", \"threshold\" -> 3, \"translatedAt\" -> 3, \"deoptimizations\" -> 0|>",
            ),
        ],
    ),
];

/// Returns the code of the compiled function that is the only argument of a call.
fn compiled(session: &mut Session, call: &Call) -> Option<CompiledCode> {
    let [function] = fixed(call)?;
    inspect_compiled(session, function)
}

/// Returns what is known of the function that is the only argument of a call.
fn inspected(session: &mut Session, call: &Call) -> Option<Vec<Inspected>> {
    let [function] = fixed(call)?;
    let found = inspect(session, function);
    if found.is_none()
        && let Some(name) = call.head().as_symbol()
    {
        session.message(name, "nofun", std::slice::from_ref(function));
    }
    found
}

fn disassemble(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    match compiled(session, call) {
        Some(Ok((text, _))) => return Ok(Step::Done(Value::string(text))),
        Some(Err((reason, _))) => return Ok(Step::Done(Value::string(reason))),
        None => {}
    }
    let Some(all) = inspected(session, call) else { return Ok(Step::Same) };
    let mut text = String::new();
    for one in all {
        let state = match one.is_in_use {
            true => "translated",
            false => "interpreted so far",
        };
        let of = session.input_form(&one.of);
        text.push_str(&format!("{of}: {state}\n{}", one.text(session)));
    }
    Ok(Step::Done(Value::string(text)))
}

/// The report of a compiled function: it has been lowered at once, without passes.
fn report_of_compiled(code: CompiledCode) -> Value {
    let (tier, instructions, reasons) = match code {
        Ok((_, instructions)) => ("TypedCode", instructions, Args::new()),
        Err((reason, expression)) => {
            let held = expression.map(|e| Value::call(sym::HoldForm, [e].as_slice()));
            let reasons = std::iter::once(Value::string(reason)).chain(held).collect();
            ("Interpreter", 0, reasons)
        }
    };
    record([
        ("tier", Value::string(tier)),
        ("passes", record([])),
        ("instructionsBefore", count(instructions)),
        ("instructionsAfter", count(instructions)),
        ("reasons", Value::list(reasons)),
    ])
}

fn report(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let Some(code) = compiled(session, call) {
        return Ok(Step::Done(report_of_compiled(code)));
    }
    let Some(all) = inspected(session, call) else { return Ok(Step::Same) };
    let mut passes: Vec<(&'static str, usize)> = Vec::new();
    let (mut before, mut after) = (0, 0);
    let mut reasons = Vec::new();
    for one in &all {
        for (name, count) in one.passes() {
            match passes.iter_mut().find(|(known, _)| known == name) {
                Some((_, all)) => *all += count,
                None => passes.push((name, *count)),
            }
        }
        let (own_before, own_after) = one.sizes().unwrap_or_default();
        before += own_before;
        after += own_after;
        reasons.extend(one.reasons());
    }
    let is_in_use = all.iter().any(|one| one.is_in_use);
    let tier = if is_in_use { "RegisterCode" } else { "Interpreter" };
    let passes = passes.into_iter().map(|(name, number)| (name, count(number)));
    Ok(Step::Done(record([
        ("tier", Value::string(tier)),
        ("passes", record(passes)),
        ("instructionsBefore", count(before)),
        ("instructionsAfter", count(after)),
        ("reasons", Value::list(distinct(reasons))),
    ])))
}

fn stats(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([function]) = fixed(call) else { return Ok(Step::Same) };
    let Some(found) = function.as_symbol().and_then(|symbol| statistics(session, symbol)) else {
        if let Some(name) = call.head().as_symbol() {
            session.message(name, "nofun", std::slice::from_ref(function));
        }
        return Ok(Step::Same);
    };
    let state = if found.is_translated { "StaticDispatch" } else { "Interpreted" };
    let translated_at = match found.translated_at {
        Some(call) => count(call),
        None => Value::call(sym::Missing, Args::from([Value::string("NotTranslated")].as_slice())),
    };
    Ok(Step::Done(record([
        ("calls", count(found.calls)),
        ("state", Value::string(state)),
        ("threshold", count(found.threshold)),
        ("translatedAt", translated_at),
        ("deoptimizations", count(found.deoptimizations)),
    ])))
}
