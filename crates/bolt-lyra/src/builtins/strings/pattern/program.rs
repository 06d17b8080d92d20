//! Patterns as programs of a backtracking machine.

use triomphe::Arc;

use super::node::{Node, Place};
use super::set::{Set, lower, upper};
use crate::rule::Template;
use crate::value::Value;

/// A step of a program. Steps that go elsewhere name the index of a step.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Char(char),
    /// A character, which is given in small letters, in either case.
    Folded(char),
    Set(Arc<Set>),
    /// Goes to the first, to the second if that fails; each of a program has a number.
    Split {
        first: usize,
        second: usize,
        number: usize,
    },
    Jump(usize),
    /// Remembers where the text is.
    Save(usize),
    /// Binds a slot to the text since a place was remembered.
    Bind {
        from: usize,
        slot: usize,
    },
    /// Goes elsewhere if a slot has a text.
    IfBound(usize, usize),
    /// The text of a slot again.
    Same(usize, bool),
    At(Place),
    Look {
        ahead: bool,
        negated: bool,
        body: Arc<Program>,
        least: usize,
        most: Option<usize>,
    },
    Atomic(Arc<Program>),
    /// The text since a place was remembered, as the argument of a function.
    Test(usize, Value),
    Where(Template),
    /// Fails if nothing was taken since a place was remembered.
    Progress(usize),
    Match,
}

/// A pattern, ready to be run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) ops: Vec<Op>,
    /// How many places are remembered: two for each slot, and those of loops and tests.
    pub(crate) registers: usize,
    /// How many slots there are.
    pub(crate) slots: usize,
    pub(crate) splits: usize,
    /// Whether what comes of a step depends only on the step, where the text is and whether the
    /// loops around have taken something, so that a step that has failed need not be tried again.
    pub(crate) is_pure: bool,
    /// The registers of loops that have to take something.
    pub(crate) loops: Vec<usize>,
}

/// More steps than this no pattern has.
const OPS_MAX: usize = 200_000;

/// With more loops that might take nothing, failures are not remembered.
const LOOPS_MAX: usize = 6;

impl Program {
    /// Compiles a pattern with so many slots; `None` if it is too large.
    pub(crate) fn new(node: &Node, slots: usize) -> Option<Self> {
        let (mut seen, mut repeated) = (vec![false; slots], vec![false; slots]);
        repeated_names(node, false, &mut seen, &mut repeated);
        let registers = 2 * slots;
        let mut compiler = Compiler { ops: Vec::new(), registers, splits: 0, pure: true, repeated };
        compiler.add(node)?;
        compiler.push(Op::Match)?;
        let Compiler { ops, registers, splits, pure, repeated: _ } = compiler;
        let register = |op: &Op| match op {
            Op::Progress(register) => Some(*register),
            _ => None,
        };
        let loops: Vec<usize> = ops.iter().filter_map(register).collect();
        let is_pure = pure && loops.len() <= LOOPS_MAX;
        Some(Self { ops, registers, slots, splits, is_pure, loops })
    }

    /// Returns the bytes that a match may begin with, `None` if there may be any or none.
    pub(crate) fn first_bytes(&self) -> Option<[bool; 256]> {
        let mut bytes = [false; 256];
        let mut seen = vec![false; self.ops.len()];
        let mut pending = vec![0];
        while let Some(at) = pending.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            match &self.ops[at] {
                Op::Char(c) => add_first_byte(&mut bytes, *c),
                Op::Folded(c) => {
                    // Few characters have more than two cases; those begin with other bytes.
                    bytes[128..].fill(true);
                    add_first_byte(&mut bytes, *c);
                    add_first_byte(&mut bytes, upper(*c));
                }
                Op::Set(set) => {
                    (0..128).for_each(|code| bytes[code] |= set.ascii() >> code & 1 == 1);
                    bytes[128..].fill(true);
                }
                Op::Split { first, second, .. } => pending.extend([*first, *second]),
                Op::Jump(to) => pending.push(*to),
                Op::IfBound(_, to) => pending.extend([*to, at + 1]),
                Op::Save(_) | Op::Bind { .. } | Op::At(_) | Op::Look { .. } | Op::Progress(_) => {
                    pending.push(at + 1);
                }
                Op::Same(..) | Op::Atomic(_) | Op::Test(..) | Op::Where(_) | Op::Match => {
                    return None;
                }
            }
        }
        Some(bytes)
    }

    /// Returns the text that it is, if it is nothing but that.
    pub(crate) fn literal(&self) -> Option<String> {
        let (last, rest) = self.ops.split_last()?;
        let of = |op: &Op| match op {
            Op::Char(c) => Some(*c),
            _ => None,
        };
        matches!(last, Op::Match).then_some(())?;
        rest.iter().map(of).collect::<Option<String>>().filter(|text| !text.is_empty())
    }
}

