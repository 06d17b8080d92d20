//! `bolt backtest --weights`: several assets in one account.

use anyhow::{Result, bail};
use bolt_market::data::Interval;
use bolt_market::formulas::{Formula, Role, Strategy};
use bolt_market::plan::Plan;
use bolt_market::weights::{Rebalance, WeightRules};
use bolt_session::{
    BacktestRequest, DataSource, Manifest, MarketEvents, Session, Trading, WeightsRequest,
};
use clap::Args;
use serde_json::json;

use super::backtest::{Outcome, RunArguments};
use crate::arguments::{FORMULAS, fraction};

#[derive(Debug, Args)]
#[command(next_help_heading = "Several assets")]
pub(crate) struct WeightArguments {
    /// Position wanted in each asset as a fraction of equity, over all files at once
    #[arg(long, value_name = "FORMULA", conflicts_with_all = FORMULAS, conflicts_with = "strategy")]
    weights: Option<String>,
    /// When weights are traded: change, every, a number of bars, an interval such as 1M, or a band
    /// such as 5%
    #[arg(long, value_name = "WHEN", requires = "weights", value_parser = rebalance, default_value = "change")]
    rebalance_weights: Rebalance,
    /// Fraction of equity that is not invested
    #[arg(long, value_name = "FRACTION", requires = "weights", value_parser = fraction, default_value = "0")]
    cash_buffer: f64,
}

fn rebalance(text: &str) -> Result<Rebalance, String> {
    if let Ok(bars) = text.parse::<usize>() {
        return Ok(Rebalance::EveryBars(bars));
    }
    match text {
        "change" => Ok(Rebalance::OnChange),
        "every" => Ok(Rebalance::EveryBar),
        text => match (fraction(text), text.parse::<Interval>()) {
            (Ok(band), _) => Ok(Rebalance::Outside(band)),
            (_, Ok(interval)) => Ok(Rebalance::Every(interval)),
            _ => Err(format!(
                "`{text}` is none of `change`, `every`, a number of bars, an interval and a band"
            )),
        },
    }
}

impl WeightArguments {
    /// Returns the strategy of the weights, if there are some.
    pub(crate) fn strategy(&self) -> Result<Option<Strategy>> {
        let Some(text) = &self.weights else { return Ok(None) };
        let formula = Formula::parse("weights", "--weights", text)?;
        Ok(Some(Strategy::new(vec![(Role::Signal, formula)])?))
    }

    /// Runs the weights.
    pub(crate) fn run(
        &self,
        session: &Session,
        source: &DataSource,
        strategy: Strategy,
        parameters: Vec<(String, f64)>,
        trading: Trading,
        run: &RunArguments,
    ) -> Result<Outcome> {
        if run.has_events() {
            bail!("`--dividends` and `--splits` are columns of one asset; leave them out");
        }
        let panel = session.load_panel(source)?;
        let rules =
            WeightRules { rebalance: self.rebalance_weights, cash_buffer: self.cash_buffer };
        let benchmark = run.benchmark(session, source)?;
        let request = WeightsRequest { strategy, parameters, trading, rules, benchmark };
        let (bars, backtest) = session.backtest_weights(&panel, &request)?;
        let WeightsRequest { strategy, parameters, trading, benchmark, .. } = request;
        let plan = Plan::from(strategy);
        let manifest = Manifest::new(session, &bars, &source.paths, &plan, &parameters, &trading)
            .with("assets", json!(panel.assets()))
            .with("panel_hash", json!(format!("{:032x}", panel.content_hash())))
            .with("rebalance", json!(format!("{:?}", self.rebalance_weights)))
            .with("cash_buffer", json!(self.cash_buffer));
        let events = MarketEvents::default();
        let request = BacktestRequest { plan, parameters, trading, benchmark, events };
        Ok(Outcome { bars, request, backtest, manifest })
    }
}
