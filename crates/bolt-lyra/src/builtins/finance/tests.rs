//! Finance against integrals over densities, sums over payments and differences.

use crate::session::Session;
use crate::tests::check;
use crate::value::Value;

const RATE: f64 = 0.05;
const DIVIDEND: f64 = 0.02;
const VOLATILITY: f64 = 0.3;
const TIME: f64 = 0.8;

fn price(contract: &str, strike: f64, more: &str) -> f64 {
    let source = format!(
        "FinancialDerivative[{contract}, {{\"StrikePrice\" -> {strike}, \"Expiration\" -> {TIME}{more}}}, \
         {{\"InterestRate\" -> {RATE}, \"Volatility\" -> {VOLATILITY}, \"CurrentPrice\" -> 100, \
         \"Dividend\" -> {DIVIDEND}}}]"
    );
    let value = Session::new().run(&format!("N[{source}]"));
    match value {
        Value::Real(price) => price,
        other => panic!("{source}: {other:?}"),
    }
}

/// The mean of what is paid at the end by Simpson's rule, over the density of the logarithm of the
/// price; that of prices which have met a barrier is taken away by reflection.
fn integral(pay: impl Fn(f64) -> f64, barrier: Option<(f64, bool)>) -> f64 {
    let drift = RATE - DIVIDEND - 0.5 * VOLATILITY * VOLATILITY;
    let spread = VOLATILITY * TIME.sqrt();
    let bell = |z: f64| (-0.5 * z * z).exp() / ((2.0 * std::f64::consts::PI).sqrt() * spread);
    let (mut from, mut to) = (-9.0 * spread, 9.0 * spread);
    let wall = barrier.map(|(barrier, is_up)| {
        let wall = (barrier / 100.0).ln();
        if is_up {
            to = wall;
        } else {
            from = wall;
        }
        wall
    });
    let density = |x: f64| {
        let free = bell((x - drift * TIME) / spread);
        let reflected = wall.map_or(0.0, |wall| {
            let weight = (2.0 * drift * wall / (VOLATILITY * VOLATILITY)).exp();
            weight * bell((x - 2.0 * wall - drift * TIME) / spread)
        });
        (free - reflected) * pay(100.0 * x.exp())
    };
    let count = 200_000;
    let step = (to - from) / f64::from(count);
    let sum: f64 = (0..=count)
        .map(|k| {
            let weight = if k == 0 || k == count { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
            weight * density(from + step * f64::from(k))
        })
        .sum();
    (-RATE * TIME).exp() * sum * step / 3.0
}

fn near(a: f64, b: f64, note: &str) {
    assert!((a - b).abs() < 2e-4, "{note}: {a} {b}");
}

#[test]
fn options_are_worth_the_mean_of_what_they_pay() {
    for strike in [80.0, 100.0, 130.0] {
        let call = |s: f64| (s - strike).max(0.0);
        let put = |s: f64| (strike - s).max(0.0);
        near(price("{\"European\", \"Call\"}", strike, ""), integral(call, None), "call");
        near(price("{\"European\", \"Put\"}", strike, ""), integral(put, None), "put");
        let asset = |s: f64| if s > strike { s } else { 0.0 };
        let cash = |s: f64| f64::from(u8::from(s < strike));
        let is_near = |a: f64, b: f64, note: &str| assert!((a - b).abs() < 0.01, "{note}: {a} {b}");
        is_near(
            price("{\"BinaryAssetOrNothing\", \"European\", \"Call\"}", strike, ""),
            integral(asset, None),
            "asset",
        );
        is_near(
            price("{\"BinaryCashOrNothing\", \"European\", \"Put\"}", strike, ""),
            integral(cash, None),
            "cash",
        );
    }
}

#[test]
fn barriers_take_away_the_paths_that_meet_them() {
    for (side, barrier, is_up) in [("Down", 90.0, false), ("Up", 120.0, true)] {
        for strike in [80.0, 100.0, 130.0] {
            for (kind, sign) in [("Call", 1.0), ("Put", -1.0)] {
                let more = format!(", \"Barrier\" -> {barrier}");
                let out = format!("{{\"Barrier{side}Out\", \"European\", \"{kind}\"}}");
                let into = format!("{{\"Barrier{side}In\", \"European\", \"{kind}\"}}");
                let pay = |s: f64| (sign * (s - strike)).max(0.0);
                let own = price(&out, strike, &more);
                near(own, integral(pay, Some((barrier, is_up))), &out);
                near(own + price(&into, strike, &more), integral(pay, None), &into);
            }
        }
    }
}

#[test]
fn greeks_are_differences_of_values() {
    for contract in [
        "{\"European\", \"Put\"}",
        "{\"BarrierDownOut\", \"European\", \"Call\"}",
        "{\"AsianGeometric\", \"European\", \"Call\"}",
    ] {
        let source = format!(
            "f[s_, r_, t_, v_] := FinancialDerivative[{contract}, {{\"StrikePrice\" -> 105, \"Expiration\" -> t, \"Barrier\" -> 80}}, {{\"InterestRate\" -> r, \"Volatility\" -> v, \"CurrentPrice\" -> s}}]; \
             g = Last /@ FinancialDerivative[{contract}, {{\"StrikePrice\" -> 105, \"Expiration\" -> 0.7, \"Barrier\" -> 80}}, {{\"InterestRate\" -> 0.04, \"Volatility\" -> 0.25, \"CurrentPrice\" -> 100.}}, \"Greeks\"]; \
             h = 10.^-4; d = {{(f[100 + h, 0.04, 0.7, 0.25] - f[100 - h, 0.04, 0.7, 0.25])/(2 h), (f[101, 0.04, 0.7, 0.25] - 2 f[100, 0.04, 0.7, 0.25] + f[99, 0.04, 0.7, 0.25]), (f[100, 0.04 + h, 0.7, 0.25] - f[100, 0.04 - h, 0.7, 0.25])/(2 h), -(f[100, 0.04, 0.7 + h, 0.25] - f[100, 0.04, 0.7 - h, 0.25])/(2 h), (f[100, 0.04, 0.7, 0.25 + h] - f[100, 0.04, 0.7, 0.25 - h])/(2 h)}}; \
             Max[Abs[g - d]] < 10^-3"
        );
        check(&[(source.as_str(), "True")]);
    }
}

#[test]
fn bonds_are_worth_the_sum_of_what_they_pay() {
    // A figure that handbooks of spreadsheets give for the price by 30/360 days.
    check(&[
        (
            "Round[FinancialBond[{\"FaceValue\" -> 100, \"Coupon\" -> 0.0575, \"Maturity\" -> {2017, 11, 15}, \"CouponInterval\" -> 1/2}, {\"InterestRate\" -> 0.065, \"Settlement\" -> {2008, 2, 15}, \"DayCountBasis\" -> \"30/360\"}], 10^-5]",
            "2365859/25000",
        ),
        (
            "p = FinancialBond[{\"FaceValue\" -> 100, \"Coupon\" -> 6/100, \"Maturity\" -> 3, \"CouponInterval\" -> 1/2}, {\"InterestRate\" -> 8/100}]; p == Sum[3/(1 + 4/100)^k, {k, 6}] + 100/(1 + 4/100)^6",
            "True",
        ),
        (
            "f[y_] := FinancialBond[{\"FaceValue\" -> 100, \"Coupon\" -> 0.06, \"Maturity\" -> 4.25, \"CouponInterval\" -> 1/2}, {\"InterestRate\" -> y}, {\"FullValue\", \"ModifiedDuration\", \"Convexity\"}]; h = 10^-4; \
             With[{a = f[0.05], u = First[f[0.05 + h]], d = First[f[0.05 - h]]}, {Abs[-(u - d)/(2 h)/a[[1]] - a[[2]]] < 10^-5, Abs[(u - 2 a[[1]] + d)/h^2/a[[1]] - a[[3]]] < 10^-3}]",
            "{True, True}",
        ),
        (
            "Round[FinancialBond[{\"FaceValue\" -> 100, \"Coupon\" -> 0.06, \"Maturity\" -> 3}, {\"Value\" -> 100}, \"ImpliedYield\"], 10^-8]",
            "3/50",
        ),
    ]);
}

#[test]
fn annuities_are_sums_of_payments() {
    check(&[
        ("TimeValue[Annuity[5, 4], 1/10, 0] == Sum[5/(11/10)^k, {k, 4}]", "True"),
        (
            "Chop[N[TimeValue[AnnuityDue[5, 4, 1/2], 1/10, 4] - Sum[5 (11/10)^(4 - k/2), {k, 0, 7}]]]",
            "0",
        ),
        ("Together[TimeValue[Annuity[p, n], i, 0] - p (1 - (1 + i)^-n)/i]", "0"),
        ("TimeValue[Annuity[100 + 10 # &, 2], 0, 0]", "230"),
        ("TimeValue[100, {{0, 1/10}, {1/2, 1/5}}, 1] - 100 Sqrt[11/10 6/5] // N // Chop", "0"),
        ("TimeValue[100, {1 -> 1/10, 2 -> 1/5}, 2]", "144"),
        ("TimeValue[144, {1 -> 1/10, 2 -> 1/5}, {0, 2}]", "100"),
    ]);
}
