use bolt_base::Rng;

use super::{Case, between, case, random_case, random_kind, reference};
use crate::options::american::{self, Method, Prepared};
use crate::options::lattice::Lattice;
use crate::options::{Greeks, OptionKind, european};

fn prepared(case: &Case) -> Prepared {
    Prepared::new(&case.contract, &case.market, case.volatility)
}

fn price(case: &Case) -> f64 {
    american::price(&case.contract, &case.market, case.volatility)
}

fn payoff(case: &Case) -> f64 {
    (case.contract.kind.sign() * (case.market.spot - case.contract.strike)).max(0.0)
}

fn by_lattice(case: &Case, steps: usize) -> f64 {
    let lattice = Lattice {
        is_call: case.contract.kind == OptionKind::Call,
        spot: case.market.spot / case.contract.strike,
        years: case.contract.years,
        rate: case.market.rate,
        dividend_yield: case.market.dividend_yield,
        volatility: case.volatility,
    };
    case.contract.strike * lattice.value(steps).unwrap().price
}

#[test]
fn values_are_those_of_quantlib_s_trees() {
    let Some(rows) = reference("american") else { return };
    assert_eq!(rows.len(), 57);
    for (case, row) in rows {
        let expected = row["american_leisen_reimer_2001"].as_f64().unwrap();
        let actual = price(&case);
        let error = (actual - expected).abs();
        assert!(error <= 1e-4 + 1e-3 * expected, "{case:?}: {actual}, not {expected}");
    }
}

/// Trees of twice the steps have half the error, so two of them extrapolate to the limit.
#[test]
fn boundary_and_tree_agree() {
    let mut rng = Rng::new(1);
    for _ in 0..60 {
        let mut case = random_case(&mut rng);
        case.market.rate = case.market.rate.abs();
        let limit = 2.0 * by_lattice(&case, 801) - by_lattice(&case, 401);
        let actual = price(&case);
        assert!((actual - limit).abs() < 2e-3 + 2e-4 * actual, "{case:?}: {actual}, tree {limit}");
    }
}

#[test]
fn the_terms_decide_the_method() {
    use OptionKind::{Call, Put};
    for (kind, rate, dividend_yield, volatility, expected) in [
        (Call, 0.05, 0.0, 0.2, Method::European),
        (Call, -0.05, -0.01, 0.2, Method::Lattice),
        (Call, 0.05, 0.02, 0.2, Method::Boundary),
        (Call, -0.05, 0.02, 0.2, Method::Boundary),
        (Put, 0.0, 0.0, 0.2, Method::European),
        (Put, -0.01, 0.02, 0.2, Method::European),
        (Put, -0.01, -0.02, 0.2, Method::Lattice),
        (Put, 0.0, -0.02, 0.2, Method::Boundary),
        (Put, 0.05, 0.02, 0.2, Method::Boundary),
        (Put, 0.05, 0.02, 0.0, Method::Certain),
    ] {
        let case = case(kind, [100.0, 100.0, 1.0, rate, dividend_yield, volatility]);
        assert_eq!(prepared(&case).method(), Some(expected), "{case:?}");
    }
    let invalid = case(Put, [100.0, 100.0, 1.0, 0.05, 0.02, f64::NAN]);
    assert_eq!(prepared(&invalid).method(), None);
    assert!(price(&invalid).is_nan());
}

#[test]
fn an_american_option_is_worth_at_least_its_payoff_and_its_european_twin() {
    let mut rng = Rng::new(2);
    for _ in 0..150 {
        let case = random_case(&mut rng);
        let american = price(&case);
        let european = european::price(&case.contract, &case.market, case.volatility);
        assert!(american >= payoff(&case), "{case:?}: {american} below the payoff");
        // The tree rounds at its own precision.
        assert!(american >= european - 2e-3, "{case:?}: {american} below {european}");
        if prepared(&case).method() == Some(Method::Boundary) {
            assert!(american >= european - 1e-9, "{case:?}: {american} below {european}");
        }
    }
}

#[test]
fn hard_terms_converge_and_agree_with_a_tree() {
    let mut rng = Rng::new(3);
    let mut boundaries = 0;
    for _ in 0..150 {
        let case = case(
            random_kind(&mut rng),
            [
                100.0 * between(&mut rng, -0.3, 0.3).exp(),
                100.0,
                10f64.powf(between(&mut rng, -2.0, 1.0)),
                10f64.powf(between(&mut rng, -4.0, -0.8)),
                10f64.powf(between(&mut rng, -4.0, -0.8)),
                10f64.powf(between(&mut rng, -1.7, 0.2)),
            ],
        );
        boundaries += usize::from(prepared(&case).method() == Some(Method::Boundary));
        let (actual, tree) = (price(&case), by_lattice(&case, 601));
        assert!((actual - tree).abs() < 0.01 + 2e-3 * tree, "{case:?}: {actual}, tree {tree}");
    }
    assert_eq!(boundaries, 150, "every one of these has a single boundary");
}

#[test]
fn beyond_the_critical_spot_the_value_is_the_payoff() {
    let mut rng = Rng::new(4);
    for _ in 0..40 {
        let mut case = random_case(&mut rng);
        case.market.rate = case.market.rate.abs() + 1e-3;
        case.market.dividend_yield = case.market.dividend_yield.abs() + 1e-3;
        let prepared = prepared(&case);
        let critical = prepared.critical_spot().unwrap();
        let beyond = critical * (-0.01 * -case.contract.kind.sign()).exp();
        let greeks = prepared.greeks(beyond);
        case.market.spot = beyond;
        let (price, delta) = (payoff(&case), case.contract.kind.sign());
        assert_eq!(greeks, Greeks { price, delta, ..Greeks::default() }, "{case:?}");
        // Value and slope are continuous there.
        let kept = prepared.greeks(critical * (1e-3 * -case.contract.kind.sign()).exp());
        assert!((kept.delta - delta).abs() < 1e-2, "{case:?}: {kept:?}");
        assert!(kept.gamma > 0.0, "{case:?}: {kept:?}");
    }
}

