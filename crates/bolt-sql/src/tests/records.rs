//! What goes in comes out.

use bolt_base::Rng;
use proptest::prelude::*;

use super::*;
use crate::{ErrorKind, StoredTrade, TradeFilter};

/// Text that SQL, JSON and C strings might stumble over.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,12}",
        Just("it's; DROP TABLE runs --\0\u{1F600}\"\\".into()),
        Just(String::new())
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        (-1000i32..1000).prop_map(f64::from),
    ]
}

fn any_figure() -> impl Strategy<Value = f64> {
    prop_oneof![finite(), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(f64::NAN)]
}

prop_compose! {
    fn any_trade()(
        (timestamp, exit_timestamp) in (any::<i64>(), any::<i64>()),
        symbol in any_text(),
        is_long in any::<bool>(),
        size in prop::num::f64::POSITIVE | prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL,
        entry_price in finite(),
        exit in prop::option::of((finite(), any_text())),
        pnl in any_figure(),
        fees in finite(),
    ) -> TradeRecord {
        let timestamps = (timestamp.min(exit_timestamp), timestamp.max(exit_timestamp));
        TradeRecord {
            timestamp: UnixNanos(timestamps.0),
            symbol,
            side: if is_long { Side::Long } else { Side::Short },
            size: size.abs(),
            entry_price,
            exit: exit.map(|(price, reason)| TradeExit {
                timestamp: UnixNanos(timestamps.1), price, reason,
            }),
            pnl,
            fees,
        }
    }
}

prop_compose! {
    fn any_run()(
        created in any::<i64>(),
        kind in prop::sample::select(RunKind::ALL.to_vec()),
        name in any_text(),
        formula in any_text(),
        note in any_text(),
        figures in prop::collection::btree_map(any_text(), any_figure(), 0..5),
    ) -> Run {
        let manifest = serde_json::json!({ "note": note, "seed": u64::MAX }).to_string();
        Run { created: UnixNanos(created), kind, name, formula, manifest, figures }
    }
}

prop_compose! {
    fn any_point()(
        date in any::<i64>(),
        equity in any_figure(),
        cash in any_figure(),
        positions in prop::collection::btree_map(any_text(), finite(), 0..4),
        prices in prop::collection::btree_map(any_text(), finite(), 0..4),
        costs in prop::collection::btree_map(any_text(), finite(), 0..2),
    ) -> PortfolioPoint {
        // The very last nanosecond is outside every range.
        let date = UnixNanos(date.min(i64::MAX - 1));
        PortfolioPoint { date, equity, cash, positions, prices, costs }
    }
}

/// Compares as text, because a NaN does not equal itself; shows `-0.0` as `0.0`.
fn shown(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").replace("-0.0,", "0.0,").replace("-0.0}", "0.0}")
}

const EVER: std::ops::Range<UnixNanos> = UnixNanos(i64::MIN)..UnixNanos(i64::MAX);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn records_come_back_as_they_went_in(
        runs in prop::collection::vec((any_run(), prop::collection::vec(any_trade(), 0..70)), 1..4),
        points in prop::collection::vec(any_point(), 0..6),
        seed in any::<u64>(),
    ) {
        let mut fixture = Fixture::new();
        let mut rng = Rng::new(seed);
        let points: BTreeMap<_, _> = points.into_iter().map(|point| (point.date, point)).collect();
        let points: Vec<_> = points.into_values().collect();
        let mut ids = Vec::new();
        for (run, trades) in &runs {
            ids.push(fixture.store.record(run, trades, &points, &mut rng).unwrap());
        }
        let store = open(&fixture.path());
        for (id, (run, trades)) in ids.iter().zip(&runs) {
            prop_assert_eq!(shown(&store.run(id).unwrap().run), shown(run));
            let filter = TradeFilter { run: Some(id.clone()), ..TradeFilter::default() };
            let found = store.trades(&filter).unwrap();
            prop_assert!(found.iter().enumerate().all(|(i, t)| t.run == *id && t.sequence == i as u64));
            let found: Vec<TradeRecord> = found.into_iter().map(|StoredTrade { trade, .. }| trade).collect();
            prop_assert_eq!(shown(&found), shown(trades));
            prop_assert_eq!(shown(&store.history(id.as_str(), EVER).unwrap()), shown(&points));
        }
        store.verify().unwrap();
    }
}

