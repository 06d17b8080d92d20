//! Expressions read as figures.

mod frame;
mod legends;
mod shapes;
mod solids;

pub(super) use frame::{Ends, ends, range_of};

use bolt_plot::{Aspect, Figure};

use super::styles::Look;
use super::{head_of, reading};
use crate::builtins::options::Options;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

/// Returns whether an expression is a drawing, or a list of such.
pub(super) fn is_drawing(session: &Session, value: &Value) -> bool {
    match head_of(session, value) {
        Some("Graphics" | "Graphics3D" | "GraphicsGrid" | "GraphicsRow" | "GraphicsColumn") => true,
        Some("Legended" | "Labeled") => {
            let first = value.as_call().and_then(|call| call.args().first());
            first.is_some_and(|first| is_drawing(session, first))
        }
        Some("List") => {
            let list = value.as_list().unwrap_or_default();
            !list.is_empty() && list.len() <= 64 && list.iter().all(|one| is_drawing(session, one))
        }
        _ => false,
    }
}

/// Reads a drawing; `None` if the expression is none.
pub(super) fn figure(session: &mut Session, value: &Value) -> Evaluated<Option<Figure>> {
    if !is_drawing(session, value) {
        return Ok(None);
    }
    let name = head_of(session, value).unwrap_or_default().to_owned();
    let args = value.as_call().map(Call::args).unwrap_or_default();
    let Some((first, rest)) = args.split_first() else { return Ok(Some(Figure::default())) };
    crate::value::grown(value.depth(), || match name.as_str() {
        "Legended" => legends::legended(session, first, rest),
        "Labeled" => {
            let Some(mut figure) = figure(session, first)? else { return Ok(None) };
            if let Some(label) = rest.first() {
                figure.title = reading::text(session, label)?;
            }
            Ok(Some(figure))
        }
        "List" => grid(session, &[Value::list(args)], &[]),
        "GraphicsRow" => {
            let row = Value::list(first.as_list().unwrap_or(std::slice::from_ref(first)));
            grid(session, &[row], rest)
        }
        "GraphicsColumn" | "GraphicsGrid" => {
            grid(session, first.as_list().unwrap_or(std::slice::from_ref(first)), rest)
        }
        "Graphics3D" => solids::figure(session, first, rest).map(Some),
        _ => flat(session, first, rest).map(Some),
    })
}

/// Reads drawings in rows; what is none is left out.
fn grid(session: &mut Session, rows: &[Value], rest: &[Value]) -> Evaluated<Option<Figure>> {
    let mut whole = Figure::default();
    for row in rows {
        let mut cells = Vec::new();
        for cell in row.as_list().unwrap_or(std::slice::from_ref(row)) {
            if let Some(figure) = figure(session, cell)? {
                cells.push(figure);
            }
        }
        if !cells.is_empty() {
            whole.grid.push(cells);
        }
    }
    let options = Options::split(rest, 0).1;
    frame::size(session, &options, &mut whole)?;
    if let Some(label) = options.get(session, "PlotLabel").cloned() {
        whole.title = reading::text(session, &label)?;
    }
    Ok(Some(whole))
}

/// Reads a drawing of two dimensions.
fn flat(session: &mut Session, primitives: &Value, rest: &[Value]) -> Evaluated<Figure> {
    let options = Options::split(rest, 0).1;
    let mut figure = Figure { aspect: Aspect::Equal, ..Figure::default() };
    let base = options.get(session, "BaseStyle").cloned();
    let mut look = Look::default();
    if let Some(base) = base {
        look.apply_all(session, std::slice::from_ref(&base))?;
    }
    for (name, counts) in [("Prolog", false), ("", true), ("Epilog", false)] {
        let value = match name {
            "" => Some(primitives.clone()),
            _ => options.get(session, name).cloned(),
        };
        if let Some(value) = value {
            let mut reader = shapes::Reader { session, shapes: Vec::new(), counts };
            reader.read(&value, &mut look.clone())?;
            figure.shapes.extend(reader.shapes);
        }
    }
    frame::read(session, &options, &mut figure)?;
    Ok(figure)
}
