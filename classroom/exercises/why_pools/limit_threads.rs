// # At most three at a time
//
// Every job needs a connection, and the database takes three. Here, every job is started at once,
// each on a thread of its own. That is fine for three jobs.
//
// `bounded(n)` makes a channel with room for `n` values, and returns its two ends: a `Sender` and a
// `Receiver`. Clones of a receiver share one queue. `for job in receiver` takes one value after the
// other, waits while there is none, and ends when the channel is closed and empty. A channel is
// closed when its last sender is dropped.
//
// Lesson: cargo run -p worker-pools --bin why_pools

use std::thread;

use classroom::RecordedWork;
use crossbeam_channel::bounded;

// TODO: Start only as many threads as there are workers. Each of them takes one job after the
// other from the same queue, until the queue is closed.
fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
    thread::scope(|scope| {
        for job in 1..=jobs {
            scope.spawn(move || work.run(job));
        }
    });
}

// ---- The checks. Nothing to change below this line. ------------------------------------

fn main() {
    let work = RecordedWork::new().together(3);
    let still = "still waiting: who takes the jobs out of the queue, and who closes it?";
    work.within_limit(still, |work| run_all(3, 12, work));
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
    fn five_workers() {
        let work = RecordedWork::new().together(5);
        work.within_limit("still waiting for 5 workers", |work| run_all(5, 10, work));
        work.assert_each_once(10);
        work.assert_pool_of(5);
    }

    #[test]
    fn more_workers_than_jobs() {
        let work = RecordedWork::new();
        work.within_limit("still waiting for 5 workers with 2 jobs", |work| {
            run_all(5, 2, work)
        });
        work.assert_each_once(2);
    }
}
