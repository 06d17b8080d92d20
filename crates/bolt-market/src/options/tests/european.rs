use bolt_base::Rng;
use bolt_testkit::{assert_close, is_close};

use super::{Case, between, case, random_case, random_kind, reference};
use crate::options::batch::{self, Columns};
use crate::options::normal::density;
use crate::options::{Greeks, Market, OptionKind, european};

fn greeks(case: &Case) -> Greeks {
    european::greeks(&case.contract, &case.market, case.volatility)
}

fn fields(greeks: &Greeks) -> [(&'static str, f64); 7] {
    let Greeks { price, delta, gamma, theta, vega, rho, dividend_rho } = *greeks;
    [
        ("price", price),
        ("delta", delta),
        ("gamma", gamma),
        ("theta_per_year", theta),
        ("vega_per_unit_vol", vega),
        ("rho_per_unit_rate", rho),
        ("dividend_rho", dividend_rho),
    ]
}

#[test]
fn values_and_greeks_are_those_of_quantlib() {
    let Some(rows) = reference("european") else { return };
    assert_eq!(rows.len(), 1200);
    for (case, row) in rows {
        for (name, actual) in fields(&greeks(&case)) {
            let expected = row[name].as_f64().unwrap();
            let error = (actual - expected).abs();
            assert!(
                error <= 1e-12 + 1e-9 * expected.abs(),
                "{name} of {case:?}: {actual:?}, not {expected:?}"
            );
        }
    }
}

/// Values and vegas computed with 60 digits, where two normal probabilities cancel.
#[test]
fn extreme_values_keep_their_digits() {
    use OptionKind::{Call, Put};
    for (kind, numbers, price, vega) in [
        (Call, [100.0, 100.0, 1.0, 0.0, 0.0, 1e-8], 3.989422804014327e-07, 39.89422804014327),
        (
            Call,
            [100.0, 200.0, 0.01, 0.02, 0.01, 0.2],
            1.676705803723894e-264,
            1.009193226398222e-260,
        ),
        (Put, [100.0, 99.0, 1e-5, 0.03, 0.0, 0.1], 5.510099064621922e-225, 5.58253985015057e-221),
        (Put, [100.0, 25.0, 0.5, 0.05, 0.02, 0.15], 1.4661019003926516e-40, 1.7349723040995728e-37),
        (Call, [100.0, 1e6, 10.0, 0.01, 0.0, 0.6], 0.0018051746161964414, 0.0754075771302957),
        (Call, [100.0, 101.0, 2.0, -0.02, 0.04, 8.0], 92.31163312002353, 6.254023403945147e-06),
        (Put, [1.5, 1.5, 30.0, 0.07, 0.0, 1e-3], 0.0, 0.0),
    ] {
        let greeks = greeks(&case(kind, numbers));
        for (actual, expected) in [(greeks.price, price), (greeks.vega, vega)] {
            let relative = if expected == 0.0 { actual } else { actual / expected - 1.0 };
            // Rounding an argument of 35 by one last place moves the result by 35^2 of them.
            assert!(relative.abs() < 1e-12, "{kind:?} {numbers:?}: {actual:?}, not {expected:?}");
        }
    }
}

/// The discounted expectation of the payoff, by Simpson's rule from the kink outward.
fn price_by_integration(case: &Case) -> f64 {
    let Case { contract, market, volatility } = *case;
    let deviation = volatility * contract.years.sqrt();
    let drift =
        (market.rate - market.dividend_yield) * contract.years - 0.5 * deviation * deviation;
    let sign = contract.kind.sign();
    let payoff = |z: f64| {
        let spot = market.spot * (drift + deviation * z).exp();
        (sign * (spot - contract.strike)).max(0.0) * density(z)
    };
    let kink = ((contract.strike / market.spot).ln() - drift) / deviation;
    let reach = 12.0 + deviation;
    let (low, high) =
        if sign > 0.0 { (kink.max(-reach), reach) } else { (-reach, kink.min(reach)) };
    let steps = 4000;
    let width = (high - low) / f64::from(steps);
    let sum: f64 = (0..steps)
        .map(|i| low + f64::from(i) * width)
        .map(|z| payoff(z) + 4.0 * payoff(z + 0.5 * width) + payoff(z + width))
        .sum();
    sum * width / 6.0 * (-market.rate * contract.years).exp()
}

#[test]
fn the_value_is_the_discounted_expectation_of_the_payoff() {
    let mut rng = Rng::new(1);
    for _ in 0..200 {
        let case = random_case(&mut rng);
        let what = format!("{case:?}");
        assert_close(greeks(&case).price, price_by_integration(&case), 1e-10, &what);
    }
}

#[test]
fn greeks_are_the_derivatives_of_the_value() {
    let mut rng = Rng::new(2);
    for _ in 0..200 {
        let base = random_case(&mut rng);
        let at = |change: fn(&mut Case) -> &mut f64, by: f64| {
            let mut case = base;
            *change(&mut case) += by;
            greeks(&case).price
        };
        let slope = |change: fn(&mut Case) -> &mut f64| {
            let h = 1e-5;
            (at(change, h) - at(change, -h)) / (2.0 * h)
        };
        let greeks = greeks(&base);
        let bend = {
            let h = 1e-2;
            (at(|c| &mut c.market.spot, h) - 2.0 * greeks.price + at(|c| &mut c.market.spot, -h))
                / (h * h)
        };
        let expected = Greeks {
            price: greeks.price,
            delta: slope(|c| &mut c.market.spot),
            gamma: bend,
            theta: -slope(|c| &mut c.contract.years),
            vega: slope(|c| &mut c.volatility),
            rho: slope(|c| &mut c.market.rate),
            dividend_rho: slope(|c| &mut c.market.dividend_yield),
        };
        for ((name, actual), (_, expected)) in fields(&greeks).iter().zip(fields(&expected)) {
            assert!(
                is_close(*actual, expected, 2e-5),
                "{name} of {base:?}: {actual}, not {expected}"
            );
        }
    }
}

#[test]
fn without_time_or_volatility_the_forward_s_payoff_is_certain() {
    for volatility in [0.0, 0.3] {
        for years in [0.0, 2.0] {
            if years * volatility > 0.0 {
                continue;
            }
            for (kind, strike) in [(OptionKind::Call, 90.0), (OptionKind::Put, 130.0)] {
                let case = case(kind, [100.0, strike, years, 0.03, 0.01, volatility]);
                let (spot_discount, discount) = ((-0.01 * years).exp(), (-0.03 * years).exp());
                let sign = kind.sign();
                let expected = Greeks {
                    price: sign * (100.0 * spot_discount - strike * discount),
                    delta: sign * spot_discount,
                    gamma: 0.0,
                    theta: sign * (100.0 * 0.01 * spot_discount - 0.03 * strike * discount),
                    vega: 0.0,
                    rho: sign * years * strike * discount,
                    dividend_rho: -sign * years * 100.0 * spot_discount,
                };
                let actual = greeks(&case);
                for ((name, actual), (_, expected)) in fields(&actual).iter().zip(fields(&expected))
                {
                    assert_close(*actual, expected, 1e-14, name);
                }
            }
        }
    }
    let kink = greeks(&case(OptionKind::Call, [100.0, 100.0, 0.0, 0.05, 0.05, 0.2]));
    assert_eq!((kink.price, kink.gamma, kink.theta), (0.0, f64::INFINITY, f64::NEG_INFINITY));
    assert_close(kink.delta, 0.5, 1e-15, "delta at the kink");
    let huge = greeks(&case(OptionKind::Put, [100.0, 80.0, 1.0, 0.05, 0.0, 1e9]));
    assert_close(huge.price, 80.0 * (-0.05f64).exp(), 1e-15, "put of infinite volatility");
}

#[test]
fn numbers_that_describe_no_option_give_nan() {
    let good = [100.0, 100.0, 1.0, 0.05, 0.0, 0.2];
    for (place, bad) in
        [(0, 0.0), (0, -1.0), (1, -5.0), (2, -1e-9), (5, -0.1), (3, f64::NAN), (0, f64::INFINITY)]
    {
        let mut numbers = good;
        numbers[place] = bad;
        for (name, value) in fields(&greeks(&case(OptionKind::Put, numbers))) {
            assert!(value.is_nan(), "{name} of {numbers:?} is {value}");
        }
    }
}

#[test]
fn a_batch_has_the_bits_of_single_valuations() {
    let mut rng = Rng::new(3);
    let mut cases: Vec<Case> = (0..1000).map(|_| random_case(&mut rng)).collect();
    for i in 0..131 {
        let extreme = 10f64.powf(between(&mut rng, -8.0, 4.0));
        let kind = random_kind(&mut rng);
        cases.push(case(kind, [100.0, 100.0 + f64::from(i), extreme, 0.01, 0.02, 1.0 / extreme]));
    }
    cases.push(case(OptionKind::Call, [-1.0, 100.0, 1.0, 0.0, 0.0, 0.2]));
    cases.push(case(OptionKind::Put, [100.0, 100.0, 0.0, 0.0, 0.0, 0.2]));
    let column = |get: fn(&Case) -> f64| cases.iter().map(get).collect::<Vec<f64>>();
    let kind: Vec<OptionKind> = cases.iter().map(|c| c.contract.kind).collect();
    let columns = Columns {
        kind: &kind,
        strike: &column(|c| c.contract.strike),
        years: &column(|c| c.contract.years),
        spot: &column(|c| c.market.spot),
        rate: &column(|c| c.market.rate),
        dividend_yield: &column(|c| c.market.dividend_yield),
        volatility: &column(|c| c.volatility),
    };
    let mut prices = vec![0.0; cases.len()];
    batch::prices(&columns, &mut prices);
    let all = batch::greeks(&columns);
    for (i, case) in cases.iter().enumerate() {
        let row = Greeks {
            price: all.price[i],
            delta: all.delta[i],
            gamma: all.gamma[i],
            theta: all.theta[i],
            vega: all.vega[i],
            rho: all.rho[i],
            dividend_rho: all.dividend_rho[i],
        };
        let single = greeks(case);
        for ((name, a), (_, b)) in fields(&row).iter().zip(fields(&single)) {
            let same = a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(same, "{name} of row {i}, {case:?}: {a:?} and {b:?}");
        }
        assert!(prices[i].to_bits() == single.price.to_bits() || single.price.is_nan());
    }
}

#[test]
#[should_panic(expected = "differ in length")]
fn columns_of_different_length_are_refused() {
    let short = Columns {
        kind: &[OptionKind::Call],
        strike: &[],
        years: &[1.0],
        spot: &[1.0],
        rate: &[0.0],
        dividend_yield: &[0.0],
        volatility: &[0.2],
    };
    batch::greeks(&short);
}

#[test]
fn call_and_put_differ_by_the_forward() {
    let mut rng = Rng::new(4);
    for _ in 0..1000 {
        let call = random_case(&mut rng);
        let value = |kind| {
            let mut case = call;
            case.contract.kind = kind;
            greeks(&case).price
        };
        let Market { spot, rate, dividend_yield } = call.market;
        let years = call.contract.years;
        let forward =
            spot * (-dividend_yield * years).exp() - call.contract.strike * (-rate * years).exp();
        let parity = value(OptionKind::Call) - value(OptionKind::Put);
        assert_close(parity, forward, 1e-13, "parity");
    }
}
