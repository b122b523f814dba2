// # Dealt like cards
//
// The jobs are dealt out beforehand: with three workers, worker 0 gets jobs 3, 6 and 9, worker 1
// gets 1, 4, 7, and so on. That looks fair. But job 1 takes long, and jobs 4 and 7 wait for it,
// while the other workers have nothing to do.
//
// Lesson: cargo run -p worker-pools --bin basic

use std::thread;

use classroom::RecordedWork;
use crossbeam_channel::bounded;

// TODO: Nobody deals. Put all jobs into one queue, and let whoever is free take the next.
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

// ---- The checks. Nothing to change below this line. ------------------------------------

fn main() {
    let work = RecordedWork::new().together(3).last(1, 9);
    let still = "still waiting: who takes the jobs out of the queue, and who closes it?";
    work.within_limit(still, |work| run_all(3, 9, work));
    work.assert_each_once(9);
    work.assert_pool_of(3);
    work.assert_nobody_waited_for(1);
    println!("while one worker did job 1, the others did the other 8");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_the_first_job() {
        main();
    }

    #[test]
    fn nobody_waits_for_another_one() {
        let work = RecordedWork::new().together(2).last(3, 8);
        work.within_limit("still waiting for the workers", |work| run_all(2, 8, work));
        work.assert_each_once(8);
        work.assert_pool_of(2);
        work.assert_nobody_waited_for(3);
    }
}
