//! Jobs that may run for so long.

use bolt_exec::{CancelToken, Deadline};

use crate::{Session, SessionError};

/// A job that is stopped by whoever wanted it, or once it has run as long as
/// `limits.query_timeout` lets it.
pub(crate) struct Query {
    token: CancelToken,
    deadline: Option<Deadline>,
}

impl Session {
    /// Begins a job that is part of what `whole` stops.
    ///
    /// # Errors
    /// If the thread that watches deadlines is refused.
    pub(crate) fn query(&self, name: &str, whole: &CancelToken) -> Result<Query, SessionError> {
        let deadline = self.limits.query(name, whole)?;
        let token = deadline.as_ref().map_or(whole, Deadline::token).clone();
        Ok(Query { token, deadline })
    }
}

impl Query {
    /// Returns the token that the job is to look at.
    pub(crate) fn token(&self) -> &CancelToken {
        &self.token
    }

    /// Asks whether the job may go on, between steps that look at no token.
    ///
    /// # Errors
    /// If its time is over.
    pub(crate) fn check(&self) -> Result<(), SessionError> {
        Ok(self.deadline.as_ref().map_or(Ok(()), Deadline::check)?)
    }

    /// Ends the job with what it came to, if it came to its end.
    ///
    /// # Errors
    /// If it did not because its time was over.
    pub(crate) fn end<T>(self, result: Option<T>) -> Result<Option<T>, SessionError> {
        match self.deadline {
            Some(deadline) => Ok(deadline.end(result)?),
            None => Ok(result),
        }
    }
}

#[cfg(test)]
mod tests;
