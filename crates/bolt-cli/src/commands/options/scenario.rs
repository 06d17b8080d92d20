//! `bolt options scenario`.

mod positions;

use std::io::Write;

use anyhow::{Result, bail};
use bolt_base::count;
use bolt_market::options::Market;
use bolt_market::options::scenario::{Cell, Position, Shock, evaluate_on, grid};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::contract::{DAYS, MarketArguments, check_rates, check_volatility, market_json};
use super::price::greeks_json;
use crate::arguments::{fraction, not_negative, values};
use crate::context::Context;
use crate::output::{Table, number, percent};
use positions::{PositionArguments, position_json, volatility};

#[derive(Debug, Args)]
#[command(
    after_help = "A position is TYPE:STRIKE:YEARS:UNITS[:VOLATILITY[:STYLE]] or stock:UNITS. Columns \
of a file: type, strike, years or expiry, units, volatility, style, date.

Examples:
  bolt options scenario --spot 100 --volatility 20% --position call:105:0.5:-10 stock:6 \\
      --spots -20%..20%:5% --volatilities -5%..5%:1%
  bolt options scenario --positions book.csv --spot 100 --rate 4% --years-passed 0,7d,30d --show delta"
)]
pub(super) struct ScenarioArguments {
    #[command(flatten)]
    positions: PositionArguments,
    #[command(flatten)]
    market: MarketArguments,
    /// Changes of the spot: a range or a list
    #[arg(long, value_name = "CHANGES", default_value = "-20%..20%:5%", value_parser = spots, help_heading = "Shocks")]
    spots: Values,
    /// Added to every volatility, which does not fall below zero
    #[arg(long, value_name = "CHANGES", default_value = "-10%..10%:5%", value_parser = volatilities, help_heading = "Shocks")]
    volatilities: Values,
    /// Time that passes: years, or days as `7d`; a range or a list
    #[arg(long, value_name = "TIMES", default_value = "0", value_parser = times, help_heading = "Shocks")]
    years_passed: Values,
    /// Figure of the table
    #[arg(long, value_enum, default_value_t = Figure::Pnl, value_name = "FIGURE", help_heading = "Output")]
    show: Figure,
}

/// The values of a range or list.
#[derive(Debug, Clone)]
struct Values(Vec<f64>);

fn spots(text: &str) -> Result<Values, String> {
    let spots = values(text, fraction)?;
    match spots.iter().find(|&&spot| spot <= -1.0) {
        Some(spot) => Err(format!("`{}` of the spot leaves no price", percent(*spot))),
        None => Ok(Values(spots)),
    }
}

fn volatilities(text: &str) -> Result<Values, String> {
    values(text, fraction).map(Values)
}

fn times(text: &str) -> Result<Values, String> {
    let time = |part: &str| match part.strip_suffix('d') {
        Some(days) => not_negative(days).map(|days| days / DAYS),
        None => not_negative(part),
    };
    values(text, time).map(Values)
}

/// What the table shows.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Figure {
    /// Profit or loss
    Pnl,
    /// Value of the portfolio
    Price,
    /// By 1 of the spot
    Delta,
    /// Of delta by 1 of the spot
    Gamma,
    /// By a day's passing
    Theta,
    /// By 1 % of volatility
    Vega,
    /// By 1 % of the rate
    Rho,
}

impl Figure {
    fn of(self, cell: &Cell) -> f64 {
        let Cell { pnl, greeks } = cell;
        match self {
            Self::Pnl => *pnl,
            Self::Price => greeks.price,
            Self::Delta => greeks.delta,
            Self::Gamma => greeks.gamma,
            Self::Theta => greeks.theta / DAYS,
            Self::Vega => greeks.vega / 100.0,
            Self::Rho => greeks.rho / 100.0,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Pnl => "profit or loss",
            Self::Price => "value",
            Self::Delta => "delta by 1 of the spot",
            Self::Gamma => "gamma by 1 of the spot",
            Self::Theta => "theta a day",
            Self::Vega => "vega by 1 % of volatility",
            Self::Rho => "rho by 1 % of the rate",
        }
    }
}

/// Most cells of a grid.
const CELLS_MAX: usize = 1_000_000;

