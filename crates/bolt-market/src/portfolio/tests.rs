//! Valuations against sums written out, and what is refused.

use bolt_base::Rng;

use super::*;

fn holding(symbol: &str, units: f64, cost: Option<f64>) -> Holding {
    Holding { symbol: symbol.to_owned(), units, cost }
}

/// Long Apple bought at 100, short Microsoft sold at 50, and gold of unknown cost.
fn three() -> Portfolio {
    let holdings = vec![
        holding("AAPL", 10.0, Some(100.0)),
        holding("MSFT", -4.0, Some(50.0)),
        holding("GOLD", 1.0, None),
    ];
    Portfolio::new(holdings, 300.0).unwrap()
}

const NONE: f64 = f64::NAN;

#[test]
fn a_portfolio_by_hand() {
    let portfolio = three();
    let mut valuation = portfolio.begin(&[NONE; 3]);
    portfolio.update(&[110.0, 60.0, 40.0], Missing::Refuse, &mut valuation).unwrap();
    let totals = *valuation.totals();
    // 1,100 long in Apple, 240 short in Microsoft, 40 of gold and 300 of cash.
    assert_eq!((totals.equity, totals.long, totals.short), (1200.0, 1140.0, -240.0));
    assert_eq!((totals.change, totals.gross(), totals.net()), (0.0, 1380.0, 900.0));
    assert!(totals.profit.is_nan(), "the cost of gold is not known");
    assert_eq!(valuation.values(), [1100.0, -240.0, 40.0]);
    assert_eq!(valuation.weights(), [1100.0 / 1200.0, -0.2, 40.0 / 1200.0]);
    assert_eq!(valuation.profits()[..2], [100.0, -40.0]);
    assert!(valuation.profits()[2].is_nan());
    portfolio.update(&[108.0, 55.0, 40.0], Missing::Refuse, &mut valuation).unwrap();
    assert_eq!((valuation.totals().change, valuation.totals().equity), (0.0, 1200.0));
}

#[test]
fn a_profit_needs_the_cost_of_all_that_is_held() {
    let check = |gold: Holding, expected: Option<f64>| {
        let holdings = vec![holding("AAPL", 10.0, Some(100.0)), gold];
        let portfolio = Portfolio::new(holdings, 0.0).unwrap();
        let mut valuation = portfolio.begin(&[NONE; 2]);
        portfolio.update(&[110.0, 40.0], Missing::Refuse, &mut valuation).unwrap();
        let profit = valuation.totals().profit;
        assert_eq!((!profit.is_nan()).then_some(profit), expected);
    };
    check(holding("GOLD", 1.0, Some(30.0)), Some(110.0));
    check(holding("GOLD", 0.0, None), Some(100.0));
    check(holding("GOLD", 1.0, None), None);
}

#[test]
fn a_missing_price_is_refused_or_the_last_one_kept() {
    let portfolio = three();
    let mut valuation = portfolio.begin(&[100.0, 50.0, NONE]);
    let before = format!("{valuation:?}");
    let mut refused = |prices: [f64; 3], missing, expected: &str| {
        let error = portfolio.update(&prices, missing, &mut valuation).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(format!("{valuation:?}"), before);
    };
    refused([1.0, NONE, 3.0], Missing::Refuse, "there is no price for `MSFT`");
    refused(
        [1.0, NONE, NONE],
        Missing::Keep,
        "there is no price for `GOLD`, nor an earlier one to keep",
    );
    let infinite = "the price of `AAPL` is `inf`, which is not a finite number";
    refused([f64::INFINITY, 1.0, 1.0], Missing::Keep, infinite);
    portfolio.update(&[101.0, NONE, 7.0], Missing::Keep, &mut valuation).unwrap();
    assert_eq!(valuation.prices(), [101.0, 50.0, 7.0]);
    assert_eq!((valuation.totals().change, valuation.totals().equity), (10.0, 1117.0));
}

