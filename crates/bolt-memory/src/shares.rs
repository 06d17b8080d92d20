//! Which part of the limit is whose.

use crate::component::Component;

/// How far a sum of shares may pass 1 because decimal fractions are not exact.
const ROUNDING: f64 = 1e-9;

/// A share of the limit for each component, together at most 1.
///
/// What no share names belongs to nobody and can be lent.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares([f64; Component::COUNT]);

/// Why shares are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SharesError {
    /// No component has the name.
    #[error("there is no component `{name}`{}", did_you_mean(*.nearest))]
    Unknown {
        /// The name.
        name: String,
        /// The most similar name that there is.
        nearest: Option<&'static str>,
    },
    /// A component is named twice, by whatever names.
    #[error("`{name}` gives a share to `{}` again", .component.name())]
    Twice {
        /// The second name.
        name: String,
        /// The component.
        component: Component,
    },
    /// A share is not a part of a whole.
    #[error("the share of `{name}` is {share}; it must be from 0 to 1")]
    OutOfRange {
        /// The name.
        name: String,
        /// The share.
        share: f64,
    },
    /// The shares are more than the whole.
    #[error("the shares come to {0}; together they may be 1 at most")]
    TooMuch(f64),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

impl Shares {
    /// Returns these shares with some of them replaced. A name of the guides that stands for
    /// several components divides its share equally.
    ///
    /// # Errors
    /// If a name is unknown or comes twice, a share is not from 0 to 1, or the sum passes 1.
    pub fn with<'n>(
        mut self,
        settings: impl IntoIterator<Item = (&'n str, f64)>,
    ) -> Result<Self, SharesError> {
        let mut seen = [false; Component::COUNT];
        for (name, share) in settings {
            let components = Component::named(name).ok_or_else(|| SharesError::Unknown {
                name: name.to_owned(),
                nearest: bolt_base::nearest(name, Component::names()),
            })?;
            if !(0.0..=1.0).contains(&share) {
                return Err(SharesError::OutOfRange { name: name.to_owned(), share });
            }
            for component in components {
                if std::mem::replace(&mut seen[component.index()], true) {
                    let (name, component) = (name.to_owned(), *component);
                    return Err(SharesError::Twice { name, component });
                }
                self.0[component.index()] = share / components.len() as f64;
            }
        }
        let sum: f64 = self.0.iter().sum();
        if sum > 1.0 + ROUNDING { Err(SharesError::TooMuch(sum)) } else { Ok(self) }
    }

    /// Returns the share of a component, from 0 to 1.
    pub fn of(&self, component: Component) -> f64 {
        self.0[component.index()]
    }

    /// Returns the shares in bytes. They are rounded so that they never sum to more than `limit`.
    pub(crate) fn bytes(&self, limit: u64) -> [u64; Component::COUNT] {
        let mut sum = 0.0;
        let mut begin = 0;
        self.0.map(|share| {
            sum += share;
            let end = ((limit as f64 * sum).round() as u64).min(limit);
            end - std::mem::replace(&mut begin, end)
        })
    }
}

impl Default for Shares {
    fn default() -> Self {
        AdaptiveShares::default().low
    }
}

/// Shares by the pressure that comes from outside: other programs, the container, the machine.
///
/// The pressure is low below the threshold of a warning, medium above it and high above the
/// critical one.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptiveShares {
    /// Below the warning.
    pub low: Shares,
    /// From the warning to the critical threshold.
    pub medium: Shares,
    /// Above the critical threshold.
    pub high: Shares,
}

impl AdaptiveShares {
    /// Returns shares that shrink under pressure as the default ones do: each in the proportion of
    /// its component's row in the table.
    pub fn of(low: Shares) -> Self {
        let under = |pressure: usize| {
            let mut shares = low.clone();
            for component in Component::all() {
                let row = component.default_shares();
                shares.0[component.index()] *= row[pressure] / row[0];
            }
            shares
        };
        Self { medium: under(1), high: under(2), low }
    }

    /// Returns shares that do not change with the pressure.
    pub fn constant(shares: Shares) -> Self {
        Self { low: shares.clone(), medium: shares.clone(), high: shares }
    }
}

