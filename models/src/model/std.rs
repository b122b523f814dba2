//! The parts of std that the lessons use, with loom's threads and locks.

pub use ::std::{any, convert, error, fmt, io, mem, time};

/// `std::panic`. A job's panic is part of the model. Any other panic means that the model has
/// failed, so nothing here catches it.
pub mod panic {
    use ::std::any::Any;
    use ::std::cell::Cell;
    use ::std::panic::UnwindSafe;
    use ::std::thread::{Result, panicking};

    pub use ::std::panic::AssertUnwindSafe;

    thread_local!(static UNWINDING: Cell<usize> = const { Cell::new(0) });

    /// The payload of a job's panic.
    struct JobPanics;

    /// Panics as a job does.
    pub fn job_panics() -> ! {
        resume_unwind(Box::new(JobPanics))
    }

    /// Whether this is the payload of a job's panic.
    pub fn is_of_job(payload: &(dyn Any + Send)) -> bool {
        payload.is::<JobPanics>()
    }

    /// `std::panic::catch_unwind`, but only for the panics of jobs.
    ///
    /// # Errors
    ///
    /// Returns the payload when a job has panicked.
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

    /// Starts a new interleaving: forgets the last one.
    pub fn begin() {
        UNWINDING.set(0);
    }

    /// Whether the model has failed. loom then runs no more threads.
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

        /// `std::sync::atomic::AtomicU64`, with [`Ordering::SeqCst`] only. loom's own `AtomicU64`
        /// does not keep to that ordering: it may read an old number.
        #[derive(Default)]
        pub struct AtomicU64(Mutex<u64>);

        impl AtomicU64 {
            /// Starts with this number.
            pub fn new(number: u64) -> AtomicU64 {
                AtomicU64(Mutex::new(number))
            }

            /// Writes the number.
            pub fn store(&self, number: u64, ordering: Ordering) {
                *self.lock(ordering) = number;
            }

            /// Reads the number.
            pub fn load(&self, ordering: Ordering) -> u64 {
                *self.lock(ordering)
            }

            /// Adds to the number, and returns the old one.
            pub fn fetch_add(&self, more: u64, ordering: Ordering) -> u64 {
                let mut number = self.lock(ordering);
                *number += more;
                *number - more
            }

            fn lock(&self, ordering: Ordering) -> MutexGuard<'_, u64> {
                assert_eq!(
                    ordering,
                    Ordering::SeqCst,
                    "the model knows no other ordering"
                );
                self.0.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
    }
}

/// `std::thread`. Its threads have names, for the story.
pub mod thread {
    use ::std::cell::RefCell;
    use ::std::io;
    use ::std::sync::{Arc, Mutex, PoisonError};

    pub use ::std::thread::{Result, panicking};
    pub use loom::thread::{Thread, ThreadId, current, yield_now};

    use super::panic::{AssertUnwindSafe, catch_unwind};
    use crate::story;

    /// `std::thread::JoinHandle`
    pub struct JoinHandle<T> {
        thread: loom::thread::JoinHandle<Result<T>>,
    }

    impl<T> JoinHandle<T> {
        /// Waits for the thread to return.
        ///
        /// # Errors
        ///
        /// Returns the payload when the thread has panicked.
        pub fn join(self) -> Result<T> {
            story::joins(self.thread.thread().name());
            self.thread.join().and_then(|ended| ended)
        }

        /// The thread that this handle belongs to.
        pub fn thread(&self) -> &Thread {
            self.thread.thread()
        }
    }

    /// `std::thread::Builder`
    pub struct Builder(loom::thread::Builder);

    impl Builder {
        /// Builds a thread without a name.
        #[allow(clippy::new_without_default)]
        pub fn new() -> Builder {
            Builder(loom::thread::Builder::new())
        }

        /// Names the thread.
        pub fn name(self, name: String) -> Builder {
            Builder(self.0.name(name))
        }

        /// Starts the thread.
        ///
        /// # Errors
        ///
        /// None: a model can always start a thread.
        pub fn spawn<T: Send + 'static>(
            self,
            body: impl FnOnce() -> T + Send + 'static,
        ) -> io::Result<JoinHandle<T>> {
            let thread = self.0.spawn(move || {
                let ended = catch_unwind(AssertUnwindSafe(body));
                story::returns(match ended {
                    Ok(_) => "returns",
                    Err(_) => "dies of the panic",
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
        thread
            .spawn(body)
            .expect("a model can always start a thread")
    }

    /// `std::thread::spawn`. The threads that a lesson starts are its workers.
    pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        spawn_named(&format!("worker {}", story::next_worker()), body)
    }

    /// `std::thread::Scope`. Its threads own what they use, as all threads of a model do: where a
    /// lesson lends something to them, `build.rs` gives them a clone.
    #[derive(Default)]
    pub struct Scope {
        threads: RefCell<Vec<Running>>,
    }

    /// A thread of a scope, until someone joins it.
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
            thread.join().expect("a panic ends the model");
        }
    }

    impl Scope {
        /// Starts a thread. The scope waits for it.
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
        /// Waits for the thread to return.
        ///
        /// # Errors
        ///
        /// None: if a thread of a scope panics, the model ends.
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
