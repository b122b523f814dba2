// # Dealt like cards
//
// Each job gets its worker in advance, the way cards are dealt. With three
// workers, worker 0 gets jobs 3, 6 and 9, worker 1 gets jobs 1, 4 and 7, and
// worker 2 gets the rest. That looks fair. But job 1 takes long. Jobs 4 and 7
// wait for it, while the other workers have nothing to do.
//
// Lesson: cargo run -p worker-pools --bin basic

use std::thread;

use classroom::RecordedWork;
use crossbeam_channel::bounded;

// TODO: Do not deal out the jobs. Put all of them into one queue, and let each
// worker take the next job when it is free.
fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
    thread::scope(|scope| {
        for id in 0..workers {
            let mine = (1..=jobs).filter(move |job| job % workers == id);
            scope.spawn(move || {
                for job in mine {
                    work.run(job);
                }
            });
        }
    });
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![nobody_waits_for_the_first_job, nobody_waits_for_another_one];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: while one worker did job 1, the others did the other 8");
}

fn nobody_waits_for_the_first_job() {
    let work = RecordedWork::new().together(3).last(1, 9);
    let still = "still waiting: who takes jobs from the queue, and who closes it?";
    work.within_limit(still, |work| run_all(3, 9, work));
    work.assert_each_once(9);
    work.assert_pool_of(3);
    work.assert_nobody_waited_for(1);
}

fn nobody_waits_for_another_one() {
    let work = RecordedWork::new().together(2).last(3, 8);
    work.within_limit("still waiting for the workers", |work| run_all(2, 8, work));
    work.assert_each_once(8);
    work.assert_pool_of(2);
    work.assert_nobody_waited_for(3);
}
