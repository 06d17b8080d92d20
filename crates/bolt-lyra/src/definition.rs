//! What is defined for a symbol.

use std::collections::HashMap;
use std::ops::{BitOr, BitOrAssign};

use crate::builtins::Builtin;
use crate::rule::Rules;
use crate::value::{Call, Value};

/// The attributes of a symbol, which steer how calls of it are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes(u32);

macro_rules! attributes {
    ($($constant:ident = $bit:literal, $name:ident;)*) => {
        impl Attributes {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                pub const $constant: Self = Self(1 << $bit);
            )*

            /// Each attribute and the symbol that names it, in alphabetical order.
            pub(crate) const NAMED: &[(Self, crate::symbol::Symbol)] =
                &[$((Self::$constant, crate::symbol::sym::$name)),*];
        }
    };
}

attributes! {
    CONSTANT = 0, Constant;
    FLAT = 1, Flat;
    HOLD_ALL = 2, HoldAll;
    HOLD_ALL_COMPLETE = 3, HoldAllComplete;
    HOLD_FIRST = 4, HoldFirst;
    HOLD_REST = 5, HoldRest;
    LISTABLE = 6, Listable;
    LOCKED = 7, Locked;
    N_HOLD_ALL = 8, NHoldAll;
    N_HOLD_FIRST = 9, NHoldFirst;
    N_HOLD_REST = 10, NHoldRest;
    NUMERIC_FUNCTION = 11, NumericFunction;
    ONE_IDENTITY = 12, OneIdentity;
    ORDERLESS = 13, Orderless;
    PROTECTED = 14, Protected;
    READ_PROTECTED = 15, ReadProtected;
    SEQUENCE_HOLD = 16, SequenceHold;
    STUB = 17, Stub;
    TEMPORARY = 18, Temporary;
}

impl Attributes {
    /// No attribute.
    pub const NONE: Self = Self(0);

    /// Returns whether all of these are among them.
    pub const fn has(self, these: Self) -> bool {
        self.0 & these.0 == these.0
    }

    /// Returns whether one of these is among them.
    pub const fn has_any(self, these: Self) -> bool {
        self.0 & these.0 != 0
    }

    /// Returns those of either.
    pub const fn and(self, these: Self) -> Self {
        Self(self.0 | these.0)
    }

    /// Returns them without these.
    pub const fn without(self, these: Self) -> Self {
        Self(self.0 & !these.0)
    }

    /// Returns whether the argument at a place, counted from 0, is not evaluated.
    pub const fn holds(self, place: usize) -> bool {
        self.has_any(Self::HOLD_ALL.and(Self::HOLD_ALL_COMPLETE))
            || (if place == 0 { self.has(Self::HOLD_FIRST) } else { self.has(Self::HOLD_REST) })
    }
}

impl BitOr for Attributes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

impl BitOrAssign for Attributes {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.and(other);
    }
}

/// What is defined for a symbol.
#[derive(Debug, Clone, Default)]
pub(crate) struct Definition {
    pub(crate) attributes: Attributes,
    /// The epoch in which something was found to evaluate to itself that this symbol is part of.
    pub(crate) seen: u32,
    /// The value: what `x = ...` sets.
    pub(crate) own: Option<Value>,
    /// What the program computes for calls of it.
    pub(crate) builtin: Option<&'static Builtin>,
    /// The rules for calls of it.
    pub(crate) down: Rules,
    /// What was translated of the rules, and how often they were asked for.
    pub(crate) units: Option<Box<crate::compile::Units>>,
    /// What few symbols have.
    pub(crate) rare: Option<Box<Rare>>,
}

/// Definitions that few symbols have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rare {
    /// The value where it is conditional: `x := 1 /; c`.
    pub(crate) own: Rules,
    /// The rules for calls whose head is a call of it: `f[a][b]`.
    pub(crate) sub: Rules,
    /// The rules for calls that it is an argument of.
    pub(crate) up: Rules,
    /// The rules for its numerical value.
    pub(crate) numeric: Rules,
    /// The rules for defaults of its arguments.
    pub(crate) default: Rules,
    /// Options and their defaults, as a list of rules.
    pub(crate) options: Option<Value>,
    /// Messages by tag.
    pub(crate) messages: HashMap<String, Value>,
}

impl Definition {
    /// Returns the rare definitions, to be added to.
    pub(crate) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Returns whether calls of it are what its rules say: its arguments are evaluated and are not
    /// brought into another form, and it has no value itself.
    pub(crate) fn is_called_plainly(&self) -> bool {
        let known = Attributes::PROTECTED
            .and(Attributes::TEMPORARY)
            .and(Attributes::READ_PROTECTED)
            .and(Attributes::LOCKED)
            .and(Attributes::NUMERIC_FUNCTION);
        self.attributes.without(known) == Attributes::NONE
            && self.builtin.is_none()
            && !self.has_own()
            && self.rare.as_ref().is_none_or(|rare| rare.up.is_empty())
    }

    /// Returns how much is defined: rules, and the parts of a value.
    pub(crate) fn size(&self) -> usize {
        let own = self.own.as_ref().map_or(0, |own| 1 + own.as_call().map_or(0, Call::len));
        let rare = self.rare.as_ref().map_or(0, |rare| {
            rare.own.len() + rare.sub.len() + rare.up.len() + rare.messages.len()
        });
        own + self.down.len() + rare
    }

    /// Returns whether a symbol alone has a value.
    pub(crate) fn has_own(&self) -> bool {
        self.own.is_some() || self.rare.as_ref().is_some_and(|rare| !rare.own.is_empty())
    }
}
