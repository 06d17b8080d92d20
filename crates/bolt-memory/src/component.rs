//! The parts of the product that memory belongs to.

/// A part of the product with a share of the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Component {
    /// Bars, panels, backtests, sweeps, and the store of runs.
    Market,
    /// Symbols, references and syntax trees of source code.
    Code,
    /// Indices of text and of embeddings.
    Search,
    /// Values and compiled definitions of the language.
    Lyra,
    /// Populations, agents and their messages.
    Swarm,
    /// What caches keep for whichever engine.
    Cache,
    /// All that no scope claims: the command line, the server, the runtime itself.
    Other,
}

/// A row of the table: shares of the limit, by pressure from outside.
struct Row {
    component: Component,
    name: &'static str,
    low: f64,
    medium: f64,
    high: f64,
}

/// The shares are those of the guides, where the engines have other names; see [`ALIASES`].
/// What the guides give to one meta system is divided between the two engines that take its place.
const TABLE: [Row; Component::COUNT] = [
    row(Component::Market, "market", [0.50, 0.45, 0.30]),
    row(Component::Code, "code", [0.17, 0.15, 0.10]),
    row(Component::Search, "search", [0.08, 0.08, 0.05]),
    row(Component::Lyra, "lyra", [0.05, 0.05, 0.05]),
    row(Component::Swarm, "swarm", [0.05, 0.05, 0.05]),
    row(Component::Cache, "cache", [0.10, 0.10, 0.10]),
    row(Component::Other, "other", [0.05, 0.05, 0.05]),
];

/// The guides' names, which settings may use.
const ALIASES: [(&str, &[Component]); 5] = [
    ("duckdb", &[Component::Market]),
    ("jarvis", &[Component::Code]),
    ("einstein", &[Component::Search]),
    ("meta", &[Component::Lyra, Component::Swarm]),
    ("meta_system", &[Component::Lyra, Component::Swarm]),
];

const fn row(component: Component, name: &'static str, shares: [f64; 3]) -> Row {
    let [low, medium, high] = shares;
    Row { component, name, low, medium, high }
}

impl Component {
    /// The number of components.
    pub const COUNT: usize = 7;

    /// All components, in the order of the table.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        TABLE.iter().map(|row| row.component)
    }

    /// Returns the name in settings and messages.
    pub fn name(self) -> &'static str {
        TABLE[self.index()].name
    }

    /// Returns what a name in settings stands for: one component, or several for some of the
    /// guides' names.
    pub fn named(name: &str) -> Option<&'static [Self]> {
        let own = TABLE.iter().find(|row| row.name == name);
        let alias = || ALIASES.iter().find(|(alias, _)| *alias == name);
        own.map(|row| std::slice::from_ref(&row.component))
            .or_else(|| alias().map(|(_, components)| *components))
    }

    /// Returns all names that [`Component::named`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.name).chain(ALIASES.iter().map(|(alias, _)| *alias))
    }

    /// Returns the position in the table.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// Returns the default shares under low, medium and high pressure.
    pub(crate) fn default_shares(self) -> [f64; 3] {
        let Row { low, medium, high, .. } = TABLE[self.index()];
        [low, medium, high]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_components() {
        for (index, component) in Component::all().enumerate() {
            assert_eq!(component.index(), index, "{component:?}");
        }
    }

    #[test]
    fn names_and_the_guides_names_are_found() {
        assert_eq!(Component::named("market"), Some(&[Component::Market][..]));
        assert_eq!(Component::named("duckdb"), Some(&[Component::Market][..]));
        assert_eq!(Component::named("jarvis"), Some(&[Component::Code][..]));
        assert_eq!(Component::named("einstein"), Some(&[Component::Search][..]));
        let meta = Some(&[Component::Lyra, Component::Swarm][..]);
        assert_eq!((Component::named("meta"), Component::named("meta_system")), (meta, meta));
        assert_eq!(Component::named("Market"), None);
        assert!(Component::names().all(|name| Component::named(name).is_some()));
    }
}
