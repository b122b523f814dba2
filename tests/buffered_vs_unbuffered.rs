//! `buffered_vs_unbuffered`: what the table says about each capacity.

mod common;

use common::{numbers, run, summed_up};

const LESSON: &str = env!("CARGO_BIN_EXE_buffered_vs_unbuffered");

/// A row of the table: what happened with this capacity.
#[derive(Debug)]
struct Row {
    capacity: usize,
    waited: usize,
    longest_ms: usize,
    total_ms: usize,
    deepest: usize,
    late_ms: usize,
    done_ms: usize,
}

#[track_caller]
fn rows(flags: &str) -> Vec<Row> {
    let ended = run(LESSON, flags);
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    assert_eq!(summed_up(&ended), ended.stdout.len() - 2, "{ended:#?}");
    let row = |line: &String| {
        let cells = numbers(line);
        assert_eq!(cells.len(), 7, "not a row: {line}");
        Row {
            capacity: cells[0],
            waited: cells[1],
            longest_ms: cells[2],
            total_ms: cells[3],
            deepest: cells[4],
            late_ms: cells[5],
            done_ms: cells[6],
        }
    };
    // The first two lines are the head of the table.
    ended.stdout[2..].iter().map(row).collect()
}

#[test]
fn with_more_room_submits_wait_less_but_jobs_still_start_late() {
    let [none, some, all] = &rows("--work-ms 20")[..] else {
        panic!("expected three rows");
    };
    assert_eq!([none.capacity, some.capacity, all.capacity], [0, 6, 60]);

    assert!(none.waited > 0, "{none:?}");
    assert!(none.total_ms >= none.longest_ms, "{none:?}");
    assert_eq!(none.deepest, 0);

    assert!(some.deepest > 0 && some.deepest <= 6, "{some:?}");

    assert_eq!((all.waited, all.total_ms, all.longest_ms), (0, 0, 0));
    assert!(all.deepest > 0 && all.deepest <= 60, "{all:?}");

    // A burst has more jobs than the pool has workers, so its last jobs always start late.
    for row in [none, some, all] {
        assert!(row.late_ms > 0, "{row:?}");
        // Sixty jobs of 20 ms on three workers.
        assert!(row.done_ms >= 400, "{row:?}");
    }
}

#[test]
fn capacities_can_be_chosen() {
    let rows = rows("--work-ms 2 --jitter 100 --capacity 5 --capacity 0 --capacity 5");
    let capacities: Vec<usize> = rows.iter().map(|row| row.capacity).collect();
    assert_eq!(capacities, [5, 0, 5]);
    assert!(
        rows.iter().all(|row| row.deepest <= row.capacity),
        "{rows:?}"
    );
}

#[test]
fn a_free_worker_takes_a_job_even_without_a_queue() {
    let rows = rows("--jobs 1 --workers 8 --work-ms 50");
    assert!(rows.iter().all(|row| row.waited == 0), "{rows:?}");
}

#[test]
fn without_jobs_nobody_waits() {
    let rows = rows("--jobs 0 --capacity 3");
    assert_eq!((rows[0].waited, rows[0].deepest), (0, 0));
}
