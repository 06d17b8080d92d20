//! The market: bars of files, and backtests over them.

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::market::{Datum, Market, MarketStrategy};
use crate::number;
use crate::rule::sides;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Bars",
        Attributes::NONE,
        |s, c| Ok(bars(s, c)),
        "Bars[\"file\"] reads bars as an association of lists: \"ts\", the times of the bars, and the columns, such as \"open\" and \"close\". Bars[\"file\", \"column\"] gives one of them. Files are those that bolt backtest reads.",
        &[("Quiet[Bars[\"none.csv\"]]", "$Failed"), ("Bars[prices]", "Bars[prices]")],
    ),
    builtin(
        "Backtest",
        Attributes::NONE,
        |s, c| Ok(backtest(s, c)),
        "Backtest[\"file\", signal] trades a formula over the bars of a file and gives an association of what came of it: figures, \"equity\", a value a bar, and \"trades\". The formula is an expression such as SMA[close, 10] > SMA[close, 30] or a string; an association has several by the part they play, \"entry\", \"exit\" and the rest of bolt backtest. Options are those of trading by name, \"fees\" -> 0.001, and \"parameters\" -> <|\"n\" -> 5|>, numbers that formulas use by name.",
        &[
            ("Quiet[Backtest[\"none.csv\", close > 1]]", "$Failed"),
            ("Backtest[prices, close > 1]", "Backtest[prices, close > 1]"),
        ],
    ),
];

/// Asks the market, tells what went wrong as a message of a function.
fn ask(
    session: &mut Session,
    name: &str,
    question: impl FnOnce(&mut dyn Market) -> Result<Datum, String>,
) -> Result<Datum, Step> {
    session.hidden_dependence = true;
    session.leave("the market");
    let answer = match &mut session.market {
        Some(market) => question(&mut **market),
        None => Err("no market is connected to this session".to_owned()),
    };
    answer.map_err(|why| fail(session, name, why))
}

fn fail(session: &mut Session, name: &str, why: String) -> Step {
    session.message_of(name, "market", &[Value::string(why)]);
    Step::Done(Value::Symbol(sym::Failed))
}

fn bars(session: &mut Session, call: &Call) -> Step {
    let (path, column) = match call.args() {
        [Value::String(path)] => (path.to_string(), None),
        [Value::String(path), Value::String(column)] => {
            (path.to_string(), Some(column.to_string()))
        }
        _ => return Step::Same,
    };
    let answer = match ask(session, "Bars", |market| market.bars(&path)) {
        Ok(answer) => answer,
        Err(step) => return step,
    };
    match (answer, column) {
        (Datum::Record(mut columns), Some(wanted)) => {
            match columns.iter().position(|(name, _)| *name == wanted) {
                Some(place) => Step::Done(Value::from(columns.swap_remove(place).1)),
                None => {
                    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
                    let why =
                        format!("there is no column `{wanted}`; there are {}", names.join(", "));
                    fail(session, "Bars", why)
                }
            }
        }
        (all, _) => Step::Done(Value::from(all)),
    }
}

fn backtest(session: &mut Session, call: &Call) -> Step {
    let [Value::String(path), formulas, options @ ..] = call.args() else { return Step::Same };
    let path = path.to_string();
    let mut strategy = MarketStrategy { path, ..MarketStrategy::default() };
    strategy.formulas = match formulas {
        Value::Association(parts) => {
            let part = |(name, entry): (&Value, &crate::association::Entry)| {
                Some((name.as_str()?.to_owned(), text(session, &entry.value)))
            };
            match parts.iter().map(part).collect() {
                Some(parts) => parts,
                None => return Step::Same,
            }
        }
        formula => vec![("signal".to_owned(), text(session, formula))],
    };
    for option in options {
        if let Err(wrong) = take_option(session, &mut strategy, option) {
            session.message_of("Backtest", "optx", &[wrong, Value::from(call.clone())]);
            return Step::Same;
        }
    }
    match ask(session, "Backtest", |market| market.backtest(&strategy)) {
        Ok(answer) => Step::Done(Value::from(answer)),
        Err(step) => step,
    }
}

/// Returns a formula as text; a string is one already.
fn text(session: &Session, formula: &Value) -> String {
    formula.as_str().map_or_else(|| session.input_form(formula), str::to_owned)
}

/// Returns the name of an option, by a string or a symbol.
fn name_of(session: &Session, name: &Value) -> Option<String> {
    match name {
        Value::String(name) => Some(name.to_string()),
        _ => name.as_symbol().map(|symbol| session.names.full(symbol).name.to_string()),
    }
}

fn take_option(
    session: &Session,
    strategy: &mut MarketStrategy,
    option: &Value,
) -> Result<(), Value> {
    let wrong = || option.clone();
    let (name, value, _) = sides(option).ok_or_else(wrong)?;
    let name = name_of(session, name).ok_or_else(wrong)?;
    if name == "parameters" {
        strategy.parameters = parameters(session, value).ok_or_else(wrong)?;
        return Ok(());
    }
    let datum = match value {
        Value::Integer(integer) => Datum::Integer(*integer),
        Value::String(text) => Datum::Text(text.to_string()),
        Value::Symbol(sym::True) => Datum::Flag(true),
        Value::Symbol(sym::False) => Datum::Flag(false),
        _ => Datum::Number(number::to_f64(value).ok_or_else(wrong)?),
    };
    strategy.trading.push((name, datum));
    Ok(())
}

fn parameters(session: &Session, value: &Value) -> Option<Vec<(String, f64)>> {
    let one = |name: &Value, value: &Value| Some((name_of(session, name)?, number::to_f64(value)?));
    match value {
        Value::Association(entries) => {
            entries.iter().map(|(name, entry)| one(name, &entry.value)).collect()
        }
        _ => value
            .as_list()
            .unwrap_or(std::slice::from_ref(value))
            .iter()
            .map(|rule| sides(rule).and_then(|(name, value, _)| one(name, value)))
            .collect(),
    }
}
