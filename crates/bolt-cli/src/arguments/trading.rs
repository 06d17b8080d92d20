//! How signals are traded.

use anyhow::{Result, bail};
use bolt_config::{Config, Flag};
use bolt_market::signals::{Opposite, Rebalance, Repeated};
use bolt_session::{SizeKind, Trading, TradingOptions};
use clap::{Args, ValueEnum};

use super::{
    at_least_one, cost, flag, fraction, not_negative, not_negative_fraction, one_or_more, positive,
    positive_fraction, rate,
};

#[derive(Debug, Args)]
#[command(next_help_heading = "Trading")]
pub(crate) struct TradingArguments {
    /// Rules by which orders fill: next-open, backtesting.py, vectorbt or backtrader
    #[arg(long, value_name = "NAME")]
    convention: Option<String>,
    /// Cash at the start
    #[arg(long, alias = "init-cash", value_name = "MONEY")]
    cash: Option<String>,
    /// Size of entries as a fraction of what can be bought [default: 1]
    #[arg(long, value_name = "FRACTION", value_parser = positive_fraction, group = "sizes")]
    size: Option<f64>,
    /// Size of entries as a fraction of equity
    #[arg(long, value_name = "FRACTION", value_parser = positive_fraction, group = "sizes")]
    equity_size: Option<f64>,
    /// Size of entries in units
    #[arg(long, value_name = "N", value_parser = positive, group = "sizes")]
    units: Option<f64>,
    /// Size of entries in money
    #[arg(long, value_name = "MONEY", value_parser = positive, group = "sizes")]
    value: Option<f64>,
    /// Round sizes down to multiples of this
    #[arg(long, value_name = "N", value_parser = positive)]
    lot: Option<f64>,
    /// Trade whole units: the same as --lot 1
    #[arg(long, conflicts_with = "lot")]
    whole_units: bool,
    /// Stop-loss as a fraction of the entry price
    #[arg(long, alias = "sl", value_name = "FRACTION", value_parser = positive_fraction)]
    stop_loss: Option<f64>,
    /// Take-profit as a fraction of the entry price
    #[arg(long, alias = "tp", value_name = "FRACTION", value_parser = positive_fraction)]
    take_profit: Option<f64>,
    /// Trailing stop as a fraction of the best price
    #[arg(long, alias = "ts", value_name = "FRACTION", value_parser = positive_fraction)]
    trailing_stop: Option<f64>,
    /// Close a trade after so many bars
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    max_bars: Option<usize>,
    /// Open another trade where an entry comes in a position on its side
    #[arg(long)]
    accumulate: bool,
    /// What an entry does to a position on the other side [default: reverse]
    #[arg(long, value_enum, value_name = "ANSWER")]
    opposite: Option<OppositeEntry>,
    /// When a target is traded: change, every, or a band as a fraction of equity [default: change]
    #[arg(long, value_name = "WHEN", value_parser = rebalance)]
    rebalance: Option<Rebalance>,
    /// Scale positions to this volatility a year
    #[arg(long, value_name = "FRACTION", value_parser = positive_fraction)]
    volatility_target: Option<f64>,
    /// Number of returns that volatility is estimated from [default: 20]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    volatility_window: Option<usize>,
    /// How many times equity may be invested [default: 1]
    #[arg(long, value_name = "N", value_parser = one_or_more)]
    leverage: Option<f64>,
    /// Least equity as a fraction of a position's value, below which it is closed
    #[arg(long, value_name = "FRACTION", value_parser = not_negative_fraction)]
    maintenance_margin: Option<f64>,
    /// Drop orders of less value than this
    #[arg(long, value_name = "MONEY", value_parser = not_negative)]
    min_value: Option<f64>,
    /// Largest position as a fraction of equity
    #[arg(long, value_name = "FRACTION", value_parser = positive_fraction)]
    max_position: Option<f64>,
    /// Close what is open at the end
    #[arg(long)]
    finalize: bool,
    /// Fill market orders at the close they were decided on (backtesting.py)
    #[arg(long)]
    trade_on_close: bool,
    /// Let long and short trades be open at once (backtesting.py); without limit or stop entries,
    /// events close one side before they enter the other
    #[arg(long)]
    hedging: bool,
    /// Let an order close and cancel what was before it (backtesting.py), as signals do, and events
    /// without --accumulate and limit or stop entries
    #[arg(long)]
    exclusive_orders: bool,
    #[command(flatten)]
    costs: CostArguments,
    #[command(flatten)]
    statistics: StatisticsArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Costs")]
struct CostArguments {
    /// Fees as a fraction of the value traded
    #[arg(long, alias = "commission", value_name = "FRACTION", value_parser = cost)]
    fees: Option<f64>,
    /// Fees an order
    #[arg(long, value_name = "MONEY", value_parser = not_negative)]
    fee_fixed: Option<f64>,
    /// Fees a unit
    #[arg(long, value_name = "MONEY", value_parser = not_negative)]
    fee_per_unit: Option<f64>,
    /// Least fee of an order
    #[arg(long, value_name = "MONEY", value_parser = not_negative)]
    fee_minimum: Option<f64>,
    /// Distance between bid and ask as a fraction of the price
    #[arg(long, value_name = "FRACTION", value_parser = cost)]
    spread: Option<f64>,
    /// By how much of the price fills are worse
    #[arg(long, value_name = "FRACTION", value_parser = cost)]
    slippage: Option<f64>,
    /// Interest a year on cash
    #[arg(long, value_name = "FRACTION", value_parser = rate)]
    credit_rate: Option<f64>,
    /// Interest a year on debt
    #[arg(long, value_name = "FRACTION", value_parser = rate)]
    debit_rate: Option<f64>,
    /// Fees a year on what is sold short
    #[arg(long, value_name = "FRACTION", value_parser = rate)]
    borrow_rate: Option<f64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Statistics")]
struct StatisticsArguments {
    /// Bars a year, for annual figures [default: counted from the data]
    #[arg(long, value_name = "N")]
    periods: Option<String>,
    /// Riskless return a year
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    risk_free: Option<f64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OppositeEntry {
    /// Close it and enter
    Reverse,
    /// Close it
    Close,
    /// Nothing
    Ignore,
}

fn rebalance(text: &str) -> Result<Rebalance, String> {
    match text {
        "change" => Ok(Rebalance::OnChange),
        "every" => Ok(Rebalance::EveryBar),
        band => match fraction(band) {
            Ok(band) if band >= 0.0 => Ok(Rebalance::Outside(band)),
            _ => Err(format!("`{band}` is none of `change`, `every` and a fraction of equity")),
        },
    }
}

impl TradingArguments {
    /// Returns the options that are settings too.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let CostArguments { fees, spread, slippage, .. } = &self.costs;
        let StatisticsArguments { periods, risk_free } = &self.statistics;
        let text = |value: &Option<f64>| value.map(|value| value.to_string());
        let all = [
            ("--convention", "market.convention", self.convention.clone()),
            ("--cash", "market.cash", self.cash.clone()),
            ("--fees", "market.fees", text(fees)),
            ("--spread", "market.spread", text(spread)),
            ("--slippage", "market.slippage", text(slippage)),
            ("--periods", "market.periods_per_year", periods.clone()),
            ("--risk-free", "market.risk_free_rate", text(risk_free)),
        ];
        let given = all
            .into_iter()
            .filter_map(|(text, name, value)| value.map(|value| flag(text, name, &value)));
        given.collect()
    }

