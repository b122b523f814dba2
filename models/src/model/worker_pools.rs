//! Stand-ins for the lessons' own library: a context may end at any moment, and work takes no time.

pub use context::{Cancel, Context};
pub use work::Work;

pub use crate::{model_eprintln as eprintln, model_println as println};

/// `worker_pools::context`
pub mod context {
    use ::std::convert::Infallible;
    use ::std::sync::{Arc, OnceLock, PoisonError};
    use ::std::time::{Duration, Instant};

    use loom::sync::Mutex;

    use crate::model::crossbeam_channel::{FINDS_CLOSED, Receiver, Sender, alone, channel, never};
    use crate::model::std::panic::has_failed;
    use crate::model::std::thread::spawn_named;
    use crate::model::worker_pools::signal;
    use crate::story;

    /// A timeout that is longer than any run.
    pub const NEVER: Duration = Duration::MAX;

    /// `worker_pools::Context`
    #[derive(Clone)]
    pub struct Context {
        done: Receiver<Infallible>,
        end: Arc<End>,
    }

    /// `worker_pools::Cancel`
    #[derive(Clone)]
    pub struct Cancel {
        open: Arc<Open>,
    }

    struct Open {
        sender: Mutex<Option<Sender<Infallible>>>,
        end: Arc<End>,
    }

    /// How far a cancel has come. It takes more than one step.
    #[derive(Default)]
    struct End {
        done_at: OnceLock<Instant>,
        all_can_see_it: OnceLock<()>,
    }

    impl Context {
        /// A context that never ends.
        pub fn background() -> Context {
            Context {
                done: never(),
                end: Arc::default(),
            }
        }

        /// A context that lasts until it is cancelled.
        pub fn with_cancel() -> (Context, Cancel) {
            let (sender, done) = channel("done", Some(0));
            let end = Arc::default();
            let open = Arc::new(Open {
                sender: Mutex::new(Some(sender)),
                end: Arc::clone(&end),
            });
            (Context { done, end }, Cancel { open })
        }

        /// A context that is done from the start.
        pub fn ended() -> Context {
            let (sender, done) = channel("", Some(0));
            drop(sender);
            let end = Arc::new(End {
                done_at: Instant::now().into(),
                all_can_see_it: ().into(),
            });
            Context { done, end }
        }

        /// A context that may end at any moment, however long the timeout is. With [`NEVER`] it
        /// never ends.
        pub fn with_timeout(timeout: Duration) -> (Context, Cancel) {
            let (context, cancel) = Context::with_cancel();
            if timeout != NEVER {
                let timer = cancel.clone();
                spawn_named("timer", move || timer.cancel());
            }
            (context, cancel)
        }

        /// The channel that closes when the context is done.
        pub fn done(&self) -> &Receiver<Infallible> {
            // A thread asks for the channel because it is about to check it.
            self.note_check();
            &self.done
        }

        /// Whether the context is done.
        pub fn is_done(&self) -> bool {
            alone(|| {
                self.note_check();
                let is_done = self.done_at().is_some();
                if is_done {
                    self.done.tell(FINDS_CLOSED);
                }
                is_done
            })
        }

        fn note_check(&self) {
            story::checks(self.end.all_can_see_it.get().is_some());
        }

        /// When the context was done, if it is.
        pub fn done_at(&self) -> Option<Instant> {
            self.end.done_at.get().copied()
        }
    }

    impl Cancel {
        /// Ends the context.
        pub fn cancel(&self) {
            self.open.close();
        }

        /// Nobody presses Ctrl-C in a model.
        pub fn on_signal(&self, _: &signal::Signals) {}
    }

    impl Open {
        fn close(&self) {
            let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
            if sender.is_some() {
                alone(|| self.end.done_at.get_or_init(Instant::now));
                *sender = None;
                self.end.all_can_see_it.get_or_init(|| ());
                story::cancelled();
            }
        }
    }

    impl Drop for Open {
        fn drop(&mut self) {
            if !has_failed() {
                self.close();
            }
        }
    }
}

/// `worker_pools::signal`
pub mod signal {
    /// The channel of signals, on which nothing arrives.
    pub struct Signals;

