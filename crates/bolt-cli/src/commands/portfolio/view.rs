//! A valued portfolio as text and JSON.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::account::Account;
use crate::context::Context;
use crate::output::{Table, number, time};

pub(super) fn object(schema: &str, account: &Account) -> Value {
    let Account { name, date, portfolio, valuation, stale, before } = account;
    let totals = valuation.totals();
    let position = |i: usize| {
        let symbol = &portfolio.symbols()[i];
        json!({
            "symbol": symbol,
            "units": portfolio.units()[i],
            "price": valuation.prices()[i],
            "value": valuation.values()[i],
            "weight": valuation.weights()[i],
            "cost": portfolio.costs()[i],
            "unrealized_pnl": valuation.profits()[i],
            "stale": stale.contains(symbol),
        })
    };
    json!({
        "schema": schema,
        "name": name,
        "date": date.to_string(),
        "equity": totals.equity,
        "cash": portfolio.cash(),
        "long_exposure": totals.long,
        "short_exposure": totals.short,
        "gross_exposure": totals.gross(),
        "net_exposure": totals.net(),
        "unrealized_pnl": totals.profit,
        "since": before.as_ref().map(|before| json!({
            "date": before.date.to_string(),
            "equity": before.equity,
            "pnl": totals.equity - before.equity,
            "price_pnl": totals.change,
        })),
        "positions": (0..portfolio.units().len()).map(position).collect::<Vec<_>>(),
    })
}

pub(super) fn show(context: &mut Context, account: &Account) -> Result<()> {
    let Account { name, date, portfolio, valuation, stale, before } = account;
    let style = context.style;
    let out = &mut context.out;
    writeln!(out, "{}", style.bold(&format!("{name} on {}", time(*date))))?;
    let titles = ["symbol", ">units", ">?price", ">value", ">?weight %", ">?cost", ">pnl", "~"];
    let mut table = Table::new(titles);
    for (i, symbol) in portfolio.symbols().iter().enumerate() {
        let numbers = [
            portfolio.units()[i],
            valuation.prices()[i],
            valuation.values()[i],
            100.0 * valuation.weights()[i],
            portfolio.costs()[i],
            valuation.profits()[i],
        ];
        let mark = if stale.contains(symbol) { "last price kept" } else { "" };
        let cells = [symbol.clone()].into_iter().chain(numbers.map(number));
        table.push(cells.chain([mark.to_owned()]));
    }
    table.write(out, style)?;
    let totals = valuation.totals();
    let sums = format!(
        "equity {}, cash {}, gross exposure {}, net exposure {}, unrealized pnl {}",
        number(totals.equity),
        number(portfolio.cash()),
        number(totals.gross()),
        number(totals.net()),
        number(totals.profit)
    );
    writeln!(out, "\n{}", style.fold(&sums, 2))?;
    if let Some(before) = before {
        let since = format!(
            "since {}: equity {}, of which prices of what is held {}",
            time(before.date),
            signed(totals.equity - before.equity),
            signed(totals.change)
        );
        writeln!(out, "{}", style.fold(&since, 2))?;
    }
    out.flush()?;
    let unknown = portfolio.symbols().iter().zip(valuation.profits());
    let unknown: Vec<&str> =
        unknown.filter(|row| row.1.is_nan()).map(|row| row.0.as_str()).collect();
    if !unknown.is_empty() {
        let (symbols, first) = (unknown.join(", "), unknown[0]);
        context.note(&format!(
            "there is no pnl without the cost of {symbols}; `--positions {first}=UNITS@COST` gives one"
        ));
    }
    Ok(())
}

fn signed(value: f64) -> String {
    format!("{}{}", if value > 0.0 { "+" } else { "" }, number(value))
}
