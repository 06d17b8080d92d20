//! Propositional formulas: normal forms and their minimization.
//!
//! A formula is over numbered atoms. A cube is a conjunction of literals as two bit masks; a
//! normal form is a set of cubes of which none implies another.

use bolt_base::interrupt::poll;

/// A formula of at most [`MOST_ATOMS`] atoms.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    Constant(bool),
    Atom(usize),
    Not(Box<Formula>),
    And(Vec<Formula>),
    Or(Vec<Formula>),
    /// True if an odd number of them is.
    Xor(Vec<Formula>),
}

/// How many atoms a formula has at most: the bits of a mask.
pub(super) const MOST_ATOMS: usize = 64;

/// How many cubes are held at most.
const MOST_CUBES: usize = 20_000;

/// A conjunction of atoms and of negated atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cube {
    pub(super) holds: u64,
    pub(super) fails: u64,
}

impl Cube {
    const ALL: Self = Self { holds: 0, fails: 0 };

    /// Returns both together, `None` if they contradict each other.
    fn and(self, other: Self) -> Option<Self> {
        let both = Self { holds: self.holds | other.holds, fails: self.fails | other.fails };
        (both.holds & both.fails == 0).then_some(both)
    }

    /// Returns whether whatever satisfies the other satisfies this one.
    fn covers(self, other: Self) -> bool {
        self.holds & !other.holds == 0 && self.fails & !other.fails == 0
    }

    /// Returns how many literals it has.
    pub(super) fn literals(self) -> u32 {
        self.holds.count_ones() + self.fails.count_ones()
    }

    /// Returns the consensus of two cubes that oppose each other in exactly one atom.
    fn consensus(self, other: Self) -> Option<Self> {
        let opposed = (self.holds & other.fails) | (self.fails & other.holds);
        if opposed.count_ones() != 1 {
            return None;
        }
        let without =
            |cube: Self| Self { holds: cube.holds & !opposed, fails: cube.fails & !opposed };
        without(self).and(without(other))
    }
}

impl Formula {
    /// Returns its value for atoms that are true where bits are set.
    pub(super) fn value(&self, atoms: u64) -> bool {
        match self {
            Self::Constant(is) => *is,
            Self::Atom(atom) => atoms >> atom & 1 == 1,
            Self::Not(inner) => !inner.value(atoms),
            Self::And(all) => all.iter().all(|inner| inner.value(atoms)),
            Self::Or(all) => all.iter().any(|inner| inner.value(atoms)),
            Self::Xor(all) => all.iter().filter(|inner| inner.value(atoms)).count() % 2 == 1,
        }
    }

    /// Returns the cubes of its disjunctive normal form, without those that others cover; `None`
    /// if there are too many.
    pub(super) fn disjunctive(&self) -> Option<Vec<Cube>> {
        self.cubes(true)
    }

    /// Returns the disjunctive normal form of its negation.
    pub(super) fn negated_disjunctive(&self) -> Option<Vec<Cube>> {
        self.cubes(false)
    }

    fn cubes(&self, positive: bool) -> Option<Vec<Cube>> {
        let one = |bit: u64, holds: bool| match holds {
            true => Cube { holds: bit, fails: 0 },
            false => Cube { holds: 0, fails: bit },
        };
        match self {
            Self::Constant(is) => Some(if *is == positive { vec![Cube::ALL] } else { Vec::new() }),
            Self::Atom(atom) => Some(vec![one(1 << atom, positive)]),
            Self::Not(inner) => inner.cubes(!positive),
            Self::And(all) if positive => conjunction(all, true),
            Self::Or(all) if !positive => conjunction(all, false),
            Self::And(all) | Self::Or(all) => {
                let mut cubes = Vec::new();
                for inner in all {
                    cubes.extend(inner.cubes(positive)?);
                    cubes = absorbed(cubes)?;
                }
                Some(cubes)
            }
            Self::Xor(all) => match &all[..] {
                [] => Self::Constant(false).cubes(positive),
                [only] => only.cubes(positive),
                [first, rest @ ..] => {
                    let rest = Self::Xor(rest.to_vec());
                    let either = |a: bool, b: bool| product(&first.cubes(a)?, &rest.cubes(b)?);
                    let mut cubes = either(true, !positive)?;
                    cubes.extend(either(false, positive)?);
                    absorbed(cubes)
                }
            },
        }
    }
}

fn conjunction(all: &[Formula], positive: bool) -> Option<Vec<Cube>> {
    let mut cubes = vec![Cube::ALL];
    for inner in all {
        cubes = product(&cubes, &inner.cubes(positive)?)?;
    }
    Some(cubes)
}

fn product(a: &[Cube], b: &[Cube]) -> Option<Vec<Cube>> {
    let mut cubes = Vec::new();
    for x in a {
        cubes.extend(b.iter().filter_map(|y| x.and(*y)));
        if cubes.len() > MOST_CUBES {
            return None;
        }
    }
    absorbed(cubes)
}

