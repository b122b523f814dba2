// # At most three at a time
//
// Every job needs a connection, and the database takes three. Here, every job is started at once,
// each on a thread of its own. That is fine for three jobs.
//
// Lesson: cargo run -p worker-pools --bin why_pools

use std::thread;

use classroom::Work;
use crossbeam_channel::bounded;

// TODO: Start only as many threads as there are workers. Each of them takes one job after the
// other from the same queue, until the queue is closed.
fn run_all(workers: usize, jobs: usize, work: &Work) {
    thread::scope(|scope| {
        for job in 1..=jobs {
            scope.spawn(move || work.run(job));
        }
    });
}

// ---- The checks. Nothing to change below this line. ------------------------------------

fn main() {
    let work = Work::new().together(3);
    work.within_limit(
        "still waiting for the workers: who closes the queue?",
        |work| run_all(3, 12, work),
    );
    work.assert_each_once(12);
    work.assert_pool_of(3);
    println!("12 jobs, never more than 3 at a time");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_workers() {
        main();
    }

    #[test]
    fn more_workers_than_jobs() {
        let work = Work::new();
        work.within_limit("still waiting for 5 workers that have 2 jobs", |work| {
            run_all(5, 2, work)
        });
        work.assert_each_once(2);
    }
}