    /// The channel.
    pub fn notify() -> Signals {
        Signals
    }
}

/// `worker_pools::work`
pub mod work {
    use ::std::time::Instant;

    use timeline::Ending;

    use super::context::Context;
    use crate::story;

    /// `worker_pools::Work`. It takes no time, but other threads may run before it ends.
    #[derive(Clone)]
    pub struct Work;

    /// `worker_pools::work::Interrupted`
    pub struct Interrupted;

    /// `timeline::Timeline`. Here it records nothing.
    pub struct Timeline;

    impl Work {
        /// Runs a job.
        pub fn run(&self, _worker: usize, job: usize) {
            story::starts(job);
            story::yields();
        }

        /// Runs a job, and gives up if the context is done.
        ///
        /// # Errors
        ///
        /// Returns [`Interrupted`] when it gave up.
        pub fn run_with(
            &self,
            context: &Context,
            worker: usize,
            job: usize,
        ) -> Result<(), Interrupted> {
            self.run(worker, job);
            match context.is_done() {
                true => Err(Interrupted),
                false => Ok(()),
            }
        }

        /// The timeline of this work.
        pub fn timeline(&self) -> Timeline {
            Timeline
        }
    }

    impl Timeline {
        /// Records nothing.
        pub fn mark(&self, _: &str, _: Option<Instant>) {}

        /// Records nothing.
        pub fn ended_as(&self, _: usize, _: Ending) {}
    }
}

/// `worker_pools::cli`
pub mod cli {
    use ::std::cell::Cell;
    use ::std::iter::once;
    use ::std::thread;
    use ::std::time::Duration;

    use clap::builder::{StringValueParser, TypedValueParser};
    use clap::{Args, Parser};

    use super::context::NEVER;
    use super::signal::{self, Signals};
    use super::work::Work;

    thread_local!(static FLAGS: Cell<&'static str> = const { Cell::new("") });

    /// Sets the flags for the next lesson on this thread.
    pub fn set_flags(flags: &'static str) {
        FLAGS.set(flags);
    }

    /// `worker_pools::cli::CommonFlags`
    #[derive(Args)]
    pub struct CommonFlags {
        /// Workers in the pool
        #[arg(long)]
        pub workers: usize,

        /// Jobs to submit
        #[arg(long)]
        pub jobs: usize,

        /// Without effect in a model
        #[arg(long, default_value = "0")]
        pub work_ms: u64,
    }

    /// `worker_pools::cli::Parse`
    pub trait Parse: Parser + Send {
        /// The flags that [`set_flags`] has set for the lesson.
        fn parse() -> Self {
            let flags = once("lesson").chain(FLAGS.get().split_whitespace());
            // On a thread of the operating system, because those of a model have small stacks.
            let parse = || Self::parse_from(flags);
            thread::scope(|scope| scope.spawn(parse).join().expect("the flags are valid"))
        }
    }

    impl<Flags: Parser + Send> Parse for Flags {}

    /// A model has no time: only "never" differs from the other values.
    pub fn millis() -> impl TypedValueParser<Value = Duration> {
        StringValueParser::new().map(|text| match &*text {
            "never" => NEVER,
            _ => Duration::ZERO,
        })
    }

    impl CommonFlags {
        /// The work that these flags ask for.
        pub fn work(&self) -> Work {
            Work
        }

        /// The same; a model has no picture, where the workers' numbers matter.
        pub fn work_from(&self, _: usize) -> Work {
            Work
        }

        /// Nobody presses Ctrl-C in a model.
        pub fn draw_on_signal(&self, _: &Work) -> Signals {
            signal::notify()
        }

        /// Draws nothing.
        pub fn draw(&self, _: &Work) {}

        /// Draws nothing.
        pub fn draw_runs<Name>(&self, _: &[(Name, Work)]) {}
    }
}

/// `println!`, but it prints into the story.
#[macro_export]
macro_rules! model_println {
    ($($arg:tt)+) => { $crate::story::print(format_args!($($arg)+)) };
}

/// `eprintln!`, but it prints nothing.
#[macro_export]
macro_rules! model_eprintln {
    ($($arg:tt)+) => {{ let _ = format_args!($($arg)+); }};
}
