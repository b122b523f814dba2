//! What a channel does, and how a race for it may end.

use super::crossbeam_channel::{
    Receiver, RecvError, Sender, bounded, never, select_biased, unbounded,
};
use super::{assert_outcomes, panics, spawn};

/// A channel for the end of something: it never has a message, and it closes when its sender is
/// dropped.
fn done() -> (Sender<()>, Receiver<()>) {
    bounded(0)
}

#[test]
fn messages_keep_their_order() {
    assert_outcomes(&["[1, 2]"], || {
        let (sender, receiver) = unbounded();
        spawn(move || {
            sender.send(1).expect("main receives");
            sender.send(2).expect("main receives");
        });
        let received: Vec<i32> = receiver.iter().collect();
        format!("{received:?}")
    });
}

#[test]
fn a_message_goes_to_one_receiver() {
    let outcomes = ["[1, 2] []", "[1] [2]", "[2] [1]", "[] [1, 2]"];
    assert_outcomes(&outcomes, || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let other = spawn(move || other.into_iter().collect::<Vec<i32>>());
        sender.send(1).expect("main receives");
        sender.send(2).expect("main receives");
        drop(sender);
        let received: Vec<i32> = receiver.iter().collect();
        let others = other.join().expect("it does not panic");
        format!("{received:?} {others:?}")
    });
}

#[test]
fn a_closed_channel_is_emptied_first() {
    assert_outcomes(&["Ok(1) Err(RecvError)"], || {
        let (sender, receiver) = bounded(1);
        let clone = sender.clone();
        spawn(move || clone.send(1).expect("main receives"));
        drop(sender);
        format!("{:?} {:?}", receiver.recv(), receiver.recv())
    });
}

#[test]
fn a_send_without_a_receiver_returns_its_message() {
    for capacity in [0, 1] {
        assert_outcomes(&["1"], move || {
            let (sender, receiver) = bounded(capacity);
            drop(receiver);
            sender.send(1).expect_err("nobody receives").0.to_string()
        });
    }
}

#[test]
fn a_waiting_sender_gets_its_message_back_when_the_last_receiver_is_dropped() {
    assert_outcomes(&["2"], || {
        let (sender, receiver) = bounded(1);
        sender.send(1).expect("there is a receiver");
        spawn(move || drop(receiver));
        sender.send(2).expect_err("nobody makes room").0.to_string()
    });
}

#[test]
fn a_receiver_may_take_a_message_before_it_is_dropped() {
    assert_outcomes(&["came back", "sent"], || {
        let (sender, receiver) = bounded(1);
        sender.send(1).expect("there is a receiver");
        spawn(move || receiver.recv());
        match sender.send(2) {
            Ok(()) => "sent".to_owned(),
            Err(_) => "came back".to_owned(),
        }
    });
}

#[test]
fn a_thread_that_panics_drops_its_senders_and_receivers() {
    assert_outcomes(&["true true"], || {
        let (sender, receiver) = bounded(1);
        let (_end, done) = done();
        let thread = spawn(move || {
            let _ends = (receiver, done);
            panics();
        });
        let is_over = thread.join().is_err();
        format!("{is_over} {}", sender.send(1).is_err())
    });
}

#[test]
fn a_full_channel_makes_its_sender_wait() {
    // There is no note before main takes a message, because the second send waits for that.
    assert_outcomes(&["false 1 true 2"], || {
        let (sender, receiver) = bounded(1);
        let (note, notes) = unbounded();
        spawn(move || {
            sender.send(1).expect("main receives");
            sender.send(2).expect("main receives");
            note.send(()).expect("main reads it");
        });
        let noted = notes.try_recv().is_ok();
        let first = receiver.recv().expect("two are sent");
        let noted_then = notes.recv().is_ok();
        let second = receiver.recv().expect("two are sent");
        format!("{noted} {first} {noted_then} {second}")
    });
}

#[test]
fn an_unbuffered_channel_hands_each_message_over() {
    assert_outcomes(&["false 0 1 true"], || {
        let (sender, receiver) = bounded(0);
        let (note, notes) = unbounded();
        spawn(move || {
            sender.send(1).expect("main receives");
            note.send(()).expect("main reads it");
        });
        let noted = notes.try_recv().is_ok();
        let waiting = receiver.len();
        let message = receiver.recv().expect("one is sent");
        format!("{noted} {waiting} {message} {}", notes.recv().is_ok())
    });
}

#[test]
fn two_senders_that_wait_for_room_both_get_it() {
    let outcomes = ["[1, 2, 3]", "[1, 3, 2]"];
    for capacity in [0, 1] {
        assert_outcomes(&outcomes, move || {
            let (sender, receiver) = bounded(capacity);
            let (second, third) = (sender.clone(), sender.clone());
            spawn(move || {
                sender.send(1).expect("main receives");
                spawn(move || second.send(2).expect("main receives"));
                spawn(move || third.send(3).expect("main receives"));
            });
            let received: Vec<i32> = receiver.iter().collect();
            format!("{received:?}")
        });
    }
}

