use bolt_base::Rng;
use bolt_exec::Pool;
use bolt_testkit::assert_close;

use super::random_case;
use crate::options::scenario::{
    Cell, Instrument, Position, Shock, Style, evaluate, evaluate_on, grid,
};
use crate::options::{Contract, Greeks, Market, OptionKind, american, european};

const MARKET: Market = Market { spot: 100.0, rate: 0.03, dividend_yield: 0.01 };

fn portfolio(options: usize, style: Style) -> Vec<Position> {
    let mut rng = Rng::new(1);
    let mut positions = vec![Position { units: -3.5, instrument: Instrument::Underlying }];
    for _ in 0..options {
        let case = random_case(&mut rng);
        let (contract, volatility) = (case.contract, case.volatility);
        let instrument = Instrument::Option { contract, style, volatility };
        positions.push(Position { units: rng.normal(), instrument });
    }
    positions
}

/// One position after one shock, by the plain functions.
fn single(position: &Position, shock: &Shock) -> Greeks {
    let spot = MARKET.spot * (1.0 + shock.spot);
    let market = Market { spot, ..MARKET };
    match position.instrument {
        Instrument::Underlying => Greeks { price: spot, delta: 1.0, ..Greeks::default() },
        Instrument::Option { contract, style, volatility } => {
            let contract = Contract { years: (contract.years - shock.years).max(0.0), ..contract };
            let volatility = (volatility + shock.volatility).max(0.0);
            match style {
                Style::European => european::greeks(&contract, &market, volatility),
                Style::American => american::greeks(&contract, &market, volatility),
            }
        }
    }
}

#[track_caller]
fn check(positions: &[Position], shocks: &[Shock]) {
    let mut cells = vec![Cell::default(); shocks.len()];
    evaluate(positions, &MARKET, shocks, &mut cells);
    let total = |shock: &Shock, part: fn(&Greeks) -> f64| -> f64 {
        positions.iter().map(|p| p.units * part(&single(p, shock))).sum()
    };
    for (shock, cell) in shocks.iter().zip(&cells) {
        let what = format!("{shock:?}");
        let gain = total(shock, |g| g.price) - total(&Shock::default(), |g| g.price);
        assert_close(cell.pnl, gain, 1e-12, &what);
        let parts: [fn(&Greeks) -> f64; 7] = [
            |g| g.price,
            |g| g.delta,
            |g| g.gamma,
            |g| g.theta,
            |g| g.vega,
            |g| g.rho,
            |g| g.dividend_rho,
        ];
        for part in parts {
            assert_close(part(&cell.greeks), total(shock, part), 1e-12, &what);
        }
    }
}

#[test]
fn european_cells_are_sums_of_single_valuations() {
    let spots = [-0.3, -0.1, 0.0, 0.05, 0.2];
    // The last volatility shock stops at 0, and the last step outlives every option.
    let shocks = grid(&spots, &[0.0, 0.1, -0.9], &[0.0, 0.01, 1.0, 4.0]);
    assert_eq!(shocks.len(), 60);
    check(&portfolio(20, Style::European), &shocks);
}

#[test]
fn american_cells_are_sums_of_single_valuations() {
    let shocks = grid(&[-0.2, 0.0, 0.1], &[0.0, 0.05], &[0.0, 0.05]);
    check(&portfolio(4, Style::American), &shocks);
    check(&portfolio(4, Style::American), &grid(&[-0.1, 0.1], &[0.0], &[0.0, 0.1]));
}

#[test]
fn more_shocks_than_a_block_and_none_at_all() {
    let spots: Vec<f64> = (0..150).map(|i| -0.5 + f64::from(i) / 150.0).collect();
    check(&portfolio(3, Style::European), &grid(&spots, &[0.0], &[0.0]));
    check(&[], &[Shock::default(); 3]);
    check(&portfolio(3, Style::European), &[]);
}

#[test]
fn a_grid_counts_spots_fastest() {
    let shocks = grid(&[0.0, 0.1], &[0.0, 0.2], &[0.0, 1.0]);
    let expected = Shock { spot: 0.1, volatility: 0.2, years: 0.0 };
    assert_eq!((shocks.len(), shocks[3]), (8, expected));
    assert_eq!(shocks[4], Shock { spot: 0.0, volatility: 0.0, years: 1.0 });
}

#[test]
fn an_option_that_expired_is_worth_its_payoff() {
    let contract = Contract { kind: OptionKind::Put, strike: 100.0, years: 0.5 };
    let option = Instrument::Option { contract, style: Style::American, volatility: 0.2 };
    let shock = Shock { spot: -0.1, volatility: 0.0, years: 1.0 };
    let mut cells = [Cell::default()];
    evaluate(&[Position { units: 2.0, instrument: option }], &MARKET, &[shock], &mut cells);
    assert_close(cells[0].greeks.price, 20.0, 1e-15, "payoff");
    assert_close(cells[0].greeks.delta, -2.0, 1e-15, "delta");
}

#[test]
fn threads_do_not_change_a_cell() {
    let (spots, volatilities) = ([-0.2, -0.05, 0.0, 0.1, 0.3], [-0.05, 0.0, 0.02]);
    let shocks = grid(&spots, &volatilities, &[0.0, 0.1, 0.5]);
    for style in [Style::European, Style::American] {
        let positions = portfolio(5, style);
        let mut expected = vec![Cell::default(); shocks.len()];
        evaluate(&positions, &MARKET, &shocks, &mut expected);
        for threads in [1, 2, 3] {
            let pool = Pool::new(Some(threads)).unwrap();
            let mut cells = vec![Cell::default(); shocks.len()];
            evaluate_on(&pool, &positions, &MARKET, &shocks, &mut cells);
            assert_eq!(cells, expected, "{threads} threads");
        }
        evaluate_on(&Pool::new(Some(2)).unwrap(), &positions, &MARKET, &[], &mut []);
    }
}