/// Drops cubes that others cover.
fn absorbed(cubes: Vec<Cube>) -> Option<Vec<Cube>> {
    let mut kept: Vec<Cube> = Vec::with_capacity(cubes.len());
    for cube in cubes {
        poll();
        if kept.iter().any(|known| known.covers(cube)) {
            continue;
        }
        kept.retain(|known| !cube.covers(*known));
        kept.push(cube);
        if kept.len() > MOST_CUBES {
            return None;
        }
    }
    Some(kept)
}

/// Returns the prime implicants: everything that consensus leads to (Quine 1955).
fn primes(cubes: Vec<Cube>) -> Option<Vec<Cube>> {
    let mut cubes = absorbed(cubes)?;
    let mut place = 1;
    while place < cubes.len() {
        poll();
        let current = cubes[place];
        let new: Vec<Cube> =
            cubes[..place].iter().filter_map(|known| known.consensus(current)).collect();
        let mut changed = false;
        for cube in new {
            if !cubes.iter().any(|known| known.covers(cube)) {
                cubes.retain(|known| !cube.covers(*known));
                cubes.push(cube);
                changed = true;
            }
        }
        if cubes.len() > MOST_CUBES / 10 {
            return None;
        }
        place = if changed { 1 } else { place + 1 };
    }
    Some(cubes)
}

/// Returns whether cubes together cover another.
fn together_cover(cubes: &[Cube], cube: Cube) -> bool {
    let relevant: Vec<Cube> = cubes.iter().copied().filter(|c| c.and(cube).is_some()).collect();
    if relevant.iter().any(|known| known.covers(cube)) {
        return true;
    }
    // Split on an atom that some cube asks about and this one does not.
    let fixed = cube.holds | cube.fails;
    let open = relevant.iter().map(|known| (known.holds | known.fails) & !fixed).find(|o| *o != 0);
    let Some(open) = open else { return false };
    let bit = 1u64 << open.trailing_zeros();
    together_cover(&relevant, Cube { holds: cube.holds | bit, ..cube })
        && together_cover(&relevant, Cube { fails: cube.fails | bit, ..cube })
}

/// Returns a normal form of few literals that is equivalent to these cubes: prime implicants, of
/// which none is left that the others make unnecessary. `None` if it takes too long.
pub(super) fn minimized(cubes: &[Cube]) -> Option<Vec<Cube>> {
    let mut kept = primes(cubes.to_vec())?;
    kept.sort_by_key(|cube| (cube.literals(), cube.fails.count_ones(), cube.holds.reverse_bits()));
    // The longest first, so that short ones stay.
    for place in (0..kept.len()).rev() {
        let cube = kept.remove(place);
        if !together_cover(&kept, cube) {
            kept.insert(place, cube);
        }
    }
    Some(kept)
}

/// Returns whether cubes hold whatever the atoms are.
pub(super) fn is_tautology(cubes: &[Cube]) -> bool {
    together_cover(cubes, Cube::ALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formulas(depth: u32, seed: &mut u64) -> Formula {
        *seed =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let roll = *seed >> 33;
        let inner = |seed: &mut u64| (0..2 + roll % 2).map(|_| formulas(depth - 1, seed)).collect();
        match (depth, roll % 5) {
            (0, _) | (_, 0) => Formula::Atom((roll / 5 % 5) as usize),
            (_, 1) => Formula::Not(Box::new(formulas(depth - 1, seed))),
            (_, 2) => Formula::And(inner(seed)),
            (_, 3) => Formula::Or(inner(seed)),
            _ => Formula::Xor(inner(seed)),
        }
    }

    fn holds(cubes: &[Cube], atoms: u64) -> bool {
        cubes.iter().any(|cube| cube.holds & !atoms == 0 && cube.fails & atoms == 0)
    }

    #[test]
    fn normal_forms_have_the_truth_table_of_the_formula() {
        let mut seed = 7;
        for _ in 0..500 {
            let formula = formulas(4, &mut seed);
            let cubes = formula.disjunctive().expect("few cubes");
            let least = minimized(&cubes).expect("few cubes");
            let negated = formula.negated_disjunctive().expect("few cubes");
            for atoms in 0..32 {
                assert_eq!(holds(&cubes, atoms), formula.value(atoms), "{formula:?}");
                assert_eq!(holds(&least, atoms), formula.value(atoms), "{formula:?}");
                assert_eq!(holds(&negated, atoms), !formula.value(atoms), "{formula:?}");
            }
            assert_eq!(is_tautology(&cubes), (0..32).all(|atoms| formula.value(atoms)));
            // No literal and no cube is superfluous.
            for place in 0..least.len() {
                let mut without = least.clone();
                without.remove(place);
                assert!((0..32).any(|atoms| holds(&without, atoms) != formula.value(atoms)));
            }
        }
    }
}
