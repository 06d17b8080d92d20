//! Loops by several workers, and who they are.

mod kernels;
mod loops;
mod submissions;

pub(super) use kernels::pool_property;

use super::Builtin;
use super::options::Options;
use crate::parallel::{How, Sharing};
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Call, Value};

/// The tables of this area.
pub(super) const TABLES: &[&[Builtin]] = &[kernels::TABLE, loops::TABLE, submissions::TABLE];

/// Reads the options of a parallel function; tells what is wrong with them.
fn how(session: &mut Session, name: &str, call: &Call, options: &[Value]) -> Option<How> {
    for option in options {
        let (key, _, _) = crate::rule::sides(option)?;
        let is_method = key.as_str() == Some("Method") || key.is(sym::Method);
        if !is_method {
            let parts = [key.clone(), Value::from(call.clone())];
            session.message_of(name, "optx", &parts);
            return None;
        }
    }
    let (_, options) = Options::split(options, 0);
    let Some(method) = options.get(session, "Method") else { return Some(How::default()) };
    let read = method_of(session, method);
    if read.is_none() {
        session.message_of(name, "method", std::slice::from_ref(method));
    }
    read
}

fn method_of(session: &Session, method: &Value) -> Option<How> {
    let own = session.workers.sharing;
    let by = |sharing: Sharing| Some(How { sharing: Some(sharing), pool: None });
    let fixed = |items: usize, attempts: u32| {
        by(Sharing { chunk_min: items, chunk_max: items, attempts, adaptive: false, ..own })
    };
    if let Some(number) = kernels::number_of(method) {
        let known = number <= session.workers.pools.len();
        return known.then_some(How { pool: Some(number), sharing: None });
    }
    match (method, crate::rule::sides(method)) {
        (Value::Symbol(sym::Automatic), _) => Some(How::default()),
        (Value::String(text), _) if text.as_str() == "FinestGrained" => fixed(1, own.attempts),
        (Value::String(text), _) if text.as_str() == "CoarsestGrained" => fixed(usize::MAX, 0),
        (_, Some((key, count, _))) if key.as_str() == Some("ItemsPerEvaluation") => {
            fixed(count.as_usize().filter(|&count| count > 0)?, own.attempts)
        }
        _ => None,
    }
}

/// Splits the options off the arguments of a parallel function.
fn split(args: &[Value], least: usize) -> (&[Value], &[Value]) {
    let (own, _) = Options::split(args, least);
    args.split_at(own.len())
}
