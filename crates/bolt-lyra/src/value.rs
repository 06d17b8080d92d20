//! Values: what the language computes with.
//!
//! A value is 16 bytes. Small integers, machine reals and symbols are held in place, everything
//! else is shared and counted; a value that nobody else refers to may be changed in place. There
//! is no global table of expressions: equality compares hashes that calls remember, then parts.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use dashu_int::IBig;
use dashu_ratio::RBig;
use smallvec::SmallVec;
use triomphe::Arc;

use crate::array::Array;
use crate::association::Association;
use crate::symbol::{Symbol, Temporary, sym};

/// An expression of the language.
#[derive(Debug, Clone)]
pub enum Value {
    /// An integer that fits 64 bits. No other variant holds such an integer.
    Integer(i64),
    /// A machine real.
    Real(f64),
    /// A symbol that its session keeps.
    Symbol(Symbol),
    /// A symbol that lives as long as it is referred to.
    Temporary(Arc<Temporary>),
    /// A string.
    String(Arc<String>),
    /// An integer beyond 64 bits.
    BigInteger(Arc<IBig>),
    /// A fraction in lowest terms that is no integer.
    Rational(Arc<RBig>),
    /// A real of a precision of its own.
    BigReal(Arc<BigReal>),
    /// A complex number with an imaginary part that is not exactly zero.
    Complex(Arc<Complex>),
    /// A head applied to arguments.
    Call(Arc<Call>),
    /// Keys and values.
    Association(Arc<Association>),
}

/// A real number that is known to so many digits.
#[derive(Debug, Clone, PartialEq)]
pub struct BigReal {
    /// The number, with some more digits than are known.
    pub value: Binary,
    /// How many decimal digits of it are known.
    pub precision: f64,
}

/// A binary floating-point number of any precision.
pub type Binary = dashu_float::FBig<dashu_float::round::mode::HalfEven, 2>;

/// The parts of a complex number; each is a real number of the language.
#[derive(Debug, Clone, PartialEq)]
pub struct Complex {
    /// The real part.
    pub re: Value,
    /// The imaginary part.
    pub im: Value,
}

/// Arguments: two are held in place, since most functions of the language have one or two.
pub type Args = SmallVec<[Value; 2]>;

/// A head applied to arguments, with what was found out about it.
#[derive(Debug)]
pub struct Call {
    content: Content,
    /// The hash, 0 if it is not known yet.
    hash: AtomicU64,
    /// The epoch of definitions in which it is known to evaluate to itself; see [`Call::EVER`].
    evaluated: AtomicU32,
    /// How many calls are inside one another at most, this one included.
    depth: u32,
}

/// The parts of a call. A packed array is a list whose elements are not held as values.
#[derive(Debug, Clone)]
enum Content {
    Parts(Value, Args),
    Array(Arc<Array>),
}

impl Call {
    /// The mark of what evaluates to itself whatever is defined.
    pub(crate) const EVER: u32 = u32::MAX;

    /// Returns a head applied to arguments.
    pub fn new(head: impl Into<Value>, args: impl Into<Args>) -> Self {
        let (head, args) = (head.into(), args.into());
        let inner = args.iter().map(Value::depth).max().unwrap_or(0).max(head.depth());
        let depth = inner.saturating_add(1);
        Self::with_depth(Content::Parts(head, args), depth, 0)
    }

    /// Returns a list that holds its elements side by side.
    pub(crate) fn packed(array: Arc<Array>) -> Self {
        let depth = array.dimensions().len() as u32;
        Self::with_depth(Content::Array(array), depth, Self::EVER)
    }

    fn with_depth(content: Content, depth: u32, evaluated: u32) -> Self {
        Self { content, hash: AtomicU64::new(0), evaluated: AtomicU32::new(evaluated), depth }
    }

