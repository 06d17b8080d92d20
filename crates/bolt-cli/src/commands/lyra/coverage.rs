//! `bolt lyra coverage`.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use bolt_lyra::{BuiltIn, Session};
use clap::Args;
use serde_json::json;

use super::read_file;
use crate::context::Context;
use crate::output::Table;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt lyra coverage
  bolt lyra coverage --missing names.tsv")]
pub(crate) struct CoverageArguments {
    /// Names to look for: one a line, or tables with a column `name`
    #[arg(value_name = "FILE")]
    names: Option<PathBuf>,
    /// List the names that are not built in, one a line
    #[arg(long, requires = "names")]
    missing: bool,
}

pub(super) fn run(arguments: &CoverageArguments, mut context: Context) -> Result<()> {
    let mut areas: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let all: Vec<BuiltIn> = Session::built_in().collect();
    for built_in in &all {
        areas.entry(built_in.area).or_default().push(built_in.name);
    }
    let known: HashSet<&str> = all.iter().map(|built_in| built_in.name).collect();
    let wanted = arguments.names.as_deref().map(names).transpose()?;
    let missing: Option<Vec<&str>> = wanted.as_ref().map(|wanted| {
        wanted.iter().map(String::as_str).filter(|name| !known.contains(name)).collect()
    });
    if context.json {
        let view = json!({
            "schema": "bolt.lyra.coverage/1",
            "areas": areas,
            "names": known.len(),
            "wanted": wanted.as_ref().map(Vec::len),
            "missing": missing,
        });
        return context.write_json(&view);
    }
    match (&wanted, missing) {
        (Some(_), Some(missing)) if arguments.missing => {
            missing.iter().try_for_each(|name| writeln!(context.out, "{name}"))?;
        }
        (Some(wanted), Some(missing)) => show_wanted(&mut context, wanted.len(), &missing)?,
        _ => show_areas(&mut context, &areas, known.len())?,
    }
    Ok(context.out.flush()?)
}

fn show_areas(context: &mut Context, areas: &BTreeMap<&str, Vec<&str>>, all: usize) -> Result<()> {
    let mut table = Table::new(["", ">", "~"]);
    for (area, names) in areas {
        table.push([(*area).to_owned(), names.len().to_string(), names.join(" ")]);
    }
    table.write(&mut context.out, context.style)?;
    Ok(writeln!(context.out, "\n{all} names; `bolt lyra -e 'Information[Name]'` explains one")?)
}

fn show_wanted(context: &mut Context, wanted: usize, missing: &[&str]) -> Result<()> {
    let built = wanted - missing.len();
    writeln!(context.out, "{built} of {wanted} names are built in; not yet:")?;
    Ok(writeln!(context.out, "{}", context.style.fold(&missing.join(" "), 0))?)
}

/// Reads names: of a table with a head the column `name`, else the first column.
fn names(path: &Path) -> Result<Vec<String>> {
    let source = read_file(path)?;
    let mut lines = source.text.lines().filter(|line| !line.trim().is_empty()).peekable();
    let is_head = |cell: &str| cell.eq_ignore_ascii_case("name");
    let column = lines.peek().and_then(|head| head.split('\t').position(is_head));
    if column.is_some() {
        lines.next();
    }
    let name =
        |line: &str| line.split('\t').nth(column.unwrap_or(0)).map(|cell| cell.trim().to_owned());
    let names: Vec<String> = lines.filter_map(name).filter(|name| !name.is_empty()).collect();
    match names.is_empty() {
        true => bail!("`{}` has no names", source.name),
        false => Ok(names),
    }
}
