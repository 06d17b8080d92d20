//! Requests that one handler answers several at a time.

use super::error::TaskError;
use super::scheduler::Ending;
use super::task::{Context, Parts, Site, Task};
use crate::cancel::{CancelReason, CancelToken};
use crate::panic::{caught, drop_quietly};
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicUsize, Ordering};
use std::any::Any;
use std::sync::{Arc, PoisonError};

/// Answers requests, in their order.
pub(super) type Handler<I, O> = dyn Fn(&Context, Vec<I>) -> Vec<O> + Send + Sync;

/// One request.
pub(super) struct Gathered<I, O> {
    parts: Parts<I, O>,
    handler: Arc<Handler<I, O>>,
    /// The batch that it is part of, once it runs.
    batch: Mutex<Option<Arc<Batch>>>,
}

/// What the requests of a batch share: it is cancelled when none of them is wanted any more.
#[derive(Debug)]
struct Batch {
    wanted: AtomicUsize,
    token: CancelToken,
}

impl Batch {
    fn leave(&self) {
        if self.wanted.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.token.cancel_because(CancelReason::Requested);
        }
    }
}

impl<I: Send + 'static, O: Send + 'static> Gathered<I, O> {
    pub(super) fn new(parts: Parts<I, O>, handler: Arc<Handler<I, O>>) -> Self {
        Self { parts, handler, batch: Mutex::new(None) }
    }

    /// Takes the input into a batch; there is none if the request was given up.
    fn join(&self, batch: &Arc<Batch>) -> Option<I> {
        let mut place = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let input = self.parts.begin()?;
        batch.wanted.fetch_add(1, Ordering::SeqCst);
        *place = Some(Arc::clone(batch));
        Some(input)
    }
}

impl<I: Send + 'static, O: Send + 'static> Task for Gathered<I, O> {
    fn depth(&self) -> usize {
        self.parts.depth
    }

    fn run(&self, claim: &[Arc<dyn Task>], site: &Site) -> Vec<Ending> {
        // While requests join, the batch counts as wanted.
        let batch = Arc::new(Batch { wanted: AtomicUsize::new(1), token: CancelToken::default() });
        let (mut members, mut inputs) = (Vec::new(), Vec::new());
        for task in claim {
            let task: &dyn Any = &**task;
            let member: Option<&Self> = task.downcast_ref();
            let member = member.expect("requests of a kind have the types of its handler");
            if let Some(input) = member.join(&batch) {
                members.push(member);
                inputs.push(input);
            }
        }
        batch.leave();
        if members.is_empty() {
            return vec![Ending::Completed; claim.len()];
        }
        // What a handler allocates for several requests counts for the first one's component.
        let _scope = members[0].parts.component.enter();
        let context = Context::new(site, &batch.token);
        let kind = || Arc::clone(&site.kind);
        let error = match caught(|| (self.handler)(&context, inputs)) {
            Ok(results) if results.len() == members.len() => {
                for (member, result) in members.iter().zip(results) {
                    member.parts.keep(Ok(result));
                }
                return vec![Ending::Completed; claim.len()];
            }
            Ok(results) => TaskError::BatchSize {
                kind: kind(),
                requests: members.len(),
                results: results.len(),
            },
            Err(message) => TaskError::Panicked { kind: kind(), message },
        };
        for member in members {
            member.parts.keep(Err(error.clone()));
        }
        vec![Ending::Failed; claim.len()]
    }

    fn publish(&self) {
        self.parts.publish();
    }

    fn discard(&self) {
        self.parts.discard();
    }

    fn fail(&self, error: TaskError) {
        let place = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that no batch takes the input after it was found to be in none.
        let unused = self.parts.begin();
        if let Some(batch) = &*place {
            batch.leave();
        }
        drop(place);
        drop_quietly(unused);
        self.parts.fail(error);
    }
}
