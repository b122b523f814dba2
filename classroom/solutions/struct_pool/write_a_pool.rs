// # A pool of your own
//
// No two closures have the same type, but a channel has one type for all its
// values. That is why a job goes into a box. `shutdown` takes the pool by
// value, so nobody can submit to it afterwards. In Go that would be a panic; in
// Rust it does not compile.
//
// Two answers that look right: LOOKS_RIGHT.md, write_a_pool

use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, bounded};

type Job = Box<dyn FnOnce() + Send>;

struct Pool {
    jobs: Sender<Job>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `workers` workers, and a queue with room for `workers * 2` jobs.
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

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use classroom::{LIMIT, LONG, RecordedWork, SOON, checks, run_checks, within_limit};
use crossbeam_channel::Receiver;

checks![
    a_pool_of_three,
    an_idle_pool_is_shut_down,
    other_sizes,
    submit_waits_only_while_the_queue_is_full,
    shutdown_waits_for_all_workers;
    patient: nobody_gives_up
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: every job is done before `shutdown` returns");
}

fn new(workers: usize) -> Pool {
    within_limit("still waiting for `new`", move || Pool::new(workers))
}

fn submit(pool: &Pool, work: &RecordedWork, job: usize) {
    let work = work.clone();
    pool.submit(move || {
        work.run(job);
    });
}

/// Checks that jobs 1 to `jobs` are done when `shutdown` returns.
fn shut_down(pool: Pool, work: &RecordedWork, jobs: usize) {
    within_limit(
        "still waiting for `shutdown`: who closes the queue?",
        || pool.shutdown(),
    );
    let ended = work.ended();
    if ended < jobs && work.will_end(jobs) {
        panic!(
            "`shutdown` returned when {ended} of {jobs} jobs were done: \
             does it wait for all workers?"
        );
    }
    let started = work.started();
    if let Some(lost) = (1..=jobs).find(|job| !started.contains(job)) {
        panic!("job {lost} was submitted, but never done: did `submit` throw it away?");
    }
    work.assert_each_once(jobs);
}

fn a_pool_of_three() {
    check_pool(3, 12);
}

fn other_sizes() {
    check_pool(1, 4);
    check_pool(5, 20);
}

/// The last job is long.
fn check_pool(workers: usize, jobs: usize) {
    let work = RecordedWork::new().together(workers).hold_from(jobs);
    let pool = new(workers);
    let still = "still waiting for `submit`: who takes the jobs out of the queue? \
                 Or does it wait until the job is done?";
    let pool = work.within_limit(still, move |work| {
        for job in 1..=jobs {
            submit(&pool, work, job);
        }
        pool
    });
    work.let_go_after(SOON / 10);
    shut_down(pool, &work, jobs);
    work.assert_pool_of(workers);
}

fn an_idle_pool_is_shut_down() {
    let still = "still waiting for `shutdown`, although there were no jobs: who closes the queue?";
    within_limit(still, || Pool::new(3).shutdown());
}

/// Submits jobs on another thread. The channel says which ones `submit` has
/// accepted.
fn submitter(
    pool: Pool,
    work: &RecordedWork,
    jobs: impl Iterator<Item = usize> + Send + 'static,
) -> (JoinHandle<Pool>, Receiver<usize>) {
    let (accepted_tx, accepted_rx) = bounded(100);
    let work = work.clone();
    let submitter = thread::spawn(move || {
        for job in jobs {
            submit(&pool, &work, job);
            accepted_tx.send(job).expect("there is room for all jobs");
        }
        pool
    });
    (submitter, accepted_rx)
}

fn submit_waits_only_while_the_queue_is_full() {
    for workers in [1, 3] {
        let work = RecordedWork::new().hold_from(1);
        let (room, jobs) = (workers * 2, workers * 5);
        let (submitter, accepted) = submitter(new(workers), &work, 1..=jobs);
        let expected = workers + room;
        let mut count = 0;
        while count < expected && accepted.recv_timeout(SOON).is_ok() {
            count += 1;
        }
        // Time to accept one job too many.
        while accepted.recv_timeout(SOON / 4).is_ok() {
            count += 1;
        }
        assert!(
            count > 0,
            "still waiting for `submit`: does it wait until the job is done?"
        );
        assert!(
            count == expected,
            "`submit` accepted {count} jobs and not {expected}, while none was done: \
             `new({workers})`\nhas workers for {workers}, and a queue with room for {room}"
        );
        work.wait_for_held(workers); // so all of them are seen at the same time
        work.let_go();
        let still = "still waiting for `submit`, although there is room again";
        let pool = within_limit(still, || submitter.join());
        shut_down(pool.expect("`submit` does not panic"), &work, jobs);
        work.assert_pool_of(workers);
    }
}

/// Three pools of one worker: it has nothing to do; there is no room to submit;
/// and a long job runs during the shutdown. All wait for as long as it takes.
fn nobody_gives_up() {
    let work = RecordedWork::new().hold_from(3);
    let (idle, full, last) = (new(1), new(1), new(1));
    submit(&idle, &work, 1);
    submit(&last, &work, 7);
    let (submitter, accepted) = submitter(full, &work, 3..=6);
    let (returned_tx, returned_rx) = bounded(1);
    thread::spawn(move || {
        last.shutdown();
        let _ = returned_tx.send(());
    });

    thread::sleep(LONG);
    assert!(
        returned_rx.is_empty(),
        "`shutdown` gave up: it returned while job 7 was running"
    );
    let accepted = accepted.len();
    assert!(
        accepted == 3,
        "`submit` gave up: {accepted} of jobs 3 to 6 were accepted, but job 3 is running,\n\
         and the queue has room for 2"
    );
    let _ = catch_unwind(AssertUnwindSafe(|| submit(&idle, &work, 2)));
    assert!(
        work.will_end(2),
        "job 2 came after a long pause, and is not done: did the worker give up?"
    );
    work.let_go();
    let full = within_limit("still waiting for `submit`", || submitter.join());
    let _ = within_limit("still waiting for `shutdown`", move || returned_rx.recv());
    within_limit("still waiting for `shutdown`", || idle.shutdown());
    shut_down(full.expect("`submit` does not panic"), &work, 7);
}

fn shutdown_waits_for_all_workers() {
    // Chance decides which of the two workers has the long job.
    let start = Instant::now();
    for round in (0..30).take_while(|_| start.elapsed() < LIMIT) {
        let work = RecordedWork::new().meet(2).hold_from(2);
        let pool = new(2);
        for job in [1 + round % 2, 2 - round % 2] {
            submit(&pool, &work, job);
        }
        work.wait_for_ended(1);
        work.let_go_after(SOON / 40);
        shut_down(pool, &work, 2);
    }
}
