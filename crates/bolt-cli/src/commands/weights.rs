//! `bolt backtest --weights`: several assets in one account.

use anyhow::{Result, bail};
use bolt_market::data::{Bars, Interval};
use bolt_market::formulas::{Formula, Role, Strategy};
use bolt_market::plan::Plan;
use bolt_market::weights::{Rebalance, WeightRules};
use bolt_session::{
    BacktestRequest, DataSource, Definitions, Manifest, MarketEvents, Session, Trading,
    WeightsRequest,
};
use clap::Args;
use serde_json::{Value, json};

use super::backtest::Outcome;
use crate::arguments::{FORMULAS, at_least_one, expanded, fraction, part};

#[derive(Debug, Args)]
#[command(next_help_heading = "Several assets")]
pub(crate) struct WeightArguments {
    /// Position wanted in each asset as a fraction of equity, over all files at once
    #[arg(long, value_name = "FORMULA", conflicts_with_all = FORMULAS, conflicts_with = "strategy")]
    weights: Option<String>,
    /// When weights are traded: change, every, a number of bars, an interval such as 1M, or a band
    /// such as 5% [default: change]
    #[arg(long, value_name = "WHEN", value_parser = rebalance)]
    rebalance_weights: Option<Rebalance>,
    /// Fraction of equity that is not invested [default: 0]
    #[arg(long, value_name = "FRACTION", value_parser = part)]
    cash_buffer: Option<f64>,
}

fn rebalance(text: &str) -> Result<Rebalance, String> {
    if text.parse::<usize>().is_ok() {
        return at_least_one(text).map(Rebalance::EveryBars);
    }
    match text {
        "change" => Ok(Rebalance::OnChange),
        "every" => Ok(Rebalance::EveryBar),
        text => match (fraction(text), text.parse::<Interval>()) {
            (Ok(band), _) if band >= 0.0 => Ok(Rebalance::Outside(band)),
            (_, Ok(interval)) => Ok(Rebalance::Every(interval)),
            _ => Err(format!(
                "`{text}` is none of `change`, `every`, a number of bars, an interval and a band"
            )),
        },
    }
}

fn rebalance_json(rebalance: Rebalance) -> Value {
    match rebalance {
        Rebalance::OnChange => json!("change"),
        Rebalance::EveryBar => json!("every"),
        Rebalance::EveryBars(bars) => json!({"bars": bars}),
        Rebalance::Every(interval) => json!({"interval": interval.to_string()}),
        Rebalance::Outside(band) => json!({"band": band}),
    }
}

impl WeightArguments {
    /// Returns the strategy of the weights, if there are some.
    pub(crate) fn strategy(
        &self,
        definitions: Option<&mut Definitions>,
    ) -> Result<Option<Strategy>> {
        let Some(text) = &self.weights else { return self.check_absent().map(|()| None) };
        let text = expanded(definitions, text)?;
        let formula = Formula::parse("weights", "--weights", text)?;
        Ok(Some(Strategy::new(vec![(Role::Weights, formula)])?))
    }

    /// Refuses what is for weights where there are none.
    fn check_absent(&self) -> Result<()> {
        let given = [
            ("--rebalance-weights", self.rebalance_weights.is_some()),
            ("--cash-buffer", self.cash_buffer.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => {
                bail!("`{option}` has no effect without `--weights`; leave it out")
            }
            None => Ok(()),
        }
    }

    fn rules(&self) -> WeightRules {
        let default = WeightRules::default();
        WeightRules {
            rebalance: self.rebalance_weights.unwrap_or(default.rebalance),
            cash_buffer: self.cash_buffer.unwrap_or(default.cash_buffer),
        }
    }

    /// Runs the weights.
    pub(crate) fn run(
        &self,
        session: &Session,
        source: &DataSource,
        strategy: Strategy,
        parameters: Vec<(String, f64)>,
        trading: Trading,
        benchmark: Option<(Bars, DataSource)>,
    ) -> Result<Outcome> {
        let (panel, notes) = session.load_panel(source)?;
        let rules = self.rules();
        let (benchmark, benchmark_source) = benchmark.unzip();
        let request = WeightsRequest { strategy, parameters, trading, rules, benchmark };
        let (bars, backtest) = session.backtest_weights(&panel, &request)?;
        let WeightsRequest { strategy, parameters, trading, benchmark, .. } = request;
        let plan = Plan::from(strategy);
        let manifest = Manifest::new(session, &bars, source, &plan, &parameters, &trading)
            .with("assets", json!(panel.assets()))
            .with("panel_hash", json!(format!("{:032x}", panel.content_hash())))
            .with("rebalance", rebalance_json(rules.rebalance))
            .with("cash_buffer", json!(rules.cash_buffer));
        let manifest = manifest.with_benchmark(benchmark.as_ref().zip(benchmark_source.as_ref()));
        let events = MarketEvents::default();
        let request = BacktestRequest { plan, parameters, trading, benchmark, events };
        Ok(Outcome { bars, request, backtest, notes, manifest })
    }
}