#[test]
fn greeks_satisfy_the_black_scholes_equation_where_the_option_is_kept() {
    let mut rng = Rng::new(5);
    let mut kept = 0;
    for _ in 0..60 {
        let case = random_case(&mut rng);
        let Greeks { price, delta, gamma, theta, .. } =
            american::greeks(&case.contract, &case.market, case.volatility);
        if price == payoff(&case) || prepared(&case).method() == Some(Method::Lattice) {
            continue;
        }
        let (market, spot) = (case.market, case.market.spot);
        let diffusion = 0.5 * case.volatility * case.volatility * spot * spot * gamma;
        let drift = (market.rate - market.dividend_yield) * spot * delta;
        let residual = theta + diffusion + drift - market.rate * price;
        assert!(residual.abs() < 2e-3 + 1e-3 * diffusion, "{case:?}: {residual}");
        kept += 1;
    }
    assert!(kept > 30, "{kept}");
}

#[test]
fn vega_and_rhos_are_the_slopes_of_the_tree_s_values() {
    let mut rng = Rng::new(6);
    for _ in 0..12 {
        let mut base = random_case(&mut rng);
        base.market.rate = base.market.rate.abs() + 0.01;
        base.volatility += 0.1;
        let slope = |change: fn(&mut Case) -> &mut f64, h: f64| {
            let at = |by: f64| {
                let mut case = base;
                *change(&mut case) += by;
                by_lattice(&case, 801)
            };
            (at(h) - at(-h)) / (2.0 * h)
        };
        let greeks = american::greeks(&base.contract, &base.market, base.volatility);
        for (name, actual, expected) in [
            ("vega", greeks.vega, slope(|c| &mut c.volatility, 1e-2)),
            ("rho", greeks.rho, slope(|c| &mut c.market.rate, 5e-3)),
            ("dividend rho", greeks.dividend_rho, slope(|c| &mut c.market.dividend_yield, 5e-3)),
        ] {
            let error = (actual - expected).abs();
            assert!(
                error < 0.3 + 0.01 * expected.abs(),
                "{name} of {base:?}: {actual}, {expected}"
            );
        }
    }
}

#[test]
fn a_tree_of_few_steps_is_not_far_from_one_of_many_with_two_boundaries() {
    let mut rng = Rng::new(7);
    for _ in 0..10 {
        let kind = random_kind(&mut rng);
        let (a, b) = (between(&mut rng, -0.03, -0.015), between(&mut rng, -0.014, -0.001));
        // A put needs a yield below the rate, a call the reverse.
        let (rate, dividend_yield) = if kind == OptionKind::Put { (b, a) } else { (a, b) };
        let numbers = [between(&mut rng, 80.0, 120.0), 100.0, 2.0, rate, dividend_yield, 0.1];
        let case = case(kind, numbers);
        assert_eq!(prepared(&case).method(), Some(Method::Lattice));
        let at = |spot: f64| prepared(&case).price(spot);
        let slope = (at(case.market.spot + 0.1) - at(case.market.spot - 0.1)) / 0.2;
        let delta = prepared(&case).greeks(case.market.spot).delta;
        assert!((delta - slope).abs() < 2e-3, "{case:?}: delta {delta}, slope {slope}");
        let fine = 2.0 * by_lattice(&case, 1601) - by_lattice(&case, 801);
        assert!((price(&case) - fine).abs() < 2e-3, "{case:?}: {}, fine {fine}", price(&case));
    }
}

/// The put gains by waiting although the rate is negative; the tree must not lose that.
#[test]
fn next_to_no_volatility_is_next_to_certainty() {
    for volatility in [1e-3, 1e-4, 1e-5, 1e-8] {
        for (spot, delta) in [(60.0, -(0.03f64.exp())), (99.9, -(0.03f64.exp())), (130.0, 0.0)] {
            let case = case(OptionKind::Put, [spot, 100.0, 1.0, -0.02, -0.03, volatility]);
            let certain = Case { volatility: 0.0, ..case };
            let (actual, limit) = (price(&case), price(&certain));
            assert!((actual - limit).abs() < 2e-2, "{case:?}: {actual}, limit {limit}");
            if spot != 99.9 {
                let greeks = prepared(&case).greeks(spot);
                assert!((greeks.delta - delta).abs() < 1e-3, "{case:?}: {greeks:?}");
            }
        }
    }
}

#[test]
fn without_volatility_the_best_time_to_exercise_is_found() {
    // The put's gain K e^(-rt) - S e^(-qt) is largest inside, at the end, and at the beginning.
    for (rate, dividend_yield) in [(0.08, 0.9), (0.08, 0.3), (0.08, 0.01)] {
        let case = case(OptionKind::Put, [95.0, 100.0, 5.0, rate, dividend_yield, 0.0]);
        let gain = |time: f64| 100.0 * (-rate * time).exp() - 95.0 * (-dividend_yield * time).exp();
        let best = (0..=50_000).map(|i| gain(f64::from(i) * 1e-4)).fold(0.0, f64::max);
        assert!((price(&case) - best).abs() < 1e-7, "{case:?}: {}, not {best}", price(&case));
        let greeks = american::greeks(&case.contract, &case.market, 0.0);
        assert_eq!(greeks.vega, 0.0);
        assert!(greeks.delta < 0.0 && greeks.theta.is_finite(), "{greeks:?}");
    }
}
