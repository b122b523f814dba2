// # Come back later
//
// A service must not wait: while `submit` waits for room in the queue, nobody
// reads the next request. `submit` should say at once that the queue is full.
// And it should hand the job back: the caller may want to try again, and has no
// other copy of it.
//
// Lesson: cargo run -p worker-pools --bin production_pool
// https://docs.rs/crossbeam-channel/0.5/crossbeam_channel/struct.Sender.html

use crossbeam_channel::Sender;

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

use std::thread;
use std::time::{Duration, Instant};

use classroom::{LIMIT, checks, run_checks, within_limit};
use crossbeam_channel::{Receiver, bounded};

checks![
    a_full_queue_hands_the_job_back,
    a_job_is_handed_back_when_the_workers_are_gone,
    there_is_room_again_when_a_job_was_taken,
    submit_never_waits,
    from_hand_to_hand
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: `submit` never waits, and no job is lost");
}

const STILL: &str = "still waiting for `submit`, which waits for room in the queue";

/// A pool without workers: the checks read its queue.
fn pool(room: usize) -> (Pool, Receiver<String>) {
    let (jobs, queue) = bounded(room);
    (Pool { jobs }, queue)
}

fn a_full_queue_hands_the_job_back() {
    for room in [2, 1, 5] {
        let (pool, queue) = pool(room);
        let jobs: Vec<String> = (1..=8).map(|job| format!("job {job}")).collect();
        let submitted = jobs.clone();
        let answers = within_limit(STILL, move || {
            let answers = submitted.into_iter().map(|job| pool.submit(job));
            answers.collect::<Vec<_>>()
        });
        for (number, (answer, job)) in (1..).zip(answers.iter().zip(&jobs)) {
            let right = if number <= room {
                Ok(())
            } else {
                Err(job.clone())
            };
            let why = if number <= room {
                "the queue has room for it"
            } else {
                "the queue is full, so `submit` should hand the job back"
            };
            assert!(
                *answer == right,
                "{job}, with room for {room}: {why}, but it returned {answer:?}"
            );
        }
        let queued: Vec<String> = queue.try_iter().collect();
        assert_eq!(queued, jobs[..room], "the jobs in the queue");
    }
}

fn a_job_is_handed_back_when_the_workers_are_gone() {
    for queued in [0, 1, 2] {
        let (pool, queue) = pool(2);
        let answer = within_limit(STILL, move || {
            for job in 0..queued {
                let _ = pool.submit(format!("early {job}"));
            }
            drop(queue);
            pool.submit("late".to_string())
        });
        assert!(
            answer == Err("late".to_string()),
            "the workers are gone, so `submit` should hand the job back: it returned {answer:?}"
        );
    }
}

fn there_is_room_again_when_a_job_was_taken() {
    let (pool, queue) = pool(1);
    let answers = within_limit(STILL, move || {
        let jobs = ["one", "two", "three", "four", "five"].map(str::to_string);
        jobs.map(|job| {
            if job != "two" {
                let _ = queue.try_recv();
            }
            pool.submit(job)
        })
    });
    let right = [Ok(()), Err("two".to_string()), Ok(()), Ok(()), Ok(())];
    assert!(
        answers == right,
        "only job two finds no room, and before the others a job is taken:\n{answers:?}"
    );
}

/// Again and again, because on a busy machine every answer waits now and then.
fn submit_never_waits() {
    const JOBS: usize = 50;
    let (pool, queue) = pool(2);
    let (handed_back, fastest) = within_limit(STILL, move || {
        let mut handed_back = 0;
        let times = (0..200).map(|_| {
            let start = Instant::now();
            let jobs = (0..JOBS).map(|_| pool.submit("job".to_string()));
            handed_back += jobs.filter(Result::is_err).count();
            start.elapsed()
        });
        let fastest = times.min().expect("200 times");
        (handed_back, fastest)
    });
    assert!(
        handed_back == 9_998,
        "10,000 jobs, and room for 2: {handed_back} were handed back"
    );
    assert!(
        fastest < Duration::from_millis(5),
        "{JOBS} jobs for a full queue took {fastest:.1?} at best: \
         does `submit` wait for room in the queue?"
    );
    drop(queue);
}

/// Without room in the queue, `submit` can hand a job to a worker that waits for
/// one.
fn from_hand_to_hand() {
    let (pool, queue) = pool(0);
    let answer = within_limit(STILL, {
        let job = "nobody waits".to_string();
        move || (pool.submit(job), pool)
    });
    let (answer, pool) = answer;
    assert!(
        answer == Err("nobody waits".to_string()),
        "no room, and no worker waits for a job: `submit` should hand the job back"
    );
    let taken = thread::spawn(move || queue.recv());
    // Again and again, because nobody knows when the worker begins to wait.
    let accepted = within_limit(STILL, move || {
        let end = Instant::now() + LIMIT / 2;
        while Instant::now() < end {
            if pool.submit("hot".to_string()).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(1));
        }
        false
    });
    assert!(
        accepted,
        "a queue without room, and a worker waits for a job: `submit` should hand it\n\
         over, although `is_full` says that the queue is full"
    );
    let taken = within_limit("still waiting for the worker", || taken.join());
    assert_eq!(taken.expect("it does not panic"), Ok("hot".to_string()));
}
