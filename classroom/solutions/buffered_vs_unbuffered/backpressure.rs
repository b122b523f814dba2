// # Ten thousand photos
//
// A bounded queue makes `send` wait while it is full. That is backpressure: the
// submitter slows down to the speed of the workers. Now the photos in memory
// are at most one for each worker, those in the queue, and one that waits to
// get in.
//
// Two answers that look right: LOOKS_RIGHT.md, backpressure

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

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use classroom::{LONG, assert_takes_no_time, checks, run_checks};

checks![
    a_full_queue_makes_the_reader_wait,
    also_when_it_has_no_room_at_all,
    other_numbers,
    no_photos,
    nobody_waits_for_a_slow_photo;
    patient: the_reader_waits_as_long_as_it_takes, photos_that_come_slowly
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 100 photos, and never more than 9 of them in memory");
}

/// Starts the workers, and counts the photos that are read before one is done.
/// After this pause the workers go on, and the limit must still hold.
fn check(workers: usize, room: usize, pause: Duration) {
    let work = RecordedWork::new().hold_from(1);
    // Not `unbounded` from the top of the file: you may delete it there.
    let (read_tx, read_rx) = crossbeam_channel::unbounded();
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, most_so_far) = (work.clone(), Arc::clone(&most));
    let photos = (1..=100).inspect(move |photo| {
        let in_memory = photo - counted.ended();
        most_so_far.fetch_max(in_memory, Ordering::Relaxed);
        let _ = read_tx.send(());
    });
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
    work.will_be_held(workers);
    // Time to read one photo too many.
    let next = read_rx.recv_timeout(pause);
    assert!(
        next.is_err(),
        "reading went on after photo {max}, but only {max} may be in memory:\n{full}"
    );

    work.let_go();
    let done = within_limit("still waiting for the workers", move || pool.join());
    assert!(done.is_ok(), "a worker panicked");
    work.assert_each_once(100);
    work.assert_pool_of(workers);
    let most = most.load(Ordering::Relaxed);
    assert!(
        most <= max,
        "later, {most} photos were in memory at the same time, but only {max} may be:\n{full}"
    );
}

fn a_full_queue_makes_the_reader_wait() {
    check(3, 5, SOON);
}

fn also_when_it_has_no_room_at_all() {
    check(2, 0, SOON / 4);
}

fn other_numbers() {
    check(1, 1, SOON / 4);
    check(4, 20, SOON / 4);
}

fn no_photos() {
    assert_takes_no_time("days without photos should take no time", || {
        run_all(2, 3, iter::empty(), &RecordedWork::new());
    });
}

fn nobody_waits_for_a_slow_photo() {
    let work = RecordedWork::new().meet(3).last([1, 2], 40);
    work.within_limit("still waiting for the workers", |work| {
        run_all(3, 5, 1..=40, work)
    });
    work.assert_pool_of(3);
    work.assert_nobody_waited();
    work.assert_each_once(40);
}

fn the_reader_waits_as_long_as_it_takes() {
    check(2, 3, LONG);
}

fn photos_that_come_slowly() {
    let work = RecordedWork::new();
    work.within(LONG + LIMIT, "still waiting for the workers", |work| {
        run_all(3, 5, work.bursts(3, 6, LONG), work)
    });
    work.assert_bursts_done(6);
    work.assert_each_once(6);
}
