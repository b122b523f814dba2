//! The producer.

use std::time::Duration;

use worker_pools::Context;

use crate::flags::PutFlags;
use crate::queue::{Error, Queue, Result};

/// How long it waits when the queue is full.
const PAUSE: Duration = Duration::from_millis(20);

/// What a producer has done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Put {
    /// Jobs that are in the queue, or were.
    pub jobs: usize,
    /// How often the queue was full.
    pub refused: usize,
}

/// Puts jobs into the queue until all are there or `context` is done. If the
/// queue is full, it keeps the job, and tries again a little later. Counts in
/// `count`, and calls `queued` for each job.
pub fn put_all(
    queue: &mut Queue,
    flags: &PutFlags,
    context: &Context,
    count: &mut Put,
    queued: impl Fn(usize),
) -> Result<()> {
    let first = queue.numbers(flags.jobs)?;
    for job in first..first + flags.jobs {
        while let Err(error) = queue.put(job, flags.queue_limit) {
            let Error::Full = error else {
                return Err(error);
            };
            count.refused += 1;
            let _ = context.done().recv_timeout(PAUSE);
            if context.is_done() {
                return Ok(());
            }
        }
        queued(job);
        count.jobs += 1;
        if context.is_done() {
            return Ok(());
        }
    }
    Ok(())
}
