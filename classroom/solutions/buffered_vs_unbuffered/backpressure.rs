// # Ten thousand photos
//
// A bounded queue makes `send` wait while it is full. That is backpressure: the
// submitter slows down to the speed of the workers. Now the photos in memory
// are at most one for each worker, those in the queue, and one that waits to
// get in.

use std::thread;

use classroom::{LIMIT, RecordedWork, SOON, within_limit};
use crossbeam_channel::{bounded, unbounded};

fn run_all(workers: usize, room: usize, photos: impl Iterator<Item = usize>, work: &RecordedWork) {
    let (jobs_tx, jobs_rx) = bounded(room);
    thread::scope(|scope| {
        for _ in 0..workers {
            let jobs = jobs_rx.clone();
            scope.spawn(move || {
                for photo in jobs {
                    work.run(photo);
                }
            });
        }
        for photo in photos {
            jobs_tx.send(photo).expect("we hold a receiver too");
        }
        drop(jobs_tx);
    });
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    a_full_queue_makes_the_reader_wait,
    also_when_it_has_no_room_at_all
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 100 photos, and never more than 9 of them in memory");
}

/// Starts the workers, and counts the photos that are read before one is done.
fn check(workers: usize, room: usize) {
    let work = RecordedWork::new().hold_from(1);
    let (read_tx, read_rx) = unbounded();
    let photos = (1..=100).inspect(move |_| read_tx.send(()).expect("we hold its receiver"));
    let watched = work.clone();
    let pool = thread::spawn(move || run_all(workers, room, photos, &watched));

    let max = workers + room + 1;
    let full =
        format!("{workers} with the workers, {room} in the queue, and 1 that waits to get in");
    for read in 0..max {
        let next = read_rx.recv_timeout(LIMIT);
        assert!(
            next.is_ok(),
            "reading stopped after photo {read}, but {max} may be in memory:\n{full}"
        );
    }
    // Time to read one photo too many.
    let next = read_rx.recv_timeout(SOON);
    assert!(
        next.is_err(),
        "reading went on after photo {max}, but only {max} may be in memory:\n{full}"
    );

    work.let_go();
    let done = within_limit("still waiting for the workers", move || pool.join());
    assert!(done.is_ok(), "a worker panicked");
    work.assert_each_once(100);
    work.assert_pool_of(workers);
}

fn a_full_queue_makes_the_reader_wait() {
    check(3, 5);
}

fn also_when_it_has_no_room_at_all() {
    check(2, 0);
}