#[test]
fn messages_can_be_counted_and_taken() {
    assert_outcomes(&["2 [1, 2] 0 false true"], || {
        let (sender, receiver) = unbounded();
        sender.send(1).expect("main receives");
        sender.send(2).expect("main receives");
        let len = receiver.len();
        let taken: Vec<i32> = receiver.try_iter().collect();
        let is_closed = |receiver: &Receiver<i32>| {
            let error = receiver.try_recv().expect_err("it is empty");
            format!("{error:?}") == "Disconnected"
        };
        let before = is_closed(&receiver);
        drop(sender);
        let after = is_closed(&receiver);
        format!("{len} {taken:?} {} {before} {after}", receiver.len())
    });
}

#[test]
fn if_both_arms_are_ready_the_first_is_selected() {
    assert_outcomes(&["1, then 2"], || {
        let (one, ones) = bounded(1);
        let (two, twos) = bounded(1);
        one.send(1).expect("main receives");
        two.send(2).expect("main receives");
        let select = || {
            select_biased! {
                recv(ones) -> message => message,
                recv(twos) -> message => message,
            }
        };
        let first = select().expect("both have one");
        let second = select().expect("one has one");
        format!("{first}, then {second}")
    });
}

#[test]
fn a_select_waits_for_both_of_its_arms() {
    for sends_to_first in [true, false] {
        assert_outcomes(&["Ok(1)"], move || {
            let (one, ones) = bounded(0);
            let (two, twos) = bounded(1);
            let sender = if sends_to_first { &one } else { &two }.clone();
            spawn(move || sender.send(1).expect("main receives"));
            let message: Result<i32, RecvError> = select_biased! {
                recv(ones) -> message => message,
                recv(twos) -> message => message,
            };
            drop((one, two)); // both were open until now
            format!("{message:?}")
        });
    }
}

#[test]
fn closing_a_channel_wakes_a_select() {
    assert_outcomes(&["the end"], || {
        let (end, done) = done();
        let (_jobs, queue) = bounded::<()>(1);
        spawn(move || drop(end));
        select_biased! {
            recv(done) -> _ => "the end".to_owned(),
            recv(queue) -> _ => "a job".to_owned(),
        }
    });
}

#[test]
fn a_select_that_finds_the_end_takes_no_message() {
    assert_outcomes(&["the end"], || {
        let (end, done) = done();
        let (jobs, queue) = bounded(1);
        jobs.send(()).expect("main receives");
        drop(end);
        select_biased! {
            recv(done) -> _ => "the end".to_owned(),
            recv(queue) -> _ => "a job".to_owned(),
        }
    });
}

#[test]
fn a_select_checks_one_channel_after_the_other() {
    // The job comes after the end. But if both come between the select's two checks, the select
    // takes the job.
    assert_outcomes(&["a job", "the end"], || {
        let (end, done) = done();
        let (jobs, queue) = bounded(1);
        spawn(move || {
            drop(end);
            let _ = jobs.send(());
        });
        select_biased! {
            recv(done) -> _ => "the end".to_owned(),
            recv(queue) -> _ => "a job".to_owned(),
        }
    });
}

#[test]
fn a_select_with_a_channel_that_is_never_ready() {
    assert_outcomes(&["Ok(1)"], || {
        let (sender, receiver) = bounded(0);
        spawn(move || sender.send(1).expect("main receives"));
        let never = never::<()>();
        select_biased! {
            recv(never) -> _ => "never".to_owned(),
            recv(receiver) -> message => format!("{message:?}"),
        }
    });
}

#[test]
fn two_selects_agree_whether_a_message_is_sent() {
    // Both sides select. Either the message is sent and received, or neither happens.
    let outcomes = ["kept, not received", "sent, received"];
    assert_outcomes(&outcomes, || {
        let (end, done) = done();
        let (result, results) = bounded(0);
        let workers_done = done.clone();
        let worker = spawn(move || {
            let outcome = select_biased! {
                send(result, ()) -> sent => { sent.expect("main is there"); "sent" }
                recv(workers_done) -> _ => "kept",
            };
            (outcome, result) // keeps `result` open
        });
        spawn(move || drop(end));
        let received = select_biased! {
            recv(done) -> _ => "not received",
            recv(results) -> result => { result.expect("it is open"); "received" }
        };
        let (worker, _) = worker.join().expect("it does not panic");
        drop(results);
        format!("{worker}, {received}")
    });
}

#[test]
fn a_select_sends_first_if_somebody_receives() {
    let outcomes = ["kept, Err(RecvError)", "sent, Ok(1)"];
    assert_outcomes(&outcomes, || {
        let (result, results) = bounded(0);
        let reader = spawn(move || results.recv());
        let (end, done) = done();
        drop(end);
        let worker = select_biased! {
            send(result, 1) -> sent => { sent.expect("the reader is there"); "sent" }
            recv(done) -> _ => "kept",
        };
        drop(result);
        format!("{worker}, {:?}", reader.join().expect("it does not panic"))
    });
}

#[test]
fn a_select_sends_if_there_is_room() {
    assert_outcomes(&["sent, then full"], || {
        let (end, done) = done();
        drop(end);
        let (sender, receiver) = bounded(1);
        let select = || {
            select_biased! {
                send(sender, 1) -> sent => { sent.expect("main is there"); "sent" }
                recv(done) -> _ => "full",
            }
        };
        let (first, second) = (select(), select());
        drop(receiver);
        format!("{first}, then {second}")
    });
}
