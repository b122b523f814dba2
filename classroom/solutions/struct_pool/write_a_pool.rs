// # A pool of your own
//
// No two closures have the same type, but a channel has one type for all its
// values. That is why a job goes into a box. `shutdown` takes the pool by
// value, so nobody can submit to it afterwards. In Go that would be a panic; in
// Rust it does not compile.

use std::thread::{self, JoinHandle};

use classroom::{LIMIT, RecordedWork, SOON, within, within_limit};
use crossbeam_channel::{Sender, bounded};

type Job = Box<dyn FnOnce() + Send>;

struct Pool {
    jobs: Sender<Job>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `workers` workers, and a queue with room for two jobs per worker.
    fn new(workers: usize) -> Pool {
        let (jobs_tx, jobs_rx) = bounded::<Job>(workers * 2);
        let workers = (0..workers).map(|_| {
            let jobs = jobs_rx.clone();
            thread::spawn(move || {
                for job in jobs {
                    job();
                }
            })
        });
        Pool {
            jobs: jobs_tx,
            workers: workers.collect(),
        }
    }

    /// Queues the job. Waits while the queue is full, but not until the job is
    /// done.
    fn submit(&self, job: impl FnOnce() + Send + 'static) {
        let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");
    }

    /// Returns when all jobs are done and all workers have returned.
    fn shutdown(self) {
        drop(self.jobs);
        for worker in self.workers {
            worker.join().expect("no job panics");
        }
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    a_pool_of_three,
    an_idle_pool_is_shut_down,
    submit_does_not_wait_for_the_job,
    submit_waits_while_the_queue_is_full
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 3 workers did 12 jobs before `shutdown` returned");
}

fn submit(pool: &Pool, work: &RecordedWork, job: usize) {
    let work = work.clone();
    pool.submit(move || {
        work.run(job);
    });
}

fn a_pool_of_three() {
    let work = RecordedWork::new().together(3).slow(12);
    let pool = within_limit("still waiting for `new`", || Pool::new(3));
    let pool = work.within_limit("still waiting for `submit`: who takes the jobs?", |work| {
        for job in 1..=12 {
            submit(&pool, work, job);
        }
        pool
    });
    within_limit(
        "still waiting for `shutdown`: who closes the queue?",
        || pool.shutdown(),
    );
    assert_eq!(work.ended(), 12, "jobs done when `shutdown` returned");
    work.assert_each_once(12);
    work.assert_pool_of(3);
}

fn an_idle_pool_is_shut_down() {
    let still = "still waiting for `shutdown`, although there were no jobs: who closes the queue?";
    within(SOON, still, || Pool::new(3).shutdown());
}

fn submit_does_not_wait_for_the_job() {
    let work = RecordedWork::new().hold_from(1);
    let pool = within_limit("still waiting for `new`", || Pool::new(2));
    let pool = work.within_limit(
        "still waiting for `submit`: does it wait until the job is done?",
        |work| {
            for job in 1..=4 {
                submit(&pool, work, job);
            }
            pool
        },
    );
    work.let_go();
    within_limit("still waiting for `shutdown`", || pool.shutdown());
    work.assert_each_once(4);
}

fn submit_waits_while_the_queue_is_full() {
    let work = RecordedWork::new().hold_from(1);
    let (submitted_tx, submitted_rx) = bounded(100);
    let watched = work.clone();
    let submitter = thread::spawn(move || {
        let pool = Pool::new(2);
        for job in 1..=20 {
            submit(&pool, &watched, job);
            submitted_tx.send(job).unwrap();
        }
        pool.shutdown();
    });
    let full = "2 workers have one each, and 4 fit into the queue";
    for submitted in 0..6 {
        let next = submitted_rx.recv_timeout(LIMIT);
        assert!(next.is_ok(), "only {submitted} jobs were submitted: {full}");
    }
    // Time to submit one job too many.
    let next = submitted_rx.recv_timeout(LIMIT / 10);
    assert!(next.is_err(), "7 jobs were submitted: {full}");
    work.let_go();
    within_limit("still waiting for the pool", move || {
        submitter.join().unwrap()
    });
    work.assert_each_once(20);
}