impl Default for AdaptiveShares {
    fn default() -> Self {
        let mut levels = [[0.0; Component::COUNT]; 3];
        for component in Component::all() {
            for (level, share) in levels.iter_mut().zip(component.default_shares()) {
                level[component.index()] = share;
            }
        }
        let [low, medium, high] = levels.map(Shares);
        Self { low, medium, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Component::{Code, Lyra, Market, Other, Swarm};

    #[test]
    fn the_defaults_are_the_guides() {
        let shares = Shares::default();
        let by_alias = |alias: &str| -> f64 {
            Component::named(alias).unwrap().iter().map(|component| shares.of(*component)).sum()
        };
        let guide =
            [("duckdb", 0.5), ("jarvis", 0.17), ("einstein", 0.08), ("meta", 0.1), ("cache", 0.1)];
        for (name, share) in guide {
            assert!((by_alias(name) - share).abs() < 1e-12, "{name}");
        }
        let AdaptiveShares { low, medium, high } = AdaptiveShares::default();
        assert_eq!([&low, &medium, &high].map(|level| level.of(Market)), [0.5, 0.45, 0.3]);
        assert_eq!(shares.bytes(1_000_000).iter().sum::<u64>(), 1_000_000);
    }

    #[test]
    fn bytes_never_sum_to_more_than_the_limit() {
        for limit in [0, 1, 2, 3, 99, 101, 1 << 20, (1 << 53) + 1, u64::MAX] {
            let bytes = Shares::default().bytes(limit);
            let sum = bytes.iter().map(|bytes| u128::from(*bytes)).sum::<u128>();
            assert!(sum <= u128::from(limit), "{limit}: {bytes:?}");
        }
        assert_eq!(Shares::default().bytes(1000), [500, 170, 80, 50, 50, 100, 50]);
    }

    #[test]
    fn settings_replace_shares() {
        let shares = Shares::default().with([("duckdb", 0.4), ("meta", 0.2)]).unwrap();
        assert_eq!([Market, Lyra, Swarm, Code].map(|c| shares.of(c)), [0.4, 0.1, 0.1, 0.17]);
    }

    #[test]
    fn other_shares_shrink_in_the_same_proportion() {
        let shares = Shares::default().with([("market", 0.4), ("code", 0.0)]).unwrap();
        let AdaptiveShares { low, medium, high } = AdaptiveShares::of(shares.clone());
        assert_eq!(low, shares);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(medium.of(Market), 0.36);
        close(high.of(Market), 0.24);
        assert_eq!((medium.of(Code), high.of(Code)), (0.0, 0.0));
        assert_eq!(high.of(Other), shares.of(Other));
        let (defaults, made) = (AdaptiveShares::default(), AdaptiveShares::of(Shares::default()));
        for component in Component::all() {
            close(made.medium.of(component), defaults.medium.of(component));
            close(made.high.of(component), defaults.high.of(component));
        }
    }

    #[test]
    fn mistakes_are_explained() {
        let error = |settings: &[(&str, f64)]| {
            Shares::default().with(settings.iter().copied()).unwrap_err().to_string()
        };
        let unknown = "there is no component `markt`; did you mean `market`?";
        assert_eq!(error(&[("markt", 0.1)]), unknown);
        assert_eq!(error(&[("zzz", 0.1)]), "there is no component `zzz`");
        let range = "the share of `lyra` is -0.1; it must be from 0 to 1";
        assert_eq!(error(&[("lyra", -0.1)]), range);
        assert!(error(&[("lyra", f64::NAN)]).contains("NaN"));
        let sum = "the shares come to 1.25; together they may be 1 at most";
        assert_eq!(error(&[("other", 0.3)]), sum);
        let twice = "`swarm` gives a share to `swarm` again";
        assert_eq!(error(&[("meta", 0.1), ("swarm", 0.1)]), twice);
        assert_eq!(
            Shares::default().with([("market", 0.55), ("other", 0.0)]).unwrap().of(Other),
            0.0
        );
    }
}
