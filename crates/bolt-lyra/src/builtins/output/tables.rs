//! Rows, columns and tables as text.

use crate::builtins::{Builtin, inert};
use crate::session::Session;
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    inert(
        "Row",
        "Row[{a, b}] is shown as a and b side by side; Row[{a, b}, between] with something \
         between them.",
        &[("ToString[Row[{1, x}]]", "\"1x\""), ("ToString[Row[{1, 2}, \", \"]]", "\"1, 2\"")],
    ),
    inert(
        "Column",
        "Column[{a, b}] is shown as a and b one below the other.",
        &[("ToString[Column[{1, x}]]", "\"1\\nx\""), ("Head[Column[{}]]", "Column")],
    ),
    inert(
        "Grid",
        "Grid[{{a, b}, {c, d}}] is shown as rows and columns.",
        &[
            ("ToString[Grid[{{a, bc}, {d, e}}]]", "\"a   bc\\n\\nd   e\""),
            ("ToString[Grid[{{1}, {2}}]]", "\"1\\n\\n2\""),
        ],
    ),
    inert(
        "TableForm",
        "TableForm[list] is shown as rows and columns.",
        &[
            ("ToString[TableForm[{{1, 22}, {3, 4}}]]", "\"1   22\\n\\n3   4\""),
            ("ToString[TableForm[{a, b}]]", "\"a\\n\\nb\""),
        ],
    ),
    inert(
        "MatrixForm",
        "MatrixForm[m] is shown as rows and columns.",
        &[
            ("ToString[MatrixForm[{{1, 2}, {3, 4}}]]", "\"1   2\\n\\n3   4\""),
            ("ToString[MatrixForm[{1, 2}]]", "\"1\\n\\n2\""),
        ],
    ),
];

/// Returns what a wrapper with these arguments is shown as, `None` if it holds no list.
pub(super) fn shown(session: &Session, name: &str, args: &[Value]) -> Option<String> {
    let (of, rest) = args.split_first()?;
    let list = match of.as_list() {
        Some(list) => list,
        None if name == "Row" || name == "Grid" => return None,
        None => return Some(session.output_form(of)),
    };
    let texts = || list.iter().map(|one| session.output_form(one)).collect::<Vec<_>>();
    Some(match name {
        "Row" => {
            let between = rest.first().filter(|one| crate::rule::sides(one).is_none());
            let between = between.map(|one| session.output_form(one)).unwrap_or_default();
            texts().join(&between)
        }
        "Column" => texts().join("\n"),
        _ => {
            let depth =
                rest.iter().filter_map(crate::rule::sides).find_map(|(option, value, _)| {
                    let option = option.as_symbol()?;
                    (&*session.names.full(option).name == "TableDepth").then(|| value.as_usize())?
                });
            let cells = |row: &Value| match row.as_list() {
                Some(cells) if depth != Some(1) => {
                    cells.iter().map(|cell| session.output_form(cell)).collect()
                }
                _ => vec![session.output_form(row)],
            };
            aligned(&list.iter().map(cells).collect::<Vec<_>>())
        }
    })
}

/// Sets rows below one another, the columns three spaces apart, an empty line between the rows.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of = |text: &String| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    // A row that is one cell, such as a title, widens no column.
    let is_wide = |row: &&Vec<String>| columns == 1 || row.len() > 1;
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter(is_wide).filter_map(|row| row.get(column));
            cells.map(width_of).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("   ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n\n")
}
