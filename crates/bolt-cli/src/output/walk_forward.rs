//! The result of a walk-forward run as JSON.

use bolt_session::{Fold, Manifest, WalkForward};
use serde::Serialize;
use serde_json::Value;

use super::backtest::{Lines, SummaryView, TradeView};

/// A walk-forward run as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct WalkForwardView<'a> {
    schema: &'static str,
    summary: SummaryView,
    efficiency: f64,
    folds: Vec<FoldView>,
    stats: Lines<'a>,
    trades: Vec<TradeView>,
    notes: &'a [String],
    cache: Value,
    manifest: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
}

#[derive(Debug, Serialize)]
struct FoldView {
    parameters: serde_json::Map<String, Value>,
    train_from: String,
    train_to: String,
    train_bars: usize,
    test_from: String,
    test_to: String,
    test_bars: usize,
    trained: TrainedView,
    tested: SummaryView,
}

#[derive(Debug, Serialize)]
struct TrainedView {
    return_pct: f64,
    sharpe: f64,
    max_dd_pct: f64,
    n_trades: u32,
}

impl<'a> WalkForwardView<'a> {
    pub(crate) fn new(
        found: &'a WalkForward,
        notes: &'a [String],
        manifest: &Manifest,
        run: Option<String>,
    ) -> Self {
        let times = found.bars.timestamps();
        let trades = found.ledger.trades.iter().map(|trade| TradeView::new(trade, times, &[]));
        Self {
            schema: "bolt.walkforward/1",
            summary: (&found.summary).into(),
            efficiency: found.efficiency,
            folds: found.folds.iter().map(FoldView::new).collect(),
            stats: Lines(&found.lines),
            trades: trades.collect(),
            notes,
            cache: found.cache.to_json(),
            manifest: manifest.to_json(),
            run,
        }
    }
}

impl FoldView {
    fn new(fold: &Fold) -> Self {
        let Fold { train, test, parameters, trained, tested, train_times, test_times } = fold;
        Self {
            parameters: parameters
                .iter()
                .map(|(name, value)| (name.clone(), (*value).into()))
                .collect(),
            train_from: train_times.0.to_string(),
            train_to: train_times.1.to_string(),
            train_bars: train.len(),
            test_from: test_times.0.to_string(),
            test_to: test_times.1.to_string(),
            test_bars: test.len(),
            trained: TrainedView {
                return_pct: trained.return_pct,
                sharpe: trained.sharpe,
                max_dd_pct: trained.max_dd_pct,
                n_trades: trained.n_trades,
            },
            tested: tested.into(),
        }
    }
}