    /// Returns the packed array, if it is one.
    pub(crate) fn array(&self) -> Option<&Array> {
        match &self.content {
            Content::Array(array) => Some(array),
            Content::Parts(..) => None,
        }
    }

    /// Returns how many arguments there are.
    pub(crate) fn len(&self) -> usize {
        match &self.content {
            Content::Parts(_, args) => args.len(),
            Content::Array(array) => array.len(),
        }
    }

    /// Returns an argument.
    pub(crate) fn get(&self, place: usize) -> Option<Value> {
        match &self.content {
            Content::Parts(_, args) => args.get(place).cloned(),
            Content::Array(array) => (place < array.len()).then(|| array.get(place)),
        }
    }

    /// Returns the arguments one after the other; a packed array makes no others of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Value> {
        (0..self.len()).filter_map(|place| self.get(place))
    }

    /// Returns the head and the arguments, to be changed.
    fn parts_mut(&mut self) -> (&mut Value, &mut Args) {
        if let Content::Array(array) = &mut self.content {
            let taken = std::mem::replace(array, Arc::new(Array::nothing()));
            let values = match Arc::try_unwrap(taken) {
                Ok(array) => array.into_values(),
                Err(shared) => shared.values().clone(),
            };
            self.content = Content::Parts(Value::Symbol(sym::List), values);
        }
        match &mut self.content {
            Content::Parts(head, args) => (head, args),
            Content::Array(_) => unreachable!("it was unpacked"),
        }
    }

    /// Returns the head.
    pub fn head(&self) -> &Value {
        const LIST: &Value = &Value::Symbol(sym::List);
        match &self.content {
            Content::Parts(head, _) => head,
            Content::Array(_) => LIST,
        }
    }

    /// Returns the arguments.
    pub fn args(&self) -> &[Value] {
        match &self.content {
            Content::Parts(_, args) => args,
            Content::Array(array) => array.values(),
        }
    }

    /// Returns how many calls are inside one another at most, this one included.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Returns whether the head is this symbol.
    pub fn is(&self, head: Symbol) -> bool {
        matches!(self.head(), Value::Symbol(symbol) if *symbol == head)
    }

    /// Returns its head and arguments.
    pub fn into_parts(mut self) -> (Value, Args) {
        let (head, args) = self.parts_mut();
        (std::mem::replace(head, Value::Integer(0)), std::mem::take(args))
    }

    pub(crate) fn evaluated_at(&self) -> u32 {
        self.evaluated.load(Ordering::Relaxed)
    }

    pub(crate) fn mark_evaluated(&self, epoch: u32) {
        if self.evaluated_at() != Self::EVER {
            self.evaluated.store(epoch, Ordering::Relaxed);
        }
    }

    /// Takes the arguments out, to be changed and given back or used.
    pub(crate) fn take_args(&mut self) -> Args {
        std::mem::take(self.parts_mut().1)
    }

    /// Changes an argument; returns what the change does, `false` if there is no such argument.
    pub(crate) fn change_arg(
        &mut self,
        place: usize,
        change: impl FnOnce(&mut Value) -> bool,
    ) -> bool {
        let Some(arg) = self.parts_mut().1.get_mut(place) else { return false };
        let changed = change(arg);
        let (depth, is_ground) = (arg.depth(), is_ground(arg));
        self.depth = self.depth.max(depth.saturating_add(1));
        self.hash = AtomicU64::new(0);
        if self.evaluated_at() != Self::EVER || !is_ground {
            self.evaluated = AtomicU32::new(0);
        }
        changed
    }

    /// Adds an argument at the end.
    pub(crate) fn push(&mut self, arg: Value) {
        let is_ground = is_ground(&arg);
        self.depth = self.depth.max(arg.depth().saturating_add(1));
        self.hash = AtomicU64::new(0);
        if let Content::Array(array) = &mut self.content
            && Arc::make_mut(array).push(&arg)
        {
            return;
        }
        if self.evaluated_at() != Self::EVER || !is_ground {
            self.evaluated = AtomicU32::new(0);
        }
        self.parts_mut().1.push(arg);
    }

    /// Changes an element of a packed vector in place; returns whether it stays one.
    pub(crate) fn change_packed(&mut self, place: usize, value: &Value) -> bool {
        let Content::Array(array) = &mut self.content else { return false };
        let changed = Arc::make_mut(array).set(place, value);
        if changed {
            self.hash = AtomicU64::new(0);
        }
        changed
    }

    /// Gives arguments to it, in place of what it has.
    pub(crate) fn set_args(&mut self, args: Args) {
        let head = std::mem::replace(self.parts_mut().0, Value::Integer(0));
        *self = Self::new(head, args);
    }

    pub(crate) fn cached_hash(&self) -> u64 {
        let known = self.hash.load(Ordering::Relaxed);
        if known != 0 {
            return known;
        }
        let hash = match &self.content {
            Content::Parts(head, args) => grown(self.depth, || hash_of_parts(head, args)),
            Content::Array(array) => hash_of_array(array),
        };
        self.hash.store(hash, Ordering::Relaxed);
        hash
    }
}

