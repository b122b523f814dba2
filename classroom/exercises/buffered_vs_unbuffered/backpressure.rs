// # Ten thousand photos
//
// Photos are read from the disk, fast, and made smaller by three workers, slowly. Every photo that
// waits is in memory. The queue has room for all of them, and soon the memory has not.
//
// Lesson: cargo run -p worker-pools --bin buffered_vs_unbuffered

use std::thread;

use classroom::{LIMIT, RecordedWork, SOON, within_limit};
use crossbeam_channel::{bounded, unbounded};

// TODO: While `room` photos are waiting in the queue, the reading must wait, too.
fn run_all(workers: usize, room: usize, photos: impl Iterator<Item = usize>, work: &RecordedWork) {
    let (jobs_tx, jobs_rx) = unbounded();
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

// ---- The checks. Nothing to change below this line. ------------------------------------

/// Lets the workers begin, and looks how many photos are read before one is done.
fn check(workers: usize, room: usize) {
    let work = RecordedWork::new().hold_from(1);
    let (read_tx, read_rx) = unbounded();
    let photos = (1..=100).inspect(move |_| read_tx.send(()).expect("we hold its receiver"));
    let watched = work.clone();
    let pool = thread::spawn(move || run_all(workers, room, photos, &watched));

    let most = workers + room + 1;
    let full = format!("{workers} in work, {room} in the queue, and one waits to get in");
    for read in 0..most {
        let next = read_rx.recv_timeout(LIMIT);
        assert!(
            next.is_ok(),
            "no more than {read} read, but {most} is the most: {full}"
        );
    }
    // A moment to read one too many.
    let next = read_rx.recv_timeout(SOON);
    assert!(
        next.is_err(),
        "more than {most} read, but {most} is the most: {full}"
    );

    work.let_go();
    let done = within_limit("still waiting for the workers", move || pool.join());
    assert!(done.is_ok(), "a worker panicked");
    work.assert_each_once(100);
    work.assert_pool_of(workers);
}

fn main() {
    check(3, 5);
    println!("100 photos, and never more than 9 of them in memory");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_makes_the_reader_wait() {
        main();
    }

    #[test]
    fn also_when_it_has_no_room_at_all() {
        check(2, 0);
    }
}
