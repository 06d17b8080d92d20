//! Products of powers of units: what they measure, how large they are, how they are written.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::units::{BASE_UNITS, BASES, PREFIXES, UNITS, Unit};
use crate::builtins::forms::{times, to_the};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// A unit with a prefix, which is a power of ten.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    prefix: Option<(&'static str, i32)>,
    unit: &'static Unit,
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.prefix == other.prefix && std::ptr::eq(self.unit, other.unit)
    }
}

impl Named {
    /// Finds a unit by its name, its singular, an abbreviation, or one of these with a prefix.
    pub(super) fn find(text: &str) -> Option<Self> {
        if let Some(unit) = UNITS.iter().find(|unit| unit.is_called(text)) {
            return Some(Self { prefix: None, unit });
        }
        let metric = || UNITS.iter().filter(|unit| unit.takes_prefixes);
        PREFIXES.iter().find_map(|&(prefix, short, ten)| {
            let prefix = Some((prefix, ten));
            let long = strip_any_case(text, prefix?.0);
            let by_name = long.and_then(|rest| metric().find(|unit| unit.is_spelt(rest)));
            let abbreviated = text.strip_prefix(short);
            let by_short =
                || metric().find(|unit| unit.others.iter().any(|own| Some(*own) == abbreviated));
            by_name.or_else(by_short).map(|unit| Self { prefix, unit })
        })
    }

    /// Returns the name with its prefix.
    pub(super) fn name(&self) -> String {
        match self.prefix {
            Some((prefix, _)) => format!("{prefix}{}", self.unit.name.to_lowercase()),
            None => self.unit.name.to_owned(),
        }
    }

    /// Returns the name for one of it.
    fn singular(&self) -> String {
        let own = match self.unit.name {
            "Feet" => "Foot",
            "Inches" => "Inch",
            "Henries" => "Henry",
            "Centuries" => "Century",
            "Millennia" => "Millennium",
            "Pence" => "Penny",
            "Hertz" | "Siemens" | "Lux" | "DegreesCelsius" => self.unit.name,
            name => name.strip_suffix('s').unwrap_or(name),
        };
        match self.prefix {
            Some((prefix, _)) => format!("{prefix}{}", own.to_lowercase()),
            None => own.to_owned(),
        }
    }

    fn size(&self) -> RBig {
        let ten = self.unit.ten + self.prefix.map_or(0, |(_, ten)| ten);
        let scale = RBig::from(UBig::from(10u8).pow(ten.unsigned_abs() as usize));
        let own = RBig::from_parts(IBig::from(self.unit.top), UBig::from(self.unit.bottom as u64));
        if ten < 0 { own / scale } else { own * scale }
    }

    /// Returns what is added to a magnitude before it is multiplied by the size, if that is not 0.
    pub(super) fn offset(&self) -> Option<RBig> {
        let (top, bottom) = self.unit.offset;
        (top != 0).then(|| RBig::from_parts(IBig::from(top), UBig::from(bottom as u64)))
    }
}

fn strip_any_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

impl Unit {
    fn is_called(&self, text: &str) -> bool {
        self.others.contains(&text) || self.is_spelt(text)
    }

    /// Returns whether a text is the name or its singular, whatever the case of the letters.
    fn is_spelt(&self, text: &str) -> bool {
        let is = |name: &str| name.eq_ignore_ascii_case(text);
        let long = |name: &&&str| name.len() > 3;
        is(self.name)
            || self.name.strip_suffix('s').is_some_and(is)
            || self.others.iter().filter(long).any(|name| is(name))
    }
}

/// A product of powers of units; the exponents are in twelfths.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Measure {
    factors: Vec<(Named, i32)>,
}

/// An exponent of 1.
const TWELVE: i32 = 12;

/// Exponents of the base units, in twelfths.
pub(super) type Dimension = [i32; BASES];

impl Measure {
    /// Returns one unit.
    pub(super) fn of(unit: Named) -> Self {
        Self { factors: vec![(unit, TWELVE)] }
    }