/// Returns the hash that a list has whose elements are those of an array.
fn hash_of_array(array: &Array) -> u64 {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    Value::Symbol(sym::List).hash(&mut hasher);
    hasher.write_usize(array.len());
    (0..array.len()).for_each(|place| array.get(place).hash(&mut hasher));
    hasher.finish().max(1)
}

/// Returns the hash that a call of a head with arguments has.
pub(crate) fn hash_of_parts(head: &Value, args: &[Value]) -> u64 {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    head.hash(&mut hasher);
    hasher.write_usize(args.len());
    args.iter().for_each(|arg| arg.hash(&mut hasher));
    hasher.finish().max(1)
}

impl Clone for Call {
    fn clone(&self) -> Self {
        Self {
            content: self.content.clone(),
            hash: AtomicU64::new(self.hash.load(Ordering::Relaxed)),
            evaluated: AtomicU32::new(self.evaluated_at()),
            depth: self.depth,
        }
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        if let (Some(a), Some(b)) = (self.array(), other.array()) {
            return a.dimensions() == b.dimensions() && a.elements() == b.elements();
        }
        self.len() == other.len()
            && self.depth == other.depth
            && self.cached_hash() == other.cached_hash()
            && self.head() == other.head()
            && grown(self.depth, || self.args() == other.args())
    }
}

/// Returns whether a value evaluates to itself whatever is defined.
pub(crate) fn is_ground(value: &Value) -> bool {
    match value {
        Value::Call(call) => call.evaluated_at() == Call::EVER,
        Value::Symbol(sym::True | sym::False | sym::Null) => true,
        Value::Symbol(_) | Value::Temporary(_) | Value::Association(_) => false,
        _ => true,
    }
}

/// Nests deeper than this are dropped, compared and hashed with the stack in mind.
const SHALLOW: u32 = 200;

/// Parts of expressions may be shared, so that one of depth d may have 2^d leaves. Who walks
/// through those that are deeper than this has to be stopped.
const WALKED_AT_ONCE: u32 = 16;

/// Runs something that recurses into an expression of this depth, on a larger stack if need be.
pub(crate) fn grown<T>(depth: u32, run: impl FnOnce() -> T) -> T {
    if depth > WALKED_AT_ONCE {
        bolt_base::interrupt::poll();
    }
    match depth > SHALLOW {
        true => stacker::maybe_grow(128 << 10, 4 << 20, run),
        false => run(),
    }
}

/// Stack for each level of an expression that something recurses into without looking at the stack,
/// and the most that is had for it. Frames of programs that are not optimised are large.
const STACK_OF_LEVEL: usize = if cfg!(debug_assertions) { 8 << 10 } else { 2 << 10 };
const STACK_MAX: usize = 1 << 30;
const STACK_SPARE: usize = 8 << 20;

