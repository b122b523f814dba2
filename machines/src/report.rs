//! What is printed: where the jobs are, and how they ended.

use std::time::Duration;

use worker_pools::println;

use crate::put::Put;
use crate::queue::{Account, State};

/// One line while jobs are done.
pub fn print_state(since: Duration, state: &State) {
    let State {
        waiting,
        taken,
        done,
        ..
    } = state;
    let secs = since.as_secs_f64();
    println!(
        "{secs:4.1} s  waiting {waiting:4}  taken {taken:3}  done {done:4}"
    );
}

/// The last line. It adds up: each of the `put` jobs is done, dead, left or
/// lost. Returns whether none is lost.
pub fn print_account(put: usize, account: &Account) -> bool {
    let Account {
        state,
        dead_and_done,
        starts,
        restarts,
        twice,
    } = account;
    let State {
        waiting,
        taken,
        done,
        dead,
        ..
    } = state;
    let ended = done + dead - dead_and_done;
    let unfinished = put.saturating_sub(ended);
    let left = unfinished.min(waiting + taken);
    let lost = unfinished - left;
    let and_done = match dead_and_done {
        0 => String::new(),
        count => format!(" ({count} of them done)"),
    };
    let and_lost = match lost {
        0 => String::new(),
        count => format!(", {count} lost"),
    };
    println!(
        "{put} jobs: {done} done, {dead} dead{and_done}, \
         {left} left{and_lost}; {starts} starts, \
         {restarts} of them again, {twice} done twice"
    );
    lost == 0
}

/// The last line if the server has forgotten all jobs: what is known without
/// it.
pub fn print_forgotten(put: usize, done: usize) {
    let lost = put.saturating_sub(done);
    println!(
        "{put} jobs: {done} done, {lost} lost: the server has forgotten them"
    );
}

/// What a producer has done.
pub fn print_put(put: &Put) {
    let Put { jobs, refused } = put;
    println!("{jobs} jobs put; the queue was full {refused} times");
}
