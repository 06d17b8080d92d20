//! `bolt config check`: what a settings file says, and what is wrong with it.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use bolt_config::{
    Check, Config, Effective, Errors, Origin, Problem, ProblemKind, SourceFile, Unused,
};
use bolt_hardware::Hardware;
use bolt_session::{CheckedSettings, SettingError, check_settings};
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::FAILED;
use crate::output::Table;

pub(super) fn check(mut context: Context, file: &Path) -> Result<ExitCode> {
    let (check, notes) = match SourceFile::read(file) {
        Ok(file) => with_machine(bolt_config::check(&file), &file),
        Err(problem) => (Check { problems: vec![problem], ..Check::default() }, Vec::new()),
    };
    let is_valid = check.problems.is_empty();
    if context.json {
        context.write_json(&check_view(&check, &notes))?;
        return Ok(ExitCode::from(if is_valid { 0 } else { FAILED }));
    }
    if !is_valid {
        return Err(Errors(check.problems).into());
    }
    writeln!(context.out, "{}: no problems", file.display())?;
    show_check(&mut context, &check)?;
    context.out.flush()?;
    notes.iter().for_each(|note| context.note(note));
    Ok(ExitCode::SUCCESS)
}

/// Adds why a run on this machine refuses a file whose names and values are as they should be;
/// returns what it would do otherwise than the file says, too.
fn with_machine(mut check: Check, file: &SourceFile) -> (Check, Vec<String>) {
    if !check.problems.is_empty() {
        return (check, Vec::new());
    }
    let config = match Config::of_file(file) {
        Ok(config) => config,
        Err(Errors(problems)) => return (Check { problems, ..check }, Vec::new()),
    };
    let CheckedSettings { errors, notes } = check_settings(&config, Hardware::get());
    check.problems = errors.iter().map(|error| problem(error, &config, file)).collect();
    check.problems.sort_by_key(|problem| place(&problem.origin));
    (check, notes)
}

/// Places an error at the last of its settings that the file has, or at the whole file.
fn problem(error: &SettingError, config: &Config, file: &SourceFile) -> Problem {
    let names: Vec<&str> = error.names().collect();
    let named = config.settings().filter(|(knob, _)| names.contains(&knob.name));
    let origins = named.map(|(_, setting)| &setting.origin);
    let last = origins.filter(|origin| matches!(origin, Origin::File { .. })).max_by_key(place_of);
    let whole = || Origin::File { path: file.path.clone(), line: 0, column: 0 };
    let told: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("{}: {}", told.join(", "), error.reason);
    let origin = last.cloned().unwrap_or_else(whole);
    Problem { kind: ProblemKind::Conflict, origin, message, hint: None }
}

fn place_of(origin: &&Origin) -> (Option<usize>, Option<usize>) {
    place(origin)
}

fn check_view(Check { effective, unused, problems }: &Check, notes: &[String]) -> Value {
    let effective_view = |one: &Effective| {
        let (line, column) = place(&one.setting.origin);
        let name = one.setting.alias.unwrap_or(one.knob().name);
        let (setting, value) = (one.knob().name, one.setting.value.to_json());
        json!({"name": name, "line": line, "column": column, "setting": setting, "value": value})
    };
    let unused_view = |one: &Unused| {
        let (line, column) = place(&one.origin);
        json!({"name": one.name, "line": line, "column": column, "reason": one.reason})
    };
    json!({
        "schema": "bolt.config.check/1",
        "valid": problems.is_empty(),
        "problems": problems.iter().map(problem_view).collect::<Vec<_>>(),
        "effective": effective.iter().map(effective_view).collect::<Vec<_>>(),
        "unused": unused.iter().map(unused_view).collect::<Vec<_>>(),
        "notes": notes,
    })
}

/// Shows what names of guides do, if there are any.
fn show_check(
    context: &mut Context,
    Check { effective, unused, problems: _ }: &Check,
) -> Result<()> {
    let at = |origin: &Origin| match place(origin) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        _ => String::new(),
    };
    let mut sets = Table::new(["at", "name", "~sets"]).named_by(2);
    for one in effective.iter().filter(|_| effective.iter().any(|one| one.setting.alias.is_some()))
    {
        let name = one.setting.alias.unwrap_or(one.knob().name);
        let value = format!("{} = {}", one.knob().name, one.setting.value);
        sets.push([at(&one.setting.origin), name.to_owned(), value]);
    }
    let mut none = Table::new(["at", "no effect", "~why"]).named_by(2);
    for one in unused {
        none.push([at(&one.origin), one.name.clone(), one.reason.to_owned()]);
    }
    for table in [sets, none].iter().filter(|table| !table.is_empty()) {
        writeln!(context.out)?;
        table.write(&mut *context.out, context.style)?;
    }
    Ok(())
}

fn problem_view(problem: &Problem) -> Value {
    let (line, column) = place(&problem.origin);
    json!({
        "kind": problem.kind.name(),
        "origin": problem.origin.to_string(),
        "line": line,
        "column": column,
        "message": problem.message,
        "hint": problem.hint,
    })
}

/// Returns line and column of something in a file, where they are known.
fn place(origin: &Origin) -> (Option<usize>, Option<usize>) {
    match *origin {
        Origin::File { line, column, .. } => {
            (Some(line).filter(|line| *line > 0), Some(column).filter(|column| *column > 0))
        }
        _ => (None, None),
    }
}