/// Nests deeper than this are not written in full.
pub(crate) const WRITTEN_LEVELS: u32 = (STACK_MAX / STACK_OF_LEVEL) as u32;

/// Runs something that may recurse into an expression of this depth without looking at the stack.
/// Of the stack that is had for it, only what is used takes memory.
pub(crate) fn with_room<T>(depth: u32, run: impl FnOnce() -> T) -> T {
    if depth <= SHALLOW {
        return run();
    }
    let room = (depth as usize).saturating_mul(STACK_OF_LEVEL).min(STACK_MAX);
    stacker::maybe_grow(room, room + STACK_SPARE, run)
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.depth <= SHALLOW {
            return;
        }
        let mut rest: Vec<Value> = self.take_args().into_vec();
        rest.push(std::mem::replace(self.parts_mut().0, Value::Integer(0)));
        while let Some(value) = rest.pop() {
            if let Value::Call(call) = value
                && let Ok(mut call) = Arc::try_unwrap(call)
            {
                rest.extend(call.take_args());
                rest.push(std::mem::replace(call.parts_mut().0, Value::Integer(0)));
            }
        }
    }
}

impl Value {
    /// `Null`
    pub const NULL: Self = Self::Symbol(sym::Null);
    /// `True`
    pub const TRUE: Self = Self::Symbol(sym::True);
    /// `False`
    pub const FALSE: Self = Self::Symbol(sym::False);
    /// `I`, as the number.
    pub fn i() -> Self {
        Self::Complex(Arc::new(Complex { re: Self::Integer(0), im: Self::Integer(1) }))
    }

    /// Returns a head applied to arguments.
    pub fn call(head: impl Into<Value>, args: impl Into<Args>) -> Self {
        Self::Call(Arc::new(Call::new(head, args)))
    }

    /// Returns a list.
    pub fn list(elements: impl Into<Args>) -> Self {
        Self::call(sym::List, elements)
    }

    /// Returns `key -> value`.
    pub fn rule(key: impl Into<Value>, value: impl Into<Value>) -> Self {
        Self::call(sym::Rule, [key.into(), value.into()])
    }

    /// Returns a string.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(Arc::new(text.into()))
    }

    /// Returns `True` or `False`.
    pub fn boolean(is: bool) -> Self {
        if is { Self::TRUE } else { Self::FALSE }
    }

    /// Returns the symbol, if it is one.
    pub fn as_symbol(&self) -> Option<Symbol> {
        match self {
            Self::Symbol(symbol) => Some(*symbol),
            Self::Temporary(temporary) => Some(temporary.symbol),
            _ => None,
        }
    }

    /// Returns whether it is this symbol.
    pub fn is(&self, symbol: Symbol) -> bool {
        matches!(self, Self::Symbol(own) if *own == symbol)
    }

    /// Returns the call, if it is one.
    pub fn as_call(&self) -> Option<&Call> {
        match self {
            Self::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Returns the arguments, if it is a call of this symbol.
    pub fn args_of(&self, head: Symbol) -> Option<&[Value]> {
        self.as_call().filter(|call| call.is(head)).map(Call::args)
    }

    /// Returns the arguments, if it is a call of this symbol with so many of them.
    pub fn exactly<const N: usize>(&self, head: Symbol) -> Option<&[Value; N]> {
        self.args_of(head)?.try_into().ok()
    }

    /// Returns the elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        self.args_of(sym::List)
    }

    /// Returns the text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the integer, if it is one of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// Returns the integer, if it is one of 64 bits and not negative.
    pub fn as_usize(&self) -> Option<usize> {
        self.as_i64().and_then(|integer| usize::try_from(integer).ok())
    }

    /// Returns whether it is `True` or `False`, and which.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Symbol(sym::True) => Some(true),
            Self::Symbol(sym::False) => Some(false),
            _ => None,
        }
    }

    /// Returns whether it has no parts.
    pub fn is_atom(&self) -> bool {
        !matches!(self, Self::Call(_) | Self::Association(_))
    }

    /// Returns whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Integer(_)
                | Self::Real(_)
                | Self::BigInteger(_)
                | Self::Rational(_)
                | Self::BigReal(_)
                | Self::Complex(_)
        )
    }

    /// Returns the head: of an atom, what kind it is.
    pub fn head(&self) -> Value {
        Self::Symbol(match self {
            Self::Integer(_) | Self::BigInteger(_) => sym::Integer,
            Self::Real(_) | Self::BigReal(_) => sym::Real,
            Self::Symbol(_) | Self::Temporary(_) => sym::Symbol,
            Self::String(_) => sym::String,
            Self::Rational(_) => sym::Rational,
            Self::Complex(_) => sym::Complex,
            Self::Association(_) => sym::Association,
            Self::Call(call) => return call.head().clone(),
        })
    }

    /// Returns how many calls are inside one another at most.
    pub fn depth(&self) -> u32 {
        match self {
            Self::Call(call) => call.depth,
            Self::Association(association) => association.depth(),
            _ => 0,
        }
    }
}

