//! Runs our side and the peers' in turn, compares what they computed, and keeps the rows.

use crate::clock::process_seconds;
use crate::inputs::Inputs;
use crate::options::Options;
use crate::peers::Peers;
use crate::report::{self, Outcome, PeerValue, Row};
use crate::values::{Values, difference};
use anyhow::Result;
use std::hint::black_box;
use std::process::ExitCode;

/// Work is repeated until it took this long, so that the clock's steps do not matter.
const LEAST_SECONDS: f64 = 0.05;

/// One line of work, ours and the peers'.
pub(crate) struct Case<'a> {
    pub(crate) name: String,
    /// What is done; the first call prepares what later ones reuse.
    pub(crate) ours: Box<dyn FnMut() -> Result<Values> + 'a>,
    pub(crate) goals: Vec<Goal>,
    /// How far values may be apart, relative to values above 1.
    pub(crate) tolerance: f64,
}

/// Returns the processor time of work in seconds.
pub(crate) type Timer<'a> = &'a mut dyn FnMut(&mut dyn FnMut() -> Result<Values>) -> Result<f64>;

/// What is to be reached.
#[derive(Debug)]
pub(crate) enum Goal {
    /// At most so many seconds.
    Seconds(f64),
    /// At least so many times as fast as the fastest of some peers.
    Ratio(f64, Vec<Peer>),
}

/// A peer's name in its script, and how its work relates to ours.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// What comes before a colon is shown.
    pub(crate) name: String,
    /// Our work is so many times what the peer does, which then is scaled up.
    pub(crate) scale: f64,
    /// Which of our values are the peer's.
    pub(crate) part: Part,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    All,
    /// Every `step`th record of `width` values.
    Records {
        width: usize,
        step: usize,
    },
}

impl Peer {
    /// A peer that does all of the work.
    pub(crate) fn whole(name: impl Into<String>) -> Self {
        Self { name: name.into(), scale: 1.0, part: Part::All }
    }
}

impl Peer {
    fn shown(&self) -> &str {
        self.name.split(':').next().unwrap_or(&self.name)
    }
}

/// What a peer's side of a case came to.
#[derive(Debug)]
enum Side {
    Measured(Vec<f64>),
    Failed(String),
}

pub(crate) struct Bench {
    options: Options,
    rows: Vec<Row>,
}

impl Bench {
    pub(crate) fn new(options: Options) -> Self {
        report::print_head(&options);
        Self { options, rows: Vec::new() }
    }

