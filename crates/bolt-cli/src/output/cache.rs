//! What the cache had to do with a job, for people.

use bolt_base::{count, counted};
use bolt_session::CacheUse;

use crate::context::Context;

/// Says what the cache had to do with so many combinations.
pub(crate) fn tell_cache(context: &Context, usage: &CacheUse, combinations: usize) {
    let CacheUse { found, by_level: _, kept: _, left_out, assessment_found: _, degraded, failed } =
        usage;
    if *found > 0 {
        let all = counted(combinations as u64, "combination");
        context.note(&format!("{} of {all} were in the cache", count(*found as u64)));
    }
    if *left_out > 0 {
        let rows = counted(*left_out as u64, "row");
        context.note(&format!("{rows} of this sweep are not in the cache: its table is full"));
    }
    match failed {
        Some(reason) => context.note(reason),
        None => degraded.values().for_each(|reason| context.note(reason)),
    }
}