pub(super) fn run(arguments: &ScenarioArguments, mut context: Context) -> Result<()> {
    let session = context.session()?;
    let market = arguments.market.market();
    let positions = arguments.positions.read(&context)?;
    check_rates(&context, [market].iter());
    check_volatility(&context, positions.iter().filter_map(volatility).fold(0.0, f64::max));
    let shocks = arguments.shocks()?;
    let mut cells = vec![Cell::default(); shocks.len()];
    evaluate_on(&session.pool, &positions, &market, &shocks, &mut cells);
    let mut base = [Cell::default()];
    evaluate_on(&session.pool, &positions, &market, &[Shock::default()], &mut base);
    if cells.iter().chain(&base).any(|cell| cell.greeks.price.is_nan()) {
        bail!(
            "the portfolio has no value: a number is too large\nhint: rates are a year, 5% or 0.05"
        );
    }
    if context.json {
        let object = object(&positions, &market, &base[0], &shocks, &cells);
        return context.write_json(&object);
    }
    show(&mut context, arguments, &market, &base[0], &cells)
}

impl ScenarioArguments {
    fn shocks(&self) -> Result<Vec<Shock>> {
        let Self { spots, volatilities, years_passed, .. } = self;
        let lengths = [spots, volatilities, years_passed].map(|values| values.0.len());
        let cells = lengths.into_iter().fold(1, usize::saturating_mul);
        if cells > CELLS_MAX {
            bail!(
                "the grid has {cells} cells and at most {CELLS_MAX} are valued\nhint: take larger steps"
            );
        }
        Ok(grid(&spots.0, &volatilities.0, &years_passed.0))
    }
}

fn object(
    positions: &[Position],
    market: &Market,
    base: &Cell,
    shocks: &[Shock],
    cells: &[Cell],
) -> Value {
    let cell = |(shock, cell): (&Shock, &Cell)| {
        let Shock { spot, volatility, years } = *shock;
        let mut object = Map::new();
        object.insert("spot_change".into(), json!(spot));
        object.insert("volatility_change".into(), json!(volatility));
        object.insert("years_passed".into(), json!(years));
        object.insert("pnl".into(), json!(cell.pnl));
        object.extend(greeks_json(&cell.greeks));
        Value::from(object)
    };
    json!({
        "schema": "bolt.options.scenario/1",
        "market": market_json(market),
        "positions": positions.iter().map(position_json).collect::<Vec<_>>(),
        "base": greeks_json(&base.greeks),
        "cells": shocks.iter().zip(cells).map(cell).collect::<Vec<_>>(),
    })
}

/// Shows a table of spots by volatilities for each time.
fn show(
    context: &mut Context,
    arguments: &ScenarioArguments,
    market: &Market,
    base: &Cell,
    cells: &[Cell],
) -> Result<()> {
    let ScenarioArguments { spots, volatilities, years_passed, show, .. } = arguments;
    let (spots, volatilities) = (&spots.0, &volatilities.0);
    let style = context.style;
    let out = &mut context.out;
    let heading = format!(
        "{} after {} shocks; value before them {}",
        show.title(),
        count(cells.len() as u64),
        number(base.greeks.price)
    );
    writeln!(out, "{}", style.bold(&style.fold(&heading, 2)))?;
    let signed =
        |change: f64| format!("{}{}", if change > 0.0 { "+" } else { "" }, percent(change));
    let plane = spots.len() * volatilities.len();
    for (years, cells) in years_passed.0.iter().zip(cells.chunks(plane)) {
        let time = format!("after {} years ({} days)", number(*years), number(years * DAYS));
        let heading = format!("{time}; spots down, volatilities across");
        writeln!(out, "\n{}", style.fold(&heading, 2))?;
        let titles: Vec<String> = volatilities.iter().map(|&v| format!(">{}", signed(v))).collect();
        let mut table =
            Table::new([">", ">spot"].into_iter().chain(titles.iter().map(String::as_str)))
                .named_by(2);
        for (row, &spot) in spots.iter().enumerate() {
            let label = [signed(spot), number(shown(market.spot * (1.0 + spot)))];
            let figures = (0..volatilities.len())
                .map(|column| number(show.of(&cells[column * spots.len() + row])));
            table.push(label.into_iter().chain(figures));
        }
        table.write(out, style)?;
    }
    Ok(out.flush()?)
}

/// Returns a number without the rounding of its last digits: 110 for 110.00000000000001.
fn shown(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}
