//! What the lessons use of std, with loom's threads and locks.

pub use ::std::{any, error, fmt, io, time};

/// `std::panic`. A job's panic is part of the model. Any other panic is its failure, and nobody
/// catches that.
pub mod panic {
    use ::std::any::Any;
    use ::std::cell::Cell;
    use ::std::panic::UnwindSafe;
    use ::std::thread::{Result, panicking};

    pub use ::std::panic::AssertUnwindSafe;

    thread_local!(static UNWINDING: Cell<usize> = const { Cell::new(0) });

    /// What a job panics with.
    struct JobPanics;

    /// The job that calls it panics.
    pub fn job_panics() -> ! {
        resume_unwind(Box::new(JobPanics))
    }

    /// Whether this is a job's panic.
    pub fn is_of_job(payload: &(dyn Any + Send)) -> bool {
        payload.is::<JobPanics>()
    }

    /// `std::panic::catch_unwind`, for the panics of jobs.
    ///
    /// # Errors
    ///
    /// When a job has panicked.
    pub fn catch_unwind<T>(action: impl FnOnce() -> T + UnwindSafe) -> Result<T> {
        let ended = ::std::panic::catch_unwind(action);
        match ended {
            Err(payload) if is_of_job(&*payload) => {
                UNWINDING.set(UNWINDING.get() - 1);
                Err(payload)
            }
            Err(payload) => ::std::panic::resume_unwind(payload),
            Ok(output) => Ok(output),
        }
    }

    /// `std::panic::resume_unwind`
    pub fn resume_unwind(payload: Box<dyn Any + Send>) -> ! {
        if is_of_job(&*payload) {
            UNWINDING.set(UNWINDING.get() + 1);
        }
        ::std::panic::resume_unwind(payload)
    }

    /// Forgets the interleaving before.
    pub fn begin() {
        UNWINDING.set(0);
    }

    /// Whether the model has failed: loom then runs no thread any more.
    pub fn has_failed() -> bool {
        panicking() && UNWINDING.get() == 0
    }
}

/// `std::sync`
pub mod sync {
    pub use ::std::sync::PoisonError;
    pub use loom::sync::{Arc, Mutex, MutexGuard};

    /// `std::sync::atomic`
    pub mod atomic {
        use ::std::sync::PoisonError;

        use loom::sync::{Mutex, MutexGuard};

        pub use loom::sync::atomic::Ordering;

        /// `std::sync::atomic::AtomicU64`, with [`Ordering::SeqCst`] alone. loom's own one does not
        /// keep to that order: it may read a number that is no longer there.
        #[derive(Default)]
        pub struct AtomicU64(Mutex<u64>);

        impl AtomicU64 {
            /// The number.
            pub fn load(&self, ordering: Ordering) -> u64 {
                *self.lock(ordering)
            }

            /// Adds to the number, and returns what it was.
            pub fn fetch_add(&self, more: u64, ordering: Ordering) -> u64 {
                let mut number = self.lock(ordering);
                *number += more;
                *number - more
            }

            fn lock(&self, ordering: Ordering) -> MutexGuard<'_, u64> {
                assert_eq!(ordering, Ordering::SeqCst, "no other is in the model");
                self.0.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
    }
}

/// `std::thread`, with threads that have a name in the story.
pub mod thread {
    use ::std::cell::RefCell;
    use ::std::io;
    use ::std::sync::{Arc, Mutex, PoisonError};

    pub use ::std::thread::{Result, panicking};
    pub use loom::thread::{Thread, ThreadId, current};

    use super::panic::{AssertUnwindSafe, catch_unwind};
    use crate::story;

    /// `std::thread::JoinHandle`
    pub struct JoinHandle<T> {
        thread: loom::thread::JoinHandle<Result<T>>,
    }

    impl<T> JoinHandle<T> {
        /// Waits until the thread has returned.
        ///
        /// # Errors
        ///
        /// When it has panicked.
        pub fn join(self) -> Result<T> {
            story::joins(self.thread.thread().name());
            self.thread.join().and_then(|ended| ended)
        }

        /// The thread itself.
        pub fn thread(&self) -> &Thread {
            self.thread.thread()
        }
    }

    /// `std::thread::Builder`
    pub struct Builder(loom::thread::Builder);

    impl Builder {
        /// A thread without a name.
        #[allow(clippy::new_without_default)]
        pub fn new() -> Builder {
            Builder(loom::thread::Builder::new())
        }

        /// Names it.
        pub fn name(self, name: String) -> Builder {
            Builder(self.0.name(name))
        }

        /// Starts it.
        ///
        /// # Errors
        ///
        /// None: a model's threads are never refused.
        pub fn spawn<T: Send + 'static>(
            self,
            body: impl FnOnce() -> T + Send + 'static,
        ) -> io::Result<JoinHandle<T>> {
            let thread = self.0.spawn(move || {
                let ended = catch_unwind(AssertUnwindSafe(body));
                story::returns(match ended {
                    Ok(_) => "returns",
                    Err(_) => "dies of a panic",
                });
                ended
            })?;
            Ok(JoinHandle { thread })
        }
    }

    /// Starts a thread with this name.
    pub fn spawn_named<T: Send + 'static>(
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let thread = Builder::new().name(name.to_owned());
        thread.spawn(body).expect("never refused")
    }

    /// `std::thread::spawn`. A lesson's threads are its workers.
    pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        spawn_named(&format!("worker {}", story::next_worker()), body)
    }

    /// `std::thread::Scope`. Its threads own what they use, as all threads of a model do:
    /// `build.rs` turns what a lesson lends to them into clones.
    #[derive(Default)]
    pub struct Scope {
        threads: RefCell<Vec<Running>>,
    }

    /// A thread of a scope, until it is joined.
    type Running = Arc<Mutex<Option<JoinHandle<()>>>>;

    /// `std::thread::ScopedJoinHandle`
    pub struct ScopedJoinHandle<T> {
        running: Running,
        output: Arc<Mutex<Option<T>>>,
    }

    /// `std::thread::scope`
    pub fn scope<T>(body: impl FnOnce(&Scope) -> T) -> T {
        let scope = Scope::default();
        let output = body(&scope);
        for thread in scope.threads.take() {
            join(&thread);
        }
        output
    }

    fn join(running: &Running) {
        let thread = running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            thread.join().expect("a panic would have ended the model");
        }
    }

    impl Scope {
        /// Starts a thread that the scope waits for.
        pub fn spawn<T: Send + 'static>(
            &self,
            body: impl FnOnce() -> T + Send + 'static,
        ) -> ScopedJoinHandle<T> {
            let output = Arc::new(Mutex::new(None));
            let place = Arc::clone(&output);
            let thread = spawn(move || {
                let output = body();
                *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(output);
            });
            let running = Arc::new(Mutex::new(Some(thread)));
            self.threads.borrow_mut().push(Arc::clone(&running));
            ScopedJoinHandle { running, output }
        }
    }

    impl<T> ScopedJoinHandle<T> {
        /// Waits until the thread has returned.
        ///
        /// # Errors
        ///
        /// None, as with [`JoinHandle::join`].
        pub fn join(self) -> Result<T> {
            join(&self.running);
            let output = self
                .output
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            Ok(output.expect("it has returned"))
        }
    }
}