    /// Returns what was said of trading. What [`flags`](Self::flags) returns has been read into the
    /// settings.
    pub(crate) fn options(&self, config: &Config) -> Result<TradingOptions> {
        let CostArguments {
            fees,
            fee_fixed,
            fee_per_unit,
            fee_minimum,
            spread,
            slippage,
            credit_rate,
            debit_rate,
            borrow_rate,
        } = self.costs;
        let settings = Trading::of_config(config);
        Ok(TradingOptions {
            convention: self.convention.as_ref().map(|_| settings.convention),
            cash: self.cash.as_ref().map(|_| settings.cash),
            fees,
            fee_fixed,
            fee_per_unit,
            fee_minimum,
            spread,
            slippage,
            credit_rate,
            debit_rate,
            borrow_rate,
            size: self.size()?,
            lot: if self.whole_units { Some(1.0) } else { self.lot },
            stop_loss: self.stop_loss,
            take_profit: self.take_profit,
            trailing_stop: self.trailing_stop,
            max_bars: self.max_bars,
            repeated: self.accumulate.then_some(Repeated::Add),
            opposite: self.opposite.map(|answer| match answer {
                OppositeEntry::Reverse => Opposite::Reverse,
                OppositeEntry::Close => Opposite::Close,
                OppositeEntry::Ignore => Opposite::Ignore,
            }),
            rebalance: self.rebalance,
            volatility_target: self.volatility_target,
            volatility_window: self.volatility_window,
            leverage: self.leverage,
            maintenance_margin: self.maintenance_margin,
            min_value: self.min_value,
            max_position: self.max_position,
            finalize: self.finalize.then_some(true),
            trade_on_close: self.trade_on_close.then_some(true),
            hedging: self.hedging.then_some(true),
            exclusive_orders: self.exclusive_orders.then_some(true),
        })
    }

    fn size(&self) -> Result<Option<(f64, SizeKind)>> {
        let all = [
            (self.size, SizeKind::Available),
            (self.equity_size, SizeKind::Equity),
            (self.units, SizeKind::Units),
            (self.value, SizeKind::Value),
        ];
        let given = all.into_iter().find_map(|(size, kind)| Some((size?, kind)));
        let Some((size, kind)) = given else { return Ok(None) };
        if kind == SizeKind::Available && size > 1.0 {
            bail!(
                "`--size {size}` is more than everything\n  hint: write a fraction, `0.95` or \
                 `95%`; `--units` takes a number of units"
            );
        }
        Ok(Some((size, kind)))
    }
}
