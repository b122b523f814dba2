// # A worker that is killed
//
// The queue is in another process, and it leases its jobs: if a worker says
// nothing about its job for the time of a lease, another worker gets the job.
// A worker can be killed at any moment. After that, none of its code runs.
//
// A job whose worker is killed must not be lost. And as long as its worker is
// well, nobody else may get the job, however long it takes.
//
// Lesson: cargo run -p machines
// Documentation: https://redis.io/docs/latest/commands/xack/

use classroom::{LeasedQueue, PieceWork};

fn worker(queue: &LeasedQueue, work: &PieceWork) {
    while let Some(job) = queue.take() {
        // TODO: Acknowledge the job at the right moment, and renew its lease
        // while it runs. The closure is called after each piece of the work: ten
        // times in the time of a lease.
        queue.acknowledge(job);
        work.run(job, || {});
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::thread;
use std::time::Duration;

use classroom::{RecordedWork, checks, run_checks, within};

checks![
    a_long_job_stays_in_one_hand,
    a_job_of_a_killed_worker_is_done_by_another_one,
    it_does_not_matter_which_job_it_is_nor_when_it_is_killed
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: no job is lost, and none is done twice");
}

/// Starts this many workers, and waits until the last one has returned that is not killed.
fn run_workers(workers: usize, killed: usize, queue: LeasedQueue, work: &PieceWork) {
    let (returned_tx, returned_rx) = crossbeam_channel::unbounded();
    for _ in 0..workers {
        let (queue, work, returned) = (queue.clone(), work.clone(), returned_tx.clone());
        thread::spawn(move || {
            worker(&queue, &work);
            let _ = returned.send(());
        });
    }
    let still = "still waiting for the workers that are well: some job is not acknowledged.\n\
                 Does nobody acknowledge it? Or does somebody renew the lease of a job\n\
                 whose worker is dead?";
    within(Duration::from_secs(6), still, move || {
        returned_rx.iter().take(workers - killed).for_each(drop);
    });
}

fn a_long_job_stays_in_one_hand() {
    // Job 1 takes three leases.
    for (job, pieces) in [(1, 30), (3, 15)] {
        let record = RecordedWork::new();
        let work = PieceWork::new(&record).long(job, pieces);
        run_workers(2, 0, LeasedQueue::new(4), &work);
        record.assert_each_once(4);
    }
}

/// Kills the worker of `job` after `after` of its 15 pieces.
fn kill(job: usize, after: usize) {
    let record = RecordedWork::new();
    let work = PieceWork::new(&record).long(job, 15).kill(job, after);
    run_workers(2, 1, LeasedQueue::new(4), &work);
    let started = record.started().iter().filter(|it| **it == job).count();
    assert!(
        started == 2,
        "job {job} is lost: its worker was killed, and nobody has done it again"
    );
    assert_eq!(record.ended(), 4, "how many of 4 jobs were done");
}

fn a_job_of_a_killed_worker_is_done_by_another_one() {
    kill(2, 0);
}

fn it_does_not_matter_which_job_it_is_nor_when_it_is_killed() {
    kill(1, 1);
    kill(4, 14);
}