    /// Returns the only unit, if there is one to the power 1.
    pub(super) fn single(&self) -> Option<Named> {
        match self.factors[..] {
            [(unit, TWELVE)] => Some(unit),
            _ => None,
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.factors.is_empty()
    }

    fn push(&mut self, unit: Named, exponent: i32) {
        match self.factors.iter_mut().find(|(known, _)| *known == unit) {
            Some((_, known)) => *known += exponent,
            None => self.factors.push((unit, exponent)),
        }
        self.factors.retain(|(_, exponent)| *exponent != 0);
    }

    /// Multiplies by a power, which is in twelfths, of another product.
    pub(super) fn multiply(&mut self, other: &Self, exponent: i32) {
        for &(unit, own) in &other.factors {
            self.push(unit, own * exponent / TWELVE);
        }
    }

    /// Returns a power; `None` if an exponent is no multiple of a twelfth.
    pub(super) fn power(&self, exponent: &RBig) -> Option<Self> {
        let mut factors = Vec::with_capacity(self.factors.len());
        for &(unit, own) in &self.factors {
            factors.push((unit, twelfths(&(exponent * RBig::from(own)))?));
        }
        factors.retain(|(_, exponent)| *exponent != 0);
        Some(Self { factors })
    }

    pub(super) fn dimension(&self) -> Dimension {
        let mut dimension = [0; BASES];
        for (unit, exponent) in &self.factors {
            for (sum, own) in dimension.iter_mut().zip(unit.unit.powers) {
                *sum += i32::from(own) * exponent;
            }
        }
        dimension
    }

    /// Returns the base units of what it measures.
    pub(super) fn base(&self) -> Self {
        let mut base = Self::default();
        for ((name, _), exponent) in BASE_UNITS.iter().zip(self.dimension()) {
            if let (Some(unit), true) = (Named::find(name), exponent != 0) {
                base.push(unit, exponent);
            }
        }
        base
    }

    /// Returns one unit without a prefix that measures the same and has the size 1.
    pub(super) fn simplest(&self) -> Option<Self> {
        let dimension = self.dimension();
        let candidates = UNITS.iter().map(|unit| Self::of(Named { prefix: None, unit }));
        let is_coherent =
            |one: &Self| one.dimension() == dimension && one.factors[0].0.size() == RBig::ONE;
        candidates.filter(|_| dimension != [0; BASES]).find(is_coherent)
    }

    /// Returns the size in base units, an exact number.
    pub(super) fn size(&self, session: &mut Session) -> Evaluated {
        let (mut whole, mut turns, mut roots) = (RBig::ONE, 0, Args::new());
        for (unit, exponent) in &self.factors {
            turns += if unit.unit.is_turn { *exponent } else { 0 };
            let size = unit.size();
            match (exponent % TWELVE, exponent / TWELVE) {
                (0, power) => {
                    whole *= size.pow(power as isize);
                }
                _ => roots.push(to_the(Value::from(size), fraction(*exponent))),
            }
        }
        roots.push(Value::from(whole));
        if turns != 0 {
            roots.push(to_the(Value::Symbol(sym::Pi), fraction(turns)));
        }
        session.evaluate(&times(roots))
    }

    /// Returns the product as an expression of names.
    pub(super) fn value(&self) -> Value {
        let factor = |(unit, exponent): &(Named, i32)| {
            let name = Value::string(unit.name());
            if *exponent == TWELVE { name } else { to_the(name, fraction(*exponent)) }
        };
        match &self.factors[..] {
            [] => Value::string("PureUnities"),
            [one] => factor(one),
            all => times(all.iter().map(factor).collect::<Args>()),
        }
    }

    /// Returns the product in words, the first unit in the singular if it is one of it.
    pub(super) fn words(&self, is_one: bool) -> String {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        for (unit, exponent) in &self.factors {
            let is_single = (is_one && above.is_empty()) || *exponent < 0;
            let name = spaced(&if is_single { unit.singular() } else { unit.name() });
            let power = match exponent.abs() {
                TWELVE => String::new(),
                24 => " squared".to_owned(),
                36 => " cubed".to_owned(),
                other => format!(" to the {}", f64::from(other) / f64::from(TWELVE)),
            };
            let side = if *exponent < 0 { &mut below } else { &mut above };
            side.push(name + &power);
        }
        let above = above.join(" ");
        match below.is_empty() {
            true => above,
            false => format!("{above} per {}", below.join(" ")).trim_start().to_owned(),
        }
    }

    /// Returns what it measures, as `{{"LengthUnit", 1}, ...}`.
    pub(super) fn dimensions(&self) -> Value {
        let mut all: Vec<(&str, i32)> = Vec::new();
        for ((_, kind), exponent) in BASE_UNITS.iter().zip(self.dimension()) {
            match all.iter_mut().find(|(known, _)| known == kind) {
                Some((_, sum)) => *sum += exponent,
                None => all.push((kind, exponent)),
            }
        }
        all.retain(|(_, exponent)| *exponent != 0);
        all.sort_unstable();
        let pair = |(kind, exponent): &(&str, i32)| {
            Value::list([Value::string(*kind), fraction(*exponent)])
        };
        Value::list(all.iter().map(pair).collect::<Args>())
    }

    /// Reads an expression of names; `None` if there is something else in it.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let mut measure = Self::default();
        measure.add(value, TWELVE)?;
        Some(measure)
    }

    fn add(&mut self, value: &Value, exponent: i32) -> Option<()> {
        match value {
            Value::Integer(1) => Some(()),
            Value::String(text) => self.add_text(text, exponent),
            Value::Call(call) if call.is(sym::Times) => {
                call.args().iter().try_for_each(|factor| self.add(factor, exponent))
            }
            Value::Call(call) if call.is(sym::Power) => {
                let [base, power] = call.args() else { return None };
                let power = crate::number::rational(power)? * RBig::from(exponent);
                self.add(base, twelfths(&power)?)
            }
            _ => None,
        }
    }

    /// Reads names between which are `*`, `/` or `per`, each with a whole power.
    fn add_text(&mut self, text: &str, exponent: i32) -> Option<()> {
        if let Some(unit) = Named::find(text) {
            self.push(unit, exponent);
            return Some(());
        }
        let spaced = text.replace('/', " / ").replace('*', " ").replace(" per ", " / ");
        let (mut sign, mut count) = (1, 0);
        for word in spaced.split_whitespace() {
            if word == "/" {
                sign = -1;
                continue;
            }
            let (name, power) = match word.split_once('^') {
                Some((name, power)) => (name, power.parse::<i8>().ok()?),
                None => (word, 1),
            };
            if (name, power) != ("1", 1) {
                self.push(Named::find(name)?, sign * i32::from(power) * exponent);
            }
            (sign, count) = (1, count + 1);
        }
        (count > 1 || spaced.contains('^')).then_some(())
    }
}

/// Returns a number of twelfths, if it is a whole one.
fn twelfths(value: &RBig) -> Option<i32> {
    let value = value.clone();
    value.is_int().then(|| i32::try_from(value.into_parts().0).ok())?.filter(|n| n.abs() < 1 << 16)
}

/// Returns a name in small letters, with a space before what was a capital letter.
fn spaced(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for (place, c) in name.chars().enumerate() {
        if place > 0 && c.is_uppercase() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

fn fraction(twelfths: i32) -> Value {
    Value::from(RBig::from_parts(IBig::from(twelfths), UBig::from(12u8)))
}