#[test]
fn portfolios_that_make_no_sense() {
    let refused = |holdings, cash, expected: &str| {
        assert_eq!(Portfolio::new(holdings, cash).unwrap_err().to_string(), expected);
    };
    let twice = vec![holding("A", 1.0, None), holding("B", 1.0, None), holding("A", 2.0, None)];
    refused(twice, 0.0, "the portfolio has two positions in `A`; add them up");
    let unbounded = vec![holding("A", f64::INFINITY, None)];
    refused(unbounded, 0.0, "the number of units of `A` is `inf`, which is not a finite number");
    refused(vec![], NONE, "the cash of the portfolio is `NaN`, which is not a finite number");
}

#[test]
fn nothing_held_is_worth_its_cash() {
    let portfolio = Portfolio::new(Vec::new(), -5.0).unwrap();
    let mut valuation = portfolio.begin(&[]);
    portfolio.update(&[], Missing::Refuse, &mut valuation).unwrap();
    assert_eq!(*valuation.totals(), Totals { equity: -5.0, ..Totals::default() });
}

/// Every sum again, by filters over single positions.
fn check(portfolio: &Portfolio, lasts: &[f64], prices: &[f64], valuation: &Valuation) {
    let rows: Vec<usize> = (0..prices.len()).collect();
    let used = |i: usize| if prices[i].is_nan() { lasts[i] } else { prices[i] };
    let value = |i: usize| portfolio.units()[i] * used(i);
    let sum = |rows: Vec<usize>, of: &dyn Fn(usize) -> f64| rows.into_iter().map(of).sum::<f64>();
    let those = |is: &dyn Fn(usize) -> bool| -> Vec<usize> {
        rows.iter().copied().filter(|&i| is(i)).collect()
    };
    let close = |what: &str, found: f64, expected: f64| {
        bolt_testkit::assert_close(found, expected, 1e-12, what);
    };
    let totals = valuation.totals();
    close("long", totals.long, sum(those(&|i| portfolio.units()[i] > 0.0), &value));
    close("short", totals.short, sum(those(&|i| portfolio.units()[i] < 0.0), &value));
    let equity = portfolio.cash() + sum(rows.clone(), &value);
    close("equity", totals.equity, equity);
    let profit =
        |i: usize| portfolio.units()[i] * used(i) - portfolio.units()[i] * portfolio.costs()[i];
    close("profit", totals.profit, sum(rows.clone(), &profit));
    let change = |i: usize| value(i) - portfolio.units()[i] * lasts[i];
    close("change", totals.change, sum(those(&|i| !lasts[i].is_nan()), &change));
    for i in rows {
        close("value", valuation.values()[i], value(i));
        close("weight", valuation.weights()[i], value(i) / equity);
        close("profit of one", valuation.profits()[i], profit(i));
    }
}

#[test]
fn random_portfolios_agree_with_sums_written_out() {
    let mut rng = Rng::new(5);
    for (count, lacks_costs) in [(1, false), (3, true), (17, false), (40, true), (100, false)] {
        let holdings = (0..count).map(|i| {
            let is_known = !lacks_costs || rng.below(4) > 0;
            let cost = is_known.then(|| 50.0 + 10.0 * rng.normal());
            holding(&format!("S{i}"), 30.0 * rng.normal(), cost)
        });
        let portfolio = Portfolio::new(holdings.collect(), 1e4).unwrap();
        let mut valuation = portfolio.begin(&vec![NONE; count]);
        for round in 0..20 {
            let lasts = valuation.prices().to_vec();
            let price = |rng: &mut Rng| match rng.below(5) {
                0 if round > 0 => NONE,
                _ => 50.0 + 5.0 * rng.normal(),
            };
            let prices: Vec<f64> = (0..count).map(|_| price(&mut rng)).collect();
            portfolio.update(&prices, Missing::Keep, &mut valuation).unwrap();
            check(&portfolio, &lasts, &prices, &valuation);
        }
    }
}
