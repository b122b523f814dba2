// # Come back later
//
// A service must not wait: while `submit` waits for room in the queue, nobody
// reads the next request. `submit` should say at once that the queue is full.
// And it should hand the job back: the caller may want to try again, and has no
// other copy of it.
//
// Lesson: cargo run -p worker-pools --bin production_pool

use classroom::within_limit;
use crossbeam_channel::{Receiver, Sender, bounded};

struct Pool {
    jobs: Sender<String>,
}

impl Pool {
    /// Queues the job. Hands it back if the queue is full or the workers are
    /// gone. Never waits.
    fn submit(&self, job: String) -> Result<(), String> {
        // TODO: This waits, and it panics when the workers are gone.
        self.jobs.send(job).expect("the workers are there");
        Ok(())
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    a_full_queue_hands_the_job_back,
    a_job_is_handed_back_when_the_workers_are_gone,
    there_is_room_again_when_a_job_was_taken
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 2 jobs queued, 9,998 handed back");
}

/// A pool without workers: the checks read its queue.
fn pool(room: usize) -> (Pool, Receiver<String>) {
    let (jobs, queue) = bounded(room);
    (Pool { jobs }, queue)
}

fn a_full_queue_hands_the_job_back() {
    let (pool, queue) = pool(2);
    let still = "still waiting for `submit`, which waits for room in the queue";
    let answers = within_limit(still, move || {
        let jobs = (1..=10_000).map(|job| format!("job {job}"));
        jobs.map(|job| (pool.submit(job.clone()), job))
            .collect::<Vec<_>>()
    });
    for (answer, job) in &answers[..2] {
        assert_eq!(*answer, Ok(()), "{job}: the queue has room for two jobs");
    }
    for (answer, job) in &answers[2..] {
        assert_eq!(
            *answer,
            Err(job.clone()),
            "{job}: the queue was full, so `submit` should hand the job back"
        );
    }
    let queued: Vec<String> = queue.try_iter().collect();
    assert_eq!(queued, ["job 1", "job 2"], "the jobs in the queue");
}

fn a_job_is_handed_back_when_the_workers_are_gone() {
    let (pool, queue) = pool(2);
    drop(queue);
    let answer = within_limit("still waiting for `submit`", move || {
        pool.submit("late".to_string())
    });
    assert_eq!(
        answer,
        Err("late".to_string()),
        "the workers are gone, so `submit` should hand the job back"
    );
}

fn there_is_room_again_when_a_job_was_taken() {
    let (pool, queue) = pool(1);
    let answers = within_limit("still waiting for `submit`", move || {
        let [one, two] = ["one", "two"].map(|job| pool.submit(job.to_string()));
        let _ = queue.try_recv();
        [one, two, pool.submit("three".to_string())]
    });
    let expected = [Ok(()), Err("two".to_string()), Ok(())];
    assert_eq!(
        answers, expected,
        "one is queued, two finds no room, one is taken, three is queued"
    );
}