fn add_first_byte(bytes: &mut [bool; 256], c: char) {
    let mut buffer = [0; 4];
    bytes[usize::from(c.encode_utf8(&mut buffer).as_bytes()[0])] = true;
}

struct Compiler {
    ops: Vec<Op>,
    registers: usize,
    splits: usize,
    pure: bool,
    /// The slots whose name a match may come to more than once.
    repeated: Vec<bool>,
}

impl Compiler {
    fn push(&mut self, op: Op) -> Option<usize> {
        self.ops.push(op);
        (self.ops.len() <= OPS_MAX).then(|| self.ops.len() - 1)
    }

    fn register(&mut self) -> usize {
        self.registers += 1;
        self.registers - 1
    }

    /// Adds a choice whose branches are set later.
    fn split(&mut self) -> Option<usize> {
        let number = self.splits;
        self.splits += 1;
        self.push(Op::Split { first: 0, second: 0, number })
    }

    fn set_split(&mut self, at: usize, yes: usize, no: usize, prefers_yes: bool) {
        if let Op::Split { first, second, .. } = &mut self.ops[at] {
            (*first, *second) = if prefers_yes { (yes, no) } else { (no, yes) };
        }
    }

    fn add(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Char(c, true) if lower(*c) != *c || upper(*c) != *c => {
                self.push(Op::Folded(lower(*c)))?;
            }
            Node::Char(c, _) => {
                self.push(Op::Char(*c))?;
            }
            Node::Set(set) => {
                self.push(Op::Set(set.clone()))?;
            }
            Node::Sequence(parts) => parts.iter().try_for_each(|part| self.add(part))?,
            Node::Either(parts) => self.either(parts)?,
            Node::Repeat { of, least, most, greedy } => self.repeat(of, *least, *most, *greedy)?,
            Node::Group { slot, of } => self.group(*slot, of)?,
            Node::Named { slot, of, folds } => self.named(*slot, of, *folds)?,
            Node::Same(slot, folds) => {
                self.pure = false;
                self.push(Op::Same(*slot, *folds))?;
            }
            Node::At(place) => {
                self.push(Op::At(*place))?;
            }
            Node::Look { ahead, negated, of } => self.look(*ahead, *negated, of)?,
            Node::Atomic(of) => {
                let body = self.inner(of)?;
                self.push(Op::Atomic(body))?;
            }
            Node::Test { of, test } => {
                // Of one character the test depends on nothing else.
                self.pure &= of.lengths() == (1, Some(1));
                let register = self.register();
                self.push(Op::Save(register))?;
                self.add(of)?;
                self.push(Op::Test(register, test.clone()))?;
            }
            Node::Where { of, test } => {
                self.pure = false;
                self.add(of)?;
                self.push(Op::Where(test.clone()))?;
            }
        }
        Some(())
    }

    /// Compiles a part that is run on its own, with the same registers.
    fn inner(&mut self, of: &Node) -> Option<Arc<Program>> {
        let repeated = self.repeated.clone();
        let registers = self.registers;
        let mut inner = Self { ops: Vec::new(), registers, splits: 0, pure: true, repeated };
        inner.add(of)?;
        inner.push(Op::Match)?;
        self.registers = inner.registers;
        self.pure &= inner.pure;
        let Self { ops, registers, splits, .. } = inner;
        // Its steps are not those of the whole, for which failures are remembered.
        let program =
            Program { ops, registers, slots: 0, splits, is_pure: false, loops: Vec::new() };
        Some(Arc::new(program))
    }

    fn look(&mut self, ahead: bool, negated: bool, of: &Node) -> Option<()> {
        let body = self.inner(of)?;
        let (least, most) = of.lengths();
        self.push(Op::Look { ahead, negated, body, least, most })?;
        Some(())
    }

    fn either(&mut self, parts: &[Node]) -> Option<()> {
        let Some((last, rest)) = parts.split_last() else {
            // No alternative: what is nowhere.
            self.push(Op::Set(Arc::new(Set::new(Vec::new(), false, false))))?;
            return Some(());
        };
        let mut ends = Vec::new();
        for part in rest {
            let split = self.split()?;
            self.add(part)?;
            ends.push(self.push(Op::Jump(0))?);
            self.set_split(split, split + 1, self.ops.len(), true);
        }
        self.add(last)?;
        for end in ends {
            self.ops[end] = Op::Jump(self.ops.len());
        }
        Some(())
    }

    fn repeat(&mut self, of: &Node, least: usize, most: Option<usize>, greedy: bool) -> Option<()> {
        for _ in 0..least {
            let before = self.ops.len();
            self.add(of)?;
            if self.ops.len() == before {
                break;
            }
        }
        match most {
            None => {
                let takes_something = of.lengths().0 > 0;
                let split = self.split()?;
                if takes_something {
                    self.add(of)?;
                } else {
                    let register = self.register();
                    self.push(Op::Save(register))?;
                    self.add(of)?;
                    self.push(Op::Progress(register))?;
                }
                self.push(Op::Jump(split))?;
                self.set_split(split, split + 1, self.ops.len(), greedy);
            }
            Some(most) => {
                let mut splits = Vec::new();
                for _ in least..most {
                    splits.push(self.split()?);
                    self.add(of)?;
                }
                for split in splits {
                    self.set_split(split, split + 1, self.ops.len(), greedy);
                }
            }
        }
        Some(())
    }

    fn group(&mut self, slot: usize, of: &Node) -> Option<()> {
        let from = self.register();
        self.push(Op::Save(from))?;
        self.add(of)?;
        self.push(Op::Bind { from, slot })?;
        Some(())
    }

    fn named(&mut self, slot: usize, of: &Node, folds: bool) -> Option<()> {
        if !self.repeated.get(slot).copied().unwrap_or(false) {
            return self.group(slot, of);
        }
        self.pure = false;
        let check = self.push(Op::IfBound(slot, 0))?;
        self.group(slot, of)?;
        let skip = self.push(Op::Jump(0))?;
        self.ops[check] = Op::IfBound(slot, self.ops.len());
        self.push(Op::Same(slot, folds))?;
        self.ops[skip] = Op::Jump(self.ops.len());
        Some(())
    }
}

/// Finds the slots whose name a match may come to more than once.
fn repeated_names(node: &Node, in_loop: bool, seen: &mut [bool], repeated: &mut [bool]) {
    let mut inside = |of: &Node, in_loop: bool| repeated_names(of, in_loop, seen, repeated);
    match node {
        Node::Named { slot, of, .. } => {
            inside(of, in_loop);
            repeated[*slot] |= seen[*slot] || in_loop;
            seen[*slot] = true;
        }
        Node::Sequence(parts) | Node::Either(parts) => {
            parts.iter().for_each(|part| inside(part, in_loop));
        }
        Node::Repeat { of, .. } => inside(of, true),
        Node::Group { of, .. }
        | Node::Look { of, .. }
        | Node::Atomic(of)
        | Node::Test { of, .. }
        | Node::Where { of, .. } => inside(of, in_loop),
        Node::Char(..) | Node::Set(_) | Node::Same(..) | Node::At(_) => {}
    }
}
