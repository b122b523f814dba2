//! Where submitters sleep until jobs have left the pool.

use std::convert::Infallible;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::metrics::{Counters, gone};

/// The submitters that wait for room. All of them wake up at once.
pub struct Waiters {
    /// They wake up when so many jobs have left the pool.
    wake_at: AtomicU64,
    /// `None` while nobody waits. Nothing is ever sent: as in a context,
    /// dropping the sender wakes all receivers.
    bell: Mutex<Option<Bell>>,
}

type Bell = (Sender<Infallible>, Receiver<Infallible>);

const NEVER: u64 = u64::MAX;

impl Default for Waiters {
    fn default() -> Waiters {
        Waiters {
            wake_at: AtomicU64::new(NEVER),
            bell: Mutex::new(None),
        }
    }
}

impl Waiters {
    /// Joins those who wait. The channel closes when so many jobs have left the
    /// pool, or earlier: whoever joined before waits for fewer.
    pub fn join(&self, wake_at: u64) -> Receiver<Infallible> {
        let mut waiting = self.bell();
        if let Some((_, woken)) = &*waiting {
            return woken.clone();
        }
        self.wake_at.store(wake_at, SeqCst);
        let (bell, woken) = bounded(0);
        *waiting = Some((bell, woken.clone()));
        woken
    }

    /// Wakes them if enough jobs have left the pool.
    ///
    /// A worker first counts its job and then looks here. A submitter first
    /// joins and then looks at the counts. So at least one of the two sees the
    /// other. And if two jobs end at the same time, at least one of their
    /// workers sees both. (This needs `SeqCst`: any weaker ordering allows both
    /// to read the old value.)
    pub fn look(&self, counters: &[Counters]) {
        let wake_at = self.wake_at.load(SeqCst);
        if wake_at != NEVER && gone(counters) >= wake_at {
            self.wake();
        }
    }

    /// Wakes them.
    pub fn wake(&self) {
        let mut waiting = self.bell();
        self.wake_at.store(NEVER, SeqCst);
        *waiting = None;
    }

    fn bell(&self) -> MutexGuard<'_, Option<Bell>> {
        self.bell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
