//! `bolt indicators`.

use std::io::Write;

use anyhow::{Result, bail};
use bolt_base::nearest;
use bolt_kernel::{Catalog, Operator};
use clap::Args;
use serde_json::{Value, json};

use crate::context::Context;
use crate::output::Table;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt indicators
  bolt indicators RSI TsRank")]
pub(crate) struct IndicatorArguments {
    /// Functions to explain [default: a list of all]
    names: Vec<String>,
}

pub(crate) fn run(arguments: &IndicatorArguments, mut context: Context) -> Result<()> {
    let session = context.session()?;
    let operators: Vec<&Operator> = match &arguments.names[..] {
        [] => session.catalog.iter().collect(),
        names => names.iter().map(|name| find(&session.catalog, name)).collect::<Result<_>>()?,
    };
    if context.json {
        let functions: Vec<Value> = operators.iter().map(|operator| view(operator)).collect();
        let view = json!({"schema": "bolt.indicators/1", "functions": functions});
        return context.write_json(&view);
    }
    if arguments.names.is_empty() {
        return list(&mut context, &operators);
    }
    for operator in operators {
        explain(&mut context, operator)?;
    }
    Ok(context.out.flush()?)
}

fn find(catalog: &Catalog, name: &str) -> Result<&'static Operator> {
    let same = |operator: &&Operator| operator.name.eq_ignore_ascii_case(name);
    if let Some(operator) = catalog.iter().find(same) {
        return Ok(operator);
    }
    match nearest(name, catalog.iter().map(|operator| operator.name)) {
        Some(near) => bail!("there is no function `{name}`; did you mean `{near}`?"),
        None => bail!("there is no function `{name}`; `bolt indicators` lists all"),
    }
}

fn view(operator: &Operator) -> Value {
    json!({
        "name": operator.name,
        "usage": operator.usage(),
        "group": operator.group,
        "columns": operator.columns,
        "results": operator.results,
        "warm_up": operator.warm_up,
        "definition": operator.definition,
        "source": operator.source,
        "example": operator.example,
    })
}

fn list(context: &mut Context, operators: &[&Operator]) -> Result<()> {
    let style = context.style;
    let mut groups: Vec<&str> = Vec::new();
    for operator in operators {
        if !groups.contains(&operator.group) {
            groups.push(operator.group);
        }
    }
    for (index, group) in groups.into_iter().enumerate() {
        if index > 0 {
            writeln!(context.out)?;
        }
        writeln!(context.out, "{}", style.bold(group))?;
        let mut table = Table::new(["", "~"]);
        for operator in operators.iter().filter(|operator| operator.group == group) {
            let sentence =
                operator.definition.split_once(". ").map_or(operator.definition, |s| s.0);
            table.push([
                format!("  {}", operator.usage()),
                sentence.trim_end_matches('.').to_owned(),
            ]);
        }
        table.write(&mut context.out, style)?;
    }
    let text = "`bolt indicators NAME` explains one; all of them may stand in formulas";
    writeln!(context.out, "\n{}", style.fold(text, 0))?;
    Ok(context.out.flush()?)
}

fn explain(context: &mut Context, operator: &Operator) -> Result<()> {
    let style = context.style;
    let out = &mut context.out;
    writeln!(out, "{}", style.bold(&operator.usage()))?;
    writeln!(out, "{}", style.fold(&format!("  {}", operator.definition), 2))?;
    let lists = [("reads", operator.columns), ("results", operator.results)];
    for (name, words) in lists.into_iter().filter(|(_, words)| !words.is_empty()) {
        writeln!(out, "{}", style.fold(&format!("  {name:<9}{}", words.join(", ")), 11))?;
    }
    let texts =
        [("warm-up", operator.warm_up), ("source", operator.source), ("example", operator.example)];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        writeln!(out, "{}", style.fold(&format!("  {name:<9}{text}"), 11))?;
    }
    Ok(writeln!(out)?)
}
