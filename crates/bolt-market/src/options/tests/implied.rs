use bolt_base::Rng;

use super::{Case, case, random_case};
use crate::options::implied::{ImpliedVolatilityError, of_american, of_european};
use crate::options::{Contract, Market, OptionKind, american, european};

fn value(case: &Case) -> f64 {
    european::price(&case.contract, &case.market, case.volatility)
}

/// The volatility found may differ from the one put in by what a few roundings of the price
/// explain, and no more.
#[test]
fn the_volatility_of_a_value_is_found_again() {
    let mut rng = Rng::new(7);
    let mut found = 0;
    for i in 0..100_000 {
        let spread = [0.0, 1e-8, 1e-3, 0.1, 0.5, 2.0, 10.0, 100.0][i % 8];
        let spot = 100.0 * (spread * rng.normal()).exp();
        let deviation = 10f64.powf(super::between(&mut rng, -6.0, 1.0));
        let kind = if spot < 100.0 { OptionKind::Call } else { OptionKind::Put };
        let case = case(kind, [spot, 100.0, 1.0, 0.0, 0.0, deviation]);
        let greeks = european::greeks(&case.contract, &case.market, deviation);
        if greeks.price < 1e-300 || greeks.price >= spot.min(100.0) * (1.0 - 1e-14) {
            continue;
        }
        let back = of_european(&case.contract, &case.market, greeks.price)
            .unwrap_or_else(|error| panic!("{case:?}: {error}"));
        let roundings = 1.0 + greeks.price / (greeks.vega * deviation);
        let error = (back / deviation - 1.0).abs() / roundings;
        assert!(error < 2e-15, "{case:?}: {back}, off by {error:e} at {roundings} roundings");
        found += 1;
    }
    assert!(found > 50_000, "only {found} cases had a price to speak of");
}

#[test]
fn a_value_in_the_money_is_reproduced() {
    let mut rng = Rng::new(8);
    for _ in 0..20_000 {
        let case = random_case(&mut rng);
        let price = value(&case);
        let back = of_european(&case.contract, &case.market, price).unwrap();
        let again = european::price(&case.contract, &case.market, back);
        assert!((again - price).abs() <= 1e-15 * 100.0, "{case:?}: {again}, not {price}");
    }
}

#[test]
fn the_quotes_of_quantlib_give_back_their_volatility() {
    let Some(rows) = super::reference("european") else { return };
    let mut checked = 0;
    for (case, row) in rows {
        let (price, vega) =
            (row["price"].as_f64().unwrap(), row["vega_per_unit_vol"].as_f64().unwrap());
        if vega < 1e-3 {
            continue;
        }
        let back = of_european(&case.contract, &case.market, price).unwrap();
        assert!((back - case.volatility).abs() < 1e-10 / vega.min(1.0), "{case:?}: {back}");
        checked += 1;
    }
    assert!(checked > 700, "{checked}");
}

#[track_caller]
fn check_refused(numbers: [f64; 5], kind: OptionKind, price: f64, expected: &str) {
    let [spot, strike, years, rate, dividend_yield] = numbers;
    let contract = Contract { kind, strike, years };
    let market = Market { spot, rate, dividend_yield };
    let error = of_european(&contract, &market, price).unwrap_err().to_string();
    assert!(error.contains(expected), "`{error}` does not say `{expected}`");
}

#[test]
fn prices_that_allow_arbitrage_are_refused_with_the_bound() {
    use OptionKind::{Call, Put};
    let flat = [100.0, 90.0, 1.0, 0.0, 0.0];
    check_refused(flat, Call, 9.0, "`9` is below `10`");
    check_refused(flat, Call, -1.0, "is below `10`");
    check_refused(flat, Call, 100.0, "`100` is not below `100`");
    check_refused(flat, Put, -0.5, "`-0.5` is below `0`");
    check_refused(flat, Put, 90.0, "`90` is not below `90`");
    check_refused([100.0, 90.0, 0.0, 0.0, 0.0], Call, 12.0, "has expired");
    check_refused([100.0, -90.0, 1.0, 0.0, 0.0], Call, 12.0, "strike `-90`");
    check_refused(flat, Call, f64::NAN, "price `NaN`");
    check_refused([100.0, 90.0, 1.0, -1e4, 0.0], Call, 1.0, "rate `-10000`");
    check_refused([100.0, 90.0, 1.0, 0.0, 1e4], Put, 1.0, "dividend yield `10000`");
}

#[test]
fn a_value_without_any_time_value_has_no_volatility() {
    let contract = Contract { kind: OptionKind::Call, strike: 90.0, years: 1.0 };
    let market = Market { spot: 100.0, rate: 0.0, dividend_yield: 0.0 };
    assert_eq!(of_european(&contract, &market, 10.0), Ok(0.0));
}

#[test]
fn an_american_value_gives_back_its_volatility() {
    let mut rng = Rng::new(9);
    let mut found = 0;
    for _ in 0..60 {
        let case = random_case(&mut rng);
        let greeks = american::greeks(&case.contract, &case.market, case.volatility);
        let back = of_american(&case.contract, &case.market, greeks.price).unwrap();
        let again = american::price(&case.contract, &case.market, back);
        assert!((again - greeks.price).abs() < 1e-8, "{case:?}: {again}, not {}", greeks.price);
        if greeks.vega > 1.0 {
            assert!((back - case.volatility).abs() < 1e-9, "{case:?}: {back}");
            found += 1;
        }
    }
    assert!(found > 30, "{found}");
}

#[test]
fn american_bounds_are_those_of_early_exercise() {
    let contract = Contract { kind: OptionKind::Put, strike: 100.0, years: 1.0 };
    let market = Market { spot: 80.0, rate: 0.05, dividend_yield: 0.0 };
    let below = of_american(&contract, &market, 19.0).unwrap_err();
    assert_eq!(below, ImpliedVolatilityError::BelowIntrinsic { price: 19.0, bound: 20.0 });
    let above = of_american(&contract, &market, 100.0).unwrap_err();
    assert_eq!(above, ImpliedVolatilityError::AboveMaximum { price: 100.0, bound: 100.0 });
    assert_eq!(of_american(&contract, &market, 20.0), Ok(0.0));
    let contract = Contract { kind: OptionKind::Call, ..contract };
    let market = Market { dividend_yield: 0.08, ..market };
    assert!(of_american(&contract, &market, 79.9).unwrap() > 3.0);
    let above = of_american(&contract, &market, 80.0).unwrap_err();
    assert_eq!(above, ImpliedVolatilityError::AboveMaximum { price: 80.0, bound: 80.0 });
}

#[test]
fn an_american_put_may_cost_more_than_any_european_one() {
    let contract = Contract { kind: OptionKind::Put, strike: 100.0, years: 1.0 };
    let market = Market { spot: 80.0, rate: 0.05, dividend_yield: 0.0 };
    // More than any European put of this strike can be worth.
    let high = of_american(&contract, &market, 99.0).unwrap();
    assert!((american::price(&contract, &market, high) - 99.0).abs() < 1e-8, "{high}");
}