#[test]
fn a_not_a_number_result_comes_back_as_one_and_infinities_stay() {
    let mut fixture = Fixture::new();
    let trades =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|pnl| TradeRecord { pnl, ..trade(1) });
    let id = fixture.store.record(&run(0), &trades, &[], &mut fixture.rng).unwrap();
    let filter = TradeFilter { run: Some(id), ..TradeFilter::default() };
    let found: Vec<f64> =
        fixture.store.trades(&filter).unwrap().iter().map(|t| t.trade.pnl).collect();
    assert!(found[0].is_nan());
    assert_eq!(found[1..], [f64::INFINITY, f64::NEG_INFINITY]);
}

/// Checks that a trade is refused with a message, and that nothing of its batch is kept.
#[track_caller]
fn check_refused(change: impl FnOnce(&mut TradeRecord), expected: &str) {
    let mut fixture = Fixture::new();
    let id = fixture.record(&run(0));
    let mut trades: Vec<_> = (0..40).map(trade).collect();
    change(&mut trades[33]);
    let error = fixture.store.batch_insert_trades(&id, &trades).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Invalid(_)), "{error}");
    let path = fixture.path();
    let expected = format!(
        "cannot insert trades in `{}`: trade 33 (`BTC-USD`) has {expected}",
        path.display()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(fixture.store.trades(&TradeFilter::default()).unwrap(), []);
}

#[test]
fn trades_that_make_no_sense_are_refused() {
    check_refused(|t| t.size = 0.0, "the size 0, which is not a positive number");
    check_refused(|t| t.size = f64::INFINITY, "the size inf, which is not a positive number");
    check_refused(|t| t.size = f64::NAN, "the size NaN, which is not a positive number");
    check_refused(|t| t.entry_price = f64::NAN, "the entry price NaN, which is no number");
    check_refused(|t| t.fees = f64::INFINITY, "the fees inf, which is no number");
    check_refused(
        |t| t.exit.as_mut().unwrap().price = f64::NEG_INFINITY,
        "the exit price -inf, which is no number",
    );
    check_refused(
        |t| t.exit.as_mut().unwrap().timestamp.0 = t.timestamp.0 - 1,
        "its end 2026-01-31T14:58:11.999999999Z before its beginning 2026-01-31T14:58:12Z",
    );
}

#[test]
fn runs_and_points_that_make_no_sense_are_refused() {
    let mut fixture = Fixture::new();
    for manifest in ["", "{", "[]", "null", "{} {}"] {
        let run = Run { manifest: manifest.into(), ..run(0) };
        let error = fixture.store.record(&run, &[], &[], &mut fixture.rng).unwrap_err();
        assert!(error.to_string().contains("manifest is not a JSON object"), "{error}");
    }
    let mut held = point(3);
    held.positions.insert("ETH".into(), f64::NAN);
    let error = fixture.store.append_history("mine", &[point(1), held]).unwrap_err();
    assert!(error.to_string().contains("NaN units of `ETH` on 2026-01-31T14:28:12Z"), "{error}");
    assert_eq!(fixture.store.history("mine", EVER).unwrap(), [], "nothing is kept");
    assert_eq!(fixture.store.portfolios().unwrap(), [""; 0]);

    let error = fixture.store.record(&run(0), &[], &[point(1), point(1)], &mut fixture.rng);
    assert!(error.unwrap_err().to_string().contains("has a point of 2026-01-31T14:26:12Z already"));
    assert_eq!(fixture.store.runs(&Default::default()).unwrap(), [], "nothing is kept");
}

#[test]
fn ids_sort_by_time_and_a_seed_reproduces_them() {
    let draw = |seed| {
        let mut fixture = Fixture::new();
        fixture.rng = Rng::new(seed);
        [run(3), run(1), run(1), run(2)].map(|run| fixture.record(&run))
    };
    let ids = draw(7);
    assert_eq!(ids, draw(7));
    assert_ne!(ids, draw(8));
    assert!(ids[1] < ids[3] && ids[2] < ids[3] && ids[3] < ids[0], "{ids:?}");
    assert!(ids[1].as_str().starts_with("20260131-142612-"), "{}", ids[1]);
    assert_eq!(ids[1].as_str().len(), RunId::RANDOM_FROM + 8);
}

#[test]
fn an_id_that_is_taken_is_drawn_again() {
    let mut fixture = Fixture::new();
    let ids = [1, 1, 1].map(|seed| {
        fixture.rng = Rng::new(seed);
        fixture.record(&run(0))
    });
    assert_eq!(ids[0], RunId::draw(run(0).created, &mut Rng::new(1)));
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
}