    /// Returns whether a case is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.options.only.as_deref().is_none_or(|only| name.contains(only))
    }

    /// Returns how often each side is measured.
    pub(crate) fn repeats(&self) -> usize {
        self.options.repeats
    }

    /// Starts a script over inputs, if there is a Python.
    pub(crate) fn peers(&self, script: &str, inputs: &Inputs) -> Result<Option<Peers>> {
        let python = self.options.python.as_deref();
        python.map(|python| Peers::start(python, script, inputs.folder())).transpose()
    }

    /// Measures a case, if it is asked for.
    pub(crate) fn run(&mut self, peers: &mut Option<Peers>, case: Case<'_>) -> Result<()> {
        self.run_timed(peers, case, &mut |ours| seconds(ours))
    }

    /// Measures a case, if it is asked for, whose side of ours tells its time in its own way.
    pub(crate) fn run_timed(
        &mut self,
        peers: &mut Option<Peers>,
        mut case: Case<'_>,
        time: Timer<'_>,
    ) -> Result<()> {
        if !self.wants(&case.name) {
            return Ok(());
        }
        let values = (case.ours)()?.flat();
        let mut sides: Vec<(Peer, Side)> = Vec::new();
        if let Some(script) = peers {
            for peer in case.goals.iter().flat_map(Goal::peers) {
                let side = match prepare(script, peer, &values, case.tolerance) {
                    Ok(()) => Side::Measured(Vec::new()),
                    Err(error) => Side::Failed(format!("{error:#}")),
                };
                sides.push((peer.clone(), side));
            }
        }
        let mut ours = Vec::new();
        for _ in 0..self.options.repeats {
            ours.push(time(&mut case.ours)?);
            if let Some(script) = peers {
                for (peer, side) in &mut sides {
                    if let Side::Measured(seconds) = side {
                        seconds.push(script.seconds(&peer.name)? * peer.scale);
                    }
                }
            }
        }
        let ours = median(&ours);
        for goal in &case.goals {
            self.add(row(&case.name, ours, goal, &sides, peers.is_some()));
        }
        Ok(())
    }

    /// Adds a row that was measured in another way.
    pub(crate) fn add(&mut self, row: Row) {
        report::print_row(&row, &self.options);
        self.rows.push(row);
    }

    /// Says what came out of all rows; fails if sides disagreed.
    pub(crate) fn finish(self) -> Result<ExitCode> {
        if self.rows.is_empty() {
            anyhow::bail!("no case has `{}` in its name", self.options.only.unwrap_or_default());
        }
        if !self.options.json {
            report::print_tail(&self.rows, &self.options);
        }
        let failed = self.rows.iter().any(|row| matches!(row.outcome, Outcome::Error(_)));
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

impl Goal {
    fn peers(&self) -> impl Iterator<Item = &Peer> {
        match self {
            Self::Seconds(_) => [].iter(),
            Self::Ratio(_, peers) => peers.iter(),
        }
    }
}

fn prepare(script: &mut Peers, peer: &Peer, ours: &[f64], tolerance: f64) -> Result<()> {
    script.prepare(&peer.name)?;
    let theirs = script.values(&peer.name)?;
    let told = match peer.part {
        Part::All => difference(ours, &theirs, tolerance),
        Part::Records { width, step } => {
            let records = ours.chunks(width).step_by(step);
            difference(&records.flatten().copied().collect::<Vec<_>>(), &theirs, tolerance)
        }
    };
    match told {
        Some(told) => anyhow::bail!("results differ: {told}"),
        None => Ok(()),
    }
}

fn seconds(work: &mut dyn FnMut() -> Result<Values>) -> Result<f64> {
    let start = process_seconds()?;
    let mut count = 0;
    loop {
        black_box(work()?);
        count += 1;
        let spent = process_seconds()? - start;
        if spent >= LEAST_SECONDS {
            return Ok(spent / f64::from(count));
        }
    }
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Judges a case by one of its goals.
fn row(name: &str, ours: f64, goal: &Goal, sides: &[(Peer, Side)], has_peers: bool) -> Row {
    let row = |peers, outcome| Row { case: name.to_owned(), ours, peers, outcome };
    let (least, names) = match goal {
        Goal::Seconds(most) => {
            let outcome = Outcome::Seconds { most: *most, reached: ours <= *most };
            return row(Vec::new(), outcome);
        }
        Goal::Ratio(least, peers) => (*least, peers),
    };
    if !has_peers {
        return row(Vec::new(), Outcome::Unmeasured { least });
    }
    let mut measured = Vec::new();
    for (peer, side) in sides.iter().filter(|(peer, _)| names.iter().any(|p| p.name == peer.name)) {
        match side {
            Side::Measured(seconds) => measured.push(PeerValue {
                name: peer.shown().to_owned(),
                value: median(seconds),
                scale: peer.scale,
            }),
            Side::Failed(error) => {
                let error = format!("{}: {error}", peer.shown());
                return row(measured, Outcome::Error(error));
            }
        }
    }
    measured.sort_by(|a, b| a.value.total_cmp(&b.value));
    let ratio = measured[0].value / ours;
    row(measured, Outcome::Ratio { ratio, least, reached: ratio >= least })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(least: f64, names: &[&str], sides: &[(Peer, Side)]) -> Row {
        let peers = names.iter().map(|name| Peer::whole(*name)).collect();
        row("case", 2.0, &Goal::Ratio(least, peers), sides, true)
    }

    fn measured(name: &str, seconds: &[f64]) -> (Peer, Side) {
        (Peer::whole(name), Side::Measured(seconds.to_vec()))
    }

    #[test]
    fn the_fastest_of_a_goal_s_peers_counts() {
        let sides = || {
            vec![
                measured("a:f64", &[9.0, 100.0, 8.0]),
                measured("b", &[6.0, 7.0, 0.0]),
                measured("other", &[0.1]),
            ]
        };
        let row = judge(3.0, &["a:f64", "b"], &sides());
        let names: Vec<&str> = row.peers.iter().map(|peer| peer.name.as_str()).collect();
        assert_eq!(names, ["b", "a"]);
        assert!(matches!(row.outcome, Outcome::Ratio { ratio: 3.0, reached: true, .. }));
        let row = judge(3.1, &["a:f64", "b"], &sides());
        assert!(matches!(row.outcome, Outcome::Ratio { reached: false, .. }));
    }

    #[test]
    fn a_peer_that_failed_leaves_no_ratio() {
        let sides =
            vec![measured("a", &[9.0]), (Peer::whole("b:f32"), Side::Failed("why".to_owned()))];
        let outcome = judge(1.0, &["a", "b:f32"], &sides).outcome;
        assert!(matches!(outcome, Outcome::Error(error) if error == "b: why"));
    }
}