impl From<Symbol> for Value {
    fn from(symbol: Symbol) -> Self {
        Self::Symbol(symbol)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<f64> for Value {
    fn from(real: f64) -> Self {
        Self::Real(real)
    }
}

impl From<IBig> for Value {
    fn from(integer: IBig) -> Self {
        match i64::try_from(&integer) {
            Ok(small) => Self::Integer(small),
            Err(_) => Self::BigInteger(Arc::new(integer)),
        }
    }
}

impl From<RBig> for Value {
    fn from(rational: RBig) -> Self {
        match rational.is_int() {
            true => Self::from(rational.into_parts().0),
            false => Self::Rational(Arc::new(rational)),
        }
    }
}

impl From<Arc<Call>> for Value {
    fn from(call: Arc<Call>) -> Self {
        Self::Call(call)
    }
}

impl From<Call> for Value {
    fn from(call: Call) -> Self {
        Self::Call(Arc::new(call))
    }
}

/// Whether they are the same expression, `1` and `1.` not being one. All that is not a number
/// equals itself.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Real(a), Self::Real(b)) => a == b || a.to_bits() == b.to_bits(),
            (Self::Symbol(a), Self::Symbol(b)) => a == b,
            (Self::Temporary(a), Self::Temporary(b)) => a.symbol == b.symbol,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::BigInteger(a), Self::BigInteger(b)) => a == b,
            (Self::Rational(a), Self::Rational(b)) => a == b,
            (Self::BigReal(a), Self::BigReal(b)) => a == b,
            (Self::Complex(a), Self::Complex(b)) => a == b,
            (Self::Call(a), Self::Call(b)) => Arc::ptr_eq(a, b) || **a == **b,
            (Self::Association(a), Self::Association(b)) => Arc::ptr_eq(a, b) || **a == **b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Integer(integer) => integer.hash(state),
            // 0. and -0. are equal.
            Self::Real(real) => (real + 0.0).to_bits().hash(state),
            Self::Symbol(symbol) => symbol.hash(state),
            Self::Temporary(temporary) => temporary.symbol.hash(state),
            Self::String(text) => text.hash(state),
            Self::BigInteger(integer) => integer.hash(state),
            Self::Rational(rational) => rational.hash(state),
            Self::BigReal(real) => real.value.repr().significand().hash(state),
            Self::Complex(complex) => (&complex.re, &complex.im).hash(state),
            Self::Call(call) => state.write_u64(call.cached_hash()),
            Self::Association(association) => association.hash(state),
        }
    }
}

/// Reads the arguments of a call as a fixed number of them.
pub(crate) fn fixed<const N: usize>(call: &Call) -> Option<&[Value; N]> {
    call.args().try_into().ok()
}
