//! Putting something else in the place of each formula.

use super::{DistanceRule, ExitRule, LevelRule, OrderRule, Rules, SizeRule, StopRule};

/// What the values of a rule's formula are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Truth values.
    Truth,
    /// Positive numbers.
    Positive,
    /// Positive numbers up to 1.
    Share,
}

impl<T> Rules<T> {
    /// Calls `f` for each formula, always in the same order, and puts what it returns in its place.
    pub(crate) fn try_map<'a, U, E>(
        &'a self,
        mut f: impl FnMut(Kind, &'a T) -> Result<U, E>,
    ) -> Result<Rules<U>, E> {
        let Self { orders, exits, stops } = self;
        let f = &mut f;
        Ok(Rules {
            orders: orders.iter().map(|rule| rule.try_map(f)).collect::<Result<_, _>>()?,
            exits: exits.iter().map(|rule| rule.try_map(f)).collect::<Result<_, _>>()?,
            stops: stops.iter().map(|rule| rule.try_map(f)).collect::<Result<_, _>>()?,
        })
    }

    /// Returns every formula in that order.
    pub(crate) fn formulas(&self) -> Vec<&T> {
        let mut all = Vec::new();
        let each = |_, formula| {
            all.push(formula);
            Ok::<(), std::convert::Infallible>(())
        };
        match self.try_map(each) {
            Ok(_) => all,
            Err(never) => match never {},
        }
    }
}

impl<T> OrderRule<T> {
    fn try_map<'a, U, E>(
        &'a self,
        f: &mut impl FnMut(Kind, &'a T) -> Result<U, E>,
    ) -> Result<OrderRule<U>, E> {
        let Self {
            when,
            condition,
            side,
            size,
            limit,
            stop,
            stop_loss,
            take_profit,
            trailing_stop,
            max_bars,
            lasts_bars,
            one_cancels_other,
        } = self;
        Ok(OrderRule {
            when: f(Kind::Truth, when)?,
            condition: *condition,
            side: *side,
            size: size.as_ref().map(|size| size.try_map(f)).transpose()?,
            limit: limit.as_ref().map(|limit| f(Kind::Positive, limit)).transpose()?,
            stop: stop.as_ref().map(|stop| f(Kind::Positive, stop)).transpose()?,
            stop_loss: stop_loss.as_ref().map(|level| level.try_map(f)).transpose()?,
            take_profit: take_profit.as_ref().map(|level| level.try_map(f)).transpose()?,
            trailing_stop: trailing_stop.as_ref().map(|away| away.try_map(f)).transpose()?,
            max_bars: *max_bars,
            lasts_bars: *lasts_bars,
            one_cancels_other: *one_cancels_other,
        })
    }
}

impl<T> ExitRule<T> {
    fn try_map<'a, U, E>(
        &'a self,
        f: &mut impl FnMut(Kind, &'a T) -> Result<U, E>,
    ) -> Result<ExitRule<U>, E> {
        let Self { when, after_bars, side, portion } = self;
        Ok(ExitRule {
            when: when.as_ref().map(|when| f(Kind::Truth, when)).transpose()?,
            after_bars: *after_bars,
            side: *side,
            portion: *portion,
        })
    }
}

impl<T> StopRule<T> {
    fn try_map<'a, U, E>(
        &'a self,
        f: &mut impl FnMut(Kind, &'a T) -> Result<U, E>,
    ) -> Result<StopRule<U>, E> {
        let Self { side, stop_loss, ratchet } = self;
        Ok(StopRule { side: *side, stop_loss: f(Kind::Positive, stop_loss)?, ratchet: *ratchet })
    }
}

impl<T> SizeRule<T> {
    fn try_map<'a, U, E>(
        &'a self,
        f: &mut impl FnMut(Kind, &'a T) -> Result<U, E>,
    ) -> Result<SizeRule<U>, E> {
        Ok(match self {
            Self::Units(amount) => SizeRule::Units(f(Kind::Positive, amount)?),
            Self::Value(amount) => SizeRule::Value(f(Kind::Positive, amount)?),
            Self::EquityFraction(amount) => SizeRule::EquityFraction(f(Kind::Positive, amount)?),
            Self::AvailableFraction(amount) => SizeRule::AvailableFraction(f(Kind::Share, amount)?),
        })
    }
}

impl<T> DistanceRule<T> {
    fn try_map<'a, U, E>(
        &'a self,
        f: &mut impl FnMut(Kind, &'a T) -> Result<U, E>,
    ) -> Result<DistanceRule<U>, E> {
        Ok(match self {
            Self::Fraction(amount) => DistanceRule::Fraction(f(Kind::Positive, amount)?),
            Self::Absolute(amount) => DistanceRule::Absolute(f(Kind::Positive, amount)?),
        })
    }
}

impl<T> LevelRule<T> {
    fn try_map<'a, U, E>(
        &'a self,
        f: &mut impl FnMut(Kind, &'a T) -> Result<U, E>,
    ) -> Result<LevelRule<U>, E> {
        Ok(match self {
            Self::Price(price) => LevelRule::Price(f(Kind::Positive, price)?),
            Self::FromEntry(distance) => LevelRule::FromEntry(distance.try_map(f)?),
            Self::FromClose(distance) => LevelRule::FromClose(distance.try_map(f)?),
        })
    }
}
