//! Why memory was refused.

use std::fmt;

use bolt_base::Bytes;

use crate::component::Component;

/// Memory was refused, after all owners that could give some back were asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.explanation())]
pub struct Refused {
    /// Who asked.
    pub component: Component,
    /// The job that asked.
    pub job: String,
    /// How much more was asked for.
    pub asked: Bytes,
    /// Which limit it would pass.
    pub bound: Bound,
    /// What counts against that limit already.
    pub held: Bytes,
    /// That limit.
    pub limit: Bytes,
    /// Why the component cannot have more than its share, if that is so.
    pub no_loan: Option<NoLoan>,
    /// Who holds most of everything, at most three, the largest first.
    pub largest: Vec<Holder>,
}

/// Which limit an ask would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// That of the job.
    Job,
    /// The component's share, which holds all fixed reservations.
    Share,
    /// The component's share, and no more is lent.
    Loan,
    /// That of everything.
    Limit,
}

/// Why a component cannot have more than its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLoan {
    /// Nothing of what it holds could be had back.
    NotReclaimable,
    /// Memory is critical.
    Critical,
    /// Others wait for memory within their shares.
    Claimed,
}

/// A job and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The component.
    pub component: Component,
    /// The job's name.
    pub job: String,
    /// What it holds.
    pub bytes: Bytes,
}

impl Refused {
    fn explanation(&self) -> String {
        let Self { component, job, asked, bound, held, limit, no_loan, largest } = self;
        let name = component.name();
        let why = match bound {
            Bound::Job => format!("it holds {held} of its limit of {limit}"),
            Bound::Share => {
                format!("`{name}` holds {held} that cannot be had back, of its share of {limit}")
            }
            Bound::Loan => {
                let why = no_loan.map_or("", NoLoan::reason);
                format!("`{name}` holds {held} of its share of {limit} and is lent no more{why}")
            }
            Bound::Limit => format!("{held} of the limit of {limit} are held"),
        };
        let mut text = format!("`{name}/{job}` asks for {asked} more: {why}");
        for (index, holder) in largest.iter().enumerate() {
            let start = if index == 0 { "; the largest holders are" } else { "," };
            text += &format!("{start} {holder}");
        }
        text
    }
}

impl NoLoan {
    fn reason(self) -> &'static str {
        match self {
            Self::NotReclaimable => ", as nothing of it could be had back",
            Self::Critical => ", as memory is critical",
            Self::Claimed => ", as others wait for their shares",
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}/{}` with {}", self.component.name(), self.job, self.bytes)
    }
}
