use bolt_base::Rng;
use bolt_exec::Pool;

use super::random_case;
use crate::options::american::{self, Method};
use crate::options::chain::{Listing, greeks};
use crate::options::european;
use crate::options::scenario::Style;

fn listings(count: usize) -> (Vec<Listing>, Vec<f64>) {
    let mut rng = Rng::new(11);
    let listing = |_| {
        let case = random_case(&mut rng);
        let style = if rng.below(2) == 0 { Style::European } else { Style::American };
        (Listing { contract: case.contract, style, market: case.market }, case.volatility)
    };
    (0..count).map(listing).unzip()
}

#[test]
fn a_chain_is_its_options_one_by_one() {
    let (listings, volatilities) = listings(150);
    for threads in [1, 3] {
        let pool = Pool::new(Some(threads)).unwrap();
        let found = greeks(&listings, &volatilities, &pool);
        for ((listing, &volatility), found) in listings.iter().zip(&volatilities).zip(found) {
            let Listing { contract, style, market } = listing;
            let expected = match style {
                Style::European => european::greeks(contract, market, volatility),
                Style::American => american::greeks(contract, market, volatility),
            };
            assert_eq!(found, expected, "{listing:?}");
            assert_eq!(listing.value(volatility).map(|value| value.greeks), Some(expected));
        }
    }
}

#[test]
fn implied_volatility_follows_the_style() {
    let (listings, volatilities) = listings(40);
    for (listing, &volatility) in listings.iter().zip(&volatilities) {
        let price = listing.value(volatility).unwrap().greeks.price;
        let Ok(implied) = listing.implied_volatility(price) else { continue };
        let again = listing.value(implied).unwrap().greeks.price;
        assert!((again - price).abs() < 1e-8 * listing.contract.strike, "{listing:?}");
    }
}

#[test]
fn a_valuation_says_how_it_was_found() {
    let (listings, _) = listings(1);
    let mut listing = Listing { style: Style::American, ..listings[0] };
    listing.contract.kind = crate::options::OptionKind::Put;
    listing.market.rate = 0.05;
    listing.market.dividend_yield = 0.0;
    let value = listing.value(0.2).unwrap();
    assert_eq!(value.method, Method::Boundary);
    assert!(value.critical_spot.is_some_and(|spot| spot < listing.contract.strike));
    listing.style = Style::European;
    let value = listing.value(0.2).unwrap();
    assert_eq!((value.method, value.critical_spot), (Method::European, None));
    listing.contract.strike = -1.0;
    assert_eq!(listing.value(0.2), None);
}
