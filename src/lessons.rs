//! The list of the lessons, in reading order. `cargo run` prints it; tests
//! compare the README, the programs, the book and the exercises with it.

/// One lesson.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// The name of its program: `cargo run --bin NAME`.
    pub name: &'static str,
    /// The article, and the section that it mirrors.
    pub section: &'static str,
    /// What it shows, in one line.
    pub shows: &'static str,
}

/// The lesson after all others, in a package with this name:
/// `cargo run -p machines`.
pub const MACHINES: Lesson = Lesson {
    name: "machines",
    section: "beyond the articles",
    shows: "the same pool in many processes, fed by Redis Streams",
};

/// The lessons of this package, in reading order.
pub const LESSONS: [Lesson; 9] = [
    Lesson {
        name: "why_pools",
        section: "1, Why Worker Pools",
        shows: "one thread per job or a pool, for jobs that need a database",
    },
    Lesson {
        name: "basic",
        section: "1, Basic Worker Pool",
        shows: "one queue, many workers; closing the queue ends them",
    },
    Lesson {
        name: "context_cancel",
        section: "1, Worker Pool with Context",
        shows: "a cancel while jobs run, and why it takes two selects",
    },
    Lesson {
        name: "graceful_vs_emergency",
        section: "1, Graceful Shutdown",
        shows: "let the jobs finish or stop now; no job is forgotten",
    },
    Lesson {
        name: "struct_pool",
        section: "1, Struct-Based Worker Pool",
        shows: "the pool as a type, and what a panic does to it",
    },
    Lesson {
        name: "buffered_vs_unbuffered",
        section: "1, Buffered vs Unbuffered Job Channel",
        shows: "what room in the queue changes, and what it does not",
    },
    Lesson {
        name: "url_fetcher",
        section: "1, Practical Example: Concurrent URL Fetcher",
        shows: "real HTTP and HTTPS, with a deadline that holds",
    },
    Lesson {
        name: "production_pool",
        section: "2, all of it",
        shows: "a service: bursts, panics, metrics, three ways to stop",
    },
    Lesson {
        name: "how_many_workers",
        section: "2, \"add workers\"",
        shows: "a pool's size: by formula, by simulation, and measured",
    },
];
