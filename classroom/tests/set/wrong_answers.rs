//! Wrong answers that people give, or might give, and what the checks say about them.

use crate::change::Change::{self, From, Words};

/// A wrong answer: the solution with a change.
pub struct Wrong {
    pub exercise: &'static str,
    /// The idea behind the answer.
    pub answer: &'static str,
    pub change: Change,
    /// A part of the message, from the checks or from the compiler. If chance or the number of
    /// processors decides which check notices, a part of each message, with `|` between them.
    pub says: &'static str,
}

pub const WRONG_ANSWERS: &[Wrong] = &[
    // limit_threads
    Wrong {
        exercise: "limit_threads",
        answer: "new threads for each group of three jobs",
        change: From(
            "fn run_all",
            r#"
fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
    for batch in Vec::from_iter(1..=jobs).chunks(workers) {
        thread::scope(|scope| {
            for &job in batch {
                scope.spawn(move || work.run(job));
            }
        });
    }
}
"#,
        ),
        says: "the jobs ran on 12 threads",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "one after the other",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                for job in 1..=jobs {
                    work.run(job);
                }
            }",
        ),
        says: "never more than 1 at the same time",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "no job is done at all",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {}",
        ),
        says: "job 1 was never done",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "the queue stays open",
        change: Words(&[("drop(jobs_tx);", "")]),
        says: "who closes it?",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "every worker does all jobs",
        change: Words(&[(
            "for job in jobs {",
            "for job in 1..=jobs.capacity().unwrap() {",
        )]),
        says: "job 1 was done 3 times",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "the last job is forgotten",
        change: Words(&[("for job in 1..=jobs {", "for job in 1..jobs {")]),
        says: "job 12 was never done",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "one worker too few",
        change: Words(&[("for _ in 0..workers", "for _ in 1..workers")]),
        says: "never more than 2 at the same time",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "one worker too many",
        change: Words(&[("for _ in 0..workers", "for _ in 0..=workers")]),
        says: "the number of threads must not depend on the number of jobs",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "three workers, whatever `workers` says",
        change: Words(&[("for _ in 0..workers", "for _ in 0..3")]),
        says: "never more than 3 at the same time, with 5 workers",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "a fixed share for each worker, dealt like cards",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                thread::scope(|scope| {
                    for id in 0..workers {
                        scope.spawn(move || {
                            for job in (1..=jobs).filter(|job| job % workers == id) {
                                work.run(job);
                            }
                        });
                    }
                });
            }",
        ),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "one queue, but each worker takes only its share",
        change: Words(&[
            (
                "let jobs = jobs_rx.clone();",
                "let share = jobs.div_ceil(workers); let jobs = jobs_rx.clone();",
            ),
            ("for job in jobs {", "for job in jobs.iter().take(share) {"),
        ]),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "each worker takes two jobs at a time",
        change: Words(&[
            (
                "work.run(job);",
                "let next = jobs.try_recv(); work.run(job); if let Ok(job) = next { work.run(job); }",
            ),
            ("for job in jobs {", "for job in &jobs {"),
        ]),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "a queue for every two workers",
        change: Words(&[
            (
                "let (jobs_tx, jobs_rx) = bounded(jobs);",
                "let queues: Vec<_> = (0..workers.div_ceil(2)).map(|_| bounded(jobs)).collect();",
            ),
            ("for _ in 0..workers {", "for id in 0..workers {"),
            ("jobs_rx.clone()", "queues[id / 2].1.clone()"),
            (
                "jobs_tx.send(job)",
                "queues[job % queues.len()].0.send(job)",
            ),
            ("drop(jobs_tx);", "drop(queues);"),
        ]),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "in rounds: after each job, all wait for the slowest",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                let barrier = std::sync::Barrier::new(workers);
                let barrier = &barrier;
                thread::scope(|scope| {
                    for id in 0..workers {
                        scope.spawn(move || {
                            for round in 0..jobs.div_ceil(workers) {
                                let job = round * workers + id + 1;
                                if job <= jobs {
                                    work.run(job);
                                }
                                barrier.wait();
                            }
                        });
                    }
                });
            }",
        ),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "a worker returns when the queue is empty",
        change: Words(&[
            ("for job in jobs {", "while let Ok(job) = jobs.try_recv() {"),
            ("drop(jobs_tx);", ""),
        ]),
        says: "at the same time, with",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "a worker returns when no job comes for 100 milliseconds",
        change: Words(&[
            (
                "for job in jobs {",
                "while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(100)) {",
            ),
            ("drop(jobs_tx);", ""),
        ]),
        says: "runs without jobs should take no time",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "nobody waits for the workers",
        change: Words(&[
            ("thread::scope(|scope| {", "{"),
            (
                "let jobs = jobs_rx.clone();",
                "let (jobs, work) = (jobs_rx.clone(), work.clone());",
            ),
            ("scope.spawn(", "thread::spawn("),
            (
                "drop(jobs_tx); // close(jobs)\n    });",
                "drop(jobs_tx); // close(jobs)\n    }",
            ),
        ]),
        says: "was never done",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "nobody waits for the workers, but `run_all` sleeps for a while",
        change: Words(&[
            ("thread::scope(|scope| {", "{"),
            (
                "let jobs = jobs_rx.clone();",
                "let (jobs, work) = (jobs_rx.clone(), work.clone());",
            ),
            ("scope.spawn(", "thread::spawn("),
            (
                "drop(jobs_tx); // close(jobs)\n    });",
                "drop(jobs_tx); thread::sleep(std::time::Duration::from_millis(600)); }",
            ),
        ]),
        says: "runs without jobs should take no time",
    },
    Wrong {
        exercise: "limit_threads",
        answer: "room for a hundred jobs, and the workers start when all are in it",
        change: Words(&[
            ("bounded(jobs)", "bounded(100)"),
            (
                "thread::scope(|scope| {",
                "(1..=jobs).for_each(|job| jobs_tx.send(job).unwrap());
                thread::scope(|scope| {",
            ),
            (
                "        for job in 1..=jobs {
            jobs_tx.send(job).expect(\"we hold a receiver too\");
        }
",
                "",
            ),
        ]),
        says: "who takes jobs from the queue",
    },
    // close_results
    Wrong {
        exercise: "close_results",
        answer: "as many results as jobs",
        change: Words(&[
            ("drop(results_tx);", ""),
            (
                "results_rx.iter().collect()",
                "results_rx.iter().take(jobs).collect()",
            ),
        ]),
        says: "still waiting for `results` to close",
    },
    Wrong {
        exercise: "close_results",
        answer: "the four results of the example",
        change: Words(&[
            ("drop(results_tx);", ""),
            (
                "results_rx.iter().collect()",
                "results_rx.iter().take(4).collect()",
            ),
        ]),
        says: "runs without jobs should take no time",
    },
    Wrong {
        exercise: "close_results",
        answer: "the four results of the example, written down",
        change: Words(&[
            ("drop(results_tx);", ""),
            ("results_rx.iter().collect()", "vec![6, 12, 18, 24]"),
        ]),
        says: "there were no jobs, so there are no results",
    },
    Wrong {
        exercise: "close_results",
        answer: "nothing done, the results written down",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) -> Vec<usize> {
                if jobs == 0 { vec![] } else { vec![6, 12, 18, 24] }
            }",
        ),
        says: "job 1 was never done",
    },
    Wrong {
        exercise: "close_results",
        answer: "only the results that are already there",
        change: Words(&[
            ("drop(results_tx);", ""),
            (
                "results_rx.iter().collect()",
                "results_rx.try_iter().collect()",
            ),
        ]),
        says: "should return every result that can be divided by 3",
    },
    Wrong {
        exercise: "close_results",
        answer: "no result for half a second means no more results",
        change: Words(&[
            (
                "        drop(results_tx); // from here on, only workers hold a sender\n",
                "",
            ),
            (
                "results_rx.iter().collect()",
                "std::iter::from_fn(|| {
                    results_rx.recv_timeout(std::time::Duration::from_millis(500)).ok()
                }).collect()",
            ),
        ]),
        says: "should return every result that can be divided by 3",
    },
    Wrong {
        exercise: "close_results",
        answer: "drop the sender of `jobs`, not of `results`",
        change: Words(&[(
            "drop(results_tx); // from here on, only workers hold a sender",
            "drop(jobs_tx.clone());",
        )]),
        says: "still waiting for `results` to close",
    },
    Wrong {
        exercise: "close_results",
        answer: "drop the sender before the workers have a clone",
        change: Words(&[
            ("drop(results_tx);", ""),
            ("thread::scope(", "drop(results_tx);\n    thread::scope("),
        ]),
        says: "borrow of moved value: `results_tx`",
    },
    Wrong {
        exercise: "close_results",
        answer: "only one worker",
        change: Words(&[("for _ in 0..workers", "for _ in 0..1")]),
        says: "never more than 1 at the same time",
    },
    Wrong {
        exercise: "close_results",
        answer: "as many results as there are multiples of three",
        change: Words(&[
            ("drop(results_tx);", ""),
            (
                "results_rx.iter().collect()",
                "results_rx.iter().take(jobs / 3).collect()",
            ),
        ]),
        says: "Here, all are 6",
    },
    Wrong {
        exercise: "close_results",
        answer: "count with the rule of the worker",
        change: Words(&[
            ("drop(results_tx);", ""),
            (
                "results_rx.iter().collect()",
                "let count = (1..=jobs).filter(|job| job * 2 % 3 == 0).count();
        results_rx.iter().take(count).collect()",
            ),
        ]),
        says: "Here, all are 6",
    },
    Wrong {
        exercise: "close_results",
        answer: "one answer for each job, also for those without a result",
        change: Words(&[
            ("drop(results_tx);", ""),
            ("if result % 3 == 0 {", "{"),
            (
                "results_rx.iter().collect()",
                "results_rx.iter().take(jobs).filter(|result| result % 3 == 0).collect()",
            ),
        ]),
        says: "still waiting for `results` to close",
    },
    Wrong {
        exercise: "close_results",
        answer: "no result for two seconds means no more results",
        change: Words(&[
            ("drop(results_tx);", ""),
            (
                "results_rx.iter().collect()",
                "std::iter::from_fn(|| {
                    results_rx.recv_timeout(std::time::Duration::from_secs(2)).ok()
                }).collect()",
            ),
        ]),
        says: "runs without jobs should take no time|still waiting for `results` to close",
    },
    Wrong {
        exercise: "close_results",
        answer: "count the jobs that have ended",
        change: Words(&[
            ("drop(results_tx);", ""),
            (
                "results_rx.iter().collect()",
                "let mut results = Vec::new();
        while work.ended() < jobs {
            results.extend(results_rx.try_iter());
        }
        results",
            ),
        ]),
        says: "should return every result that can be divided by 3",
    },
    Wrong {
        exercise: "close_results",
        answer: "each result once",
        change: Words(&[(
            "results_rx.iter().collect()",
            "std::collections::HashSet::<usize>::from_iter(results_rx).into_iter().collect()",
        )]),
        says: "Here, all are 6",
    },
    // close_jobs
    Wrong {
        exercise: "close_jobs",
        answer: "workers return when the queue is empty",
        change: Words(&[
            ("for job in jobs {", "while let Ok(job) = jobs.try_recv() {"),
            ("drop(jobs_tx);", ""),
        ]),
        says: "did the workers return before the others came?|return before the jobs came",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "workers return when nothing comes for a while",
        change: Words(&[
            (
                "for job in jobs {",
                "while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(500)) {",
            ),
            ("drop(jobs_tx);", ""),
        ]),
        says: "did the workers return before the others came?",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "four jobs for each worker, enough for the example",
        change: Words(&[
            ("for job in jobs {", "for job in jobs.iter().take(4) {"),
            ("drop(jobs_tx);", ""),
        ]),
        says: "who tells them that no more jobs come?",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "drop the sender after the first order",
        change: Words(&[
            ("drop(jobs_tx);", ""),
            (
                ".expect(\"we hold a receiver too\");",
                ".expect(\"\"); drop(jobs_tx);",
            ),
        ]),
        says: "borrow of moved value: `jobs_tx`",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "drop the receiver, not the sender",
        change: Words(&[("drop(jobs_tx);", "drop(jobs_rx);")]),
        says: "who tells them that no more jobs come?",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "drop a clone of the sender",
        change: Words(&[("drop(jobs_tx);", "drop(jobs_tx.clone());")]),
        says: "who tells them that no more jobs come?",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "a thread for each order",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, orders: impl Iterator<Item = usize>, work: &RecordedWork) {
                thread::scope(|scope| {
                    for order in orders {
                        scope.spawn(move || work.run(order));
                    }
                });
            }",
        ),
        says: "the jobs ran on 6 threads",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "read all orders first",
        change: Words(&[(
            "for order in orders {",
            "for order in Vec::from_iter(orders) {",
        )]),
        says: "job 3 was done only after job 4 had been asked for",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "keep an order back until the next one comes, to see which is the last",
        change: Words(&[(
            "        for order in orders {
            jobs_tx.send(order).expect(\"we hold a receiver too\");
        }
",
            "        let mut held = None;
        for order in orders {
            if let Some(order) = held.replace(order) {
                jobs_tx.send(order).unwrap();
            }
        }
        held.map(|order| jobs_tx.send(order));
",
        )]),
        says: "job 3 was done only after job 4 had been asked for",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "close, but workers also return when nothing comes for two seconds",
        change: Words(&[(
            "for job in jobs {",
            "while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_secs(2)) {",
        )]),
        says: "did the workers return before the others came?",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "order 0 means that no more orders come",
        change: Words(&[
            ("work.run(job);", "if job == 0 { return; } work.run(job);"),
            (
                "drop(jobs_tx);",
                "(0..workers).for_each(|_| jobs_tx.send(0).unwrap());",
            ),
        ]),
        says: "the orders that were done",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "the largest number means that no more orders come",
        change: Words(&[
            (
                "work.run(job);",
                "if job == usize::MAX { return; } work.run(job);",
            ),
            (
                "drop(jobs_tx);",
                "(0..workers).for_each(|_| jobs_tx.send(usize::MAX).unwrap());",
            ),
        ]),
        says: "the orders that were done",
    },
    Wrong {
        exercise: "close_jobs",
        answer: "new workers for each order, if the old ones have returned",
        change: From(
            "fn worker",
            "fn run_all(workers: usize, orders: impl Iterator<Item = usize>, work: &RecordedWork) {
                let (jobs_tx, jobs_rx) = bounded::<usize>(workers * 100);
                let alive = std::sync::Mutex::new(0);
                thread::scope(|scope| {
                    for order in orders {
                        jobs_tx.send(order).unwrap();
                        let mut count = alive.lock().unwrap();
                        if *count < workers {
                            *count += 1;
                            scope.spawn(|| {
                                loop {
                                    let mut count = alive.lock().unwrap();
                                    let Ok(job) = jobs_rx.try_recv() else {
                                        *count -= 1;
                                        return;
                                    };
                                    drop(count);
                                    work.run(job);
                                }
                            });
                        }
                    }
                });
            }",
        ),
        says: "the number of threads must not depend on the number of jobs",
    },
    // share_the_queue
    Wrong {
        exercise: "share_the_queue",
        answer: "dealt in blocks",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                thread::scope(|scope| {
                    for mine in Vec::from_iter(1..=jobs).chunks(jobs.div_ceil(workers)) {
                        let mine = mine.to_vec();
                        scope.spawn(move || {
                            for job in mine {
                                work.run(job);
                            }
                        });
                    }
                });
            }",
        ),
        says: "others waited for the end of job 1",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "a queue for each worker",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                thread::scope(|scope| {
                    let mut queues = Vec::new();
                    for _ in 0..workers {
                        let (jobs_tx, jobs_rx) = bounded(jobs);
                        queues.push(jobs_tx);
                        scope.spawn(move || {
                            for job in jobs_rx {
                                work.run(job);
                            }
                        });
                    }
                    for job in 1..=jobs {
                        queues[job % workers].send(job).unwrap();
                    }
                });
            }",
        ),
        says: "others waited for the end of job 1",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "a lock that is held while the job is done",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                let queue = std::sync::Mutex::new(1..=jobs);
                thread::scope(|scope| {
                    for _ in 0..workers {
                        scope.spawn(|| {
                            while let Some(job) = queue.lock().unwrap().next() {
                                work.run(job);
                            }
                        });
                    }
                });
            }",
        ),
        says: "never more than 1 at the same time",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "a thread for each job",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                thread::scope(|scope| {
                    for job in 1..=jobs {
                        scope.spawn(move || work.run(job));
                    }
                });
            }",
        ),
        says: "the jobs ran on 9 threads",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "the long job is left out",
        change: Words(&[("for job in 1..=jobs {", "for job in 2..=jobs {")]),
        says: "job 1 was never done",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "three workers, whatever `workers` says",
        change: Words(&[("for _ in 0..workers", "for _ in 0..3")]),
        says: "the number of threads must not depend on the number of jobs|never more than 3",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "a worker returns when the queue is empty",
        change: Words(&[
            ("for job in jobs {", "while let Ok(job) = jobs.try_recv() {"),
            ("drop(jobs_tx);", ""),
        ]),
        says: "at the same time, with",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "a worker returns when no job comes for 20 milliseconds",
        change: Words(&[
            (
                "for job in jobs {",
                "while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(20)) {",
            ),
            ("drop(jobs_tx);", ""),
        ]),
        says: "runs without jobs should take no time",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "the first job has a worker of its own, the others are dealt",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                thread::scope(|scope| {
                    let others = workers.max(2) - 1;
                    if jobs > 0 {
                        scope.spawn(move || work.run(1));
                    }
                    for id in 0..others {
                        scope.spawn(move || {
                            for job in (2..=jobs).filter(|job| job % others == id) {
                                work.run(job);
                            }
                        });
                    }
                });
            }",
        ),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "a queue for every two workers",
        change: Words(&[
            (
                "let (jobs_tx, jobs_rx) = bounded(jobs);",
                "let queues: Vec<_> = (0..workers.div_ceil(2)).map(|_| bounded(jobs)).collect();",
            ),
            ("for _ in 0..workers {", "for id in 0..workers {"),
            ("jobs_rx.clone()", "queues[id / 2].1.clone()"),
            (
                "jobs_tx.send(job)",
                "queues[job % queues.len()].0.send(job)",
            ),
            ("drop(jobs_tx);", "drop(queues);"),
        ]),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "one queue, but a worker takes the next job before it does this one",
        change: Words(&[(
            "                for job in jobs {
                    work.run(job);
                }
",
            "                let mut next = jobs.recv();
                while let Ok(job) = next {
                    next = jobs.try_recv().map_err(|_| crossbeam_channel::RecvError);
                    work.run(job);
                    next = next.or_else(|_| jobs.recv());
                }
",
        )]),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "share_the_queue",
        answer: "one queue, but each worker takes only its share",
        change: Words(&[
            (
                "let jobs = jobs_rx.clone();",
                "let share = jobs.div_ceil(workers); let jobs = jobs_rx.clone();",
            ),
            ("for job in jobs {", "for job in jobs.iter().take(share) {"),
        ]),
        says: "others waited for the end of job 1",
    },
    // first_select
    Wrong {
        exercise: "first_select",
        answer: "ask, then wait for a job",
        change: Words(&[(
            "select_biased! {
            recv(context.done()) -> _ => return,
            recv(jobs) -> job => job,
        };",
            "{
                if context.is_done() {
                    return;
                }
                jobs.recv()
            };",
        )]),
        says: "still waiting for the worker: does it see the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "ask after each job",
        change: From(
            "    loop {",
            "
                for job in jobs {
                    results.send(work.run(job)).unwrap();
                    if context.is_done() {
                        return;
                    }
                }
            }",
        ),
        says: "still waiting for the worker: does it see the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "return when there is nothing to do",
        change: Words(&[("=> job,\n", "=> job, default => return,\n")]),
        says: "did the worker return before the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "assume that the queue is never closed",
        change: Words(&[(
            "recv(jobs) -> job => job,",
            "recv(jobs) -> job => Ok::<_, ()>(job.unwrap()),",
        )]),
        says: "RecvError",
    },
    Wrong {
        exercise: "first_select",
        answer: "go on when the queue is closed",
        change: Words(&[("return; // `jobs` is closed and empty", "continue;")]),
        says: "although the queue is closed",
    },
    Wrong {
        exercise: "first_select",
        answer: "the result is forgotten",
        change: Words(&[(
            "results.send(work.run(job)).expect(\"the results are read\");",
            "work.run(job);",
        )]),
        says: "still waiting for a result",
    },
    Wrong {
        exercise: "first_select",
        answer: "after the cancel, take one more job, then return",
        change: Words(&[(
            "recv(context.done()) -> _ => return,",
            "recv(context.done()) -> _ => jobs.recv(),",
        )]),
        says: "still waiting for the worker: does it see the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "wait for a job for half a second",
        change: From(
            "    loop {",
            "
                while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(500)) {
                    results.send(work.run(job)).unwrap();
                }
            }",
        ),
        says: "when there are jobs, does it see the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "wait for a job for two seconds",
        change: From(
            "    loop {",
            "
                while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(2000)) {
                    results.send(work.run(job)).unwrap();
                }
            }",
        ),
        says: "still waiting for the worker: does it see the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "take a job, then ask, and drop the job",
        change: From(
            "    loop {",
            "
                loop {
                    crossbeam_channel::select! {
                        recv(context.done()) -> _ => return,
                        recv(jobs) -> job => {
                            let Ok(job) = job else { return };
                            if context.is_done() {
                                return;
                            }
                            results.send(work.run(job)).unwrap();
                        }
                    }
                }
            }",
        ),
        says: "what did the worker do with a job that it took after the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "biased, but the jobs go first",
        change: Words(&[
            ("recv(context.done()) -> _ => return,\n            ", ""),
            (
                "recv(jobs) -> job => job,",
                "recv(jobs) -> job => job, recv(context.done()) -> _ => return,",
            ),
        ]),
        says: "when there are jobs, does it see the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "look at the cancel every 300 milliseconds",
        change: From(
            "    loop {",
            "
                while !context.is_done() {
                    match jobs.recv_timeout(std::time::Duration::from_millis(300)) {
                        Ok(job) => results.send(work.run(job)).unwrap(),
                        Err(error) if error.is_timeout() => {}
                        Err(_) => return,
                    }
                }
            }",
        ),
        says: "at the cancel, and not some time later",
    },
    Wrong {
        exercise: "first_select",
        answer: "ask for the cancel and for a job, again and again",
        change: From(
            "    loop {",
            "
                while !context.is_done() {
                    match jobs.try_recv() {
                        Ok(job) => results.send(work.run(job)).unwrap(),
                        Err(error) if error.is_empty() => thread::yield_now(),
                        Err(_) => return,
                    }
                }
            }",
        ),
        says: "the worker does not wait for its next job",
    },
    Wrong {
        exercise: "first_select",
        answer: "a select with a `default`, again and again",
        change: From(
            "    loop {",
            "
                loop {
                    crossbeam_channel::select! {
                        recv(context.done()) -> _ => return,
                        recv(jobs) -> job => match job {
                            Ok(job) => results.send(work.run(job)).unwrap(),
                            Err(_) => return,
                        },
                        default => thread::yield_now(),
                    }
                }
            }",
        ),
        says: "the worker does not wait for its next job",
    },
    Wrong {
        exercise: "first_select",
        answer: "a worker without a job returns after two seconds",
        change: Words(&[(
            "=> job,\n",
            "=> job, default(std::time::Duration::from_secs(2)) => return,\n",
        )]),
        says: "did the worker return before the cancel?",
    },
    Wrong {
        exercise: "first_select",
        answer: "at the cancel, empty the queue, so that nobody waits for it",
        change: Words(&[(
            "recv(context.done()) -> _ => return,",
            "recv(context.done()) -> _ => { jobs.try_iter().for_each(drop); return; }",
        )]),
        says: "did all jobs in the queue|what did the worker do with a job",
    },
    Wrong {
        exercise: "first_select",
        answer: "no result after the cancel",
        change: Words(&[(
            "results.send(work.run(job)).expect(\"the results are read\");",
            "let result = work.run(job);
        if !context.is_done() {
            results.send(result).unwrap();
        }",
        )]),
        says: "results were sent",
    },
    // second_select
    Wrong {
        exercise: "second_select",
        answer: "a late reader gets nothing",
        change: From(
            "        select_biased! {\n            send",
            "        let _ = results.try_send(result);\n    }\n}",
        ),
        says: "the worker should return that job",
    },
    Wrong {
        exercise: "second_select",
        answer: "wait for a tenth of a second",
        change: From(
            "        select_biased! {\n            send",
            "
                    let timeout = std::time::Duration::from_millis(100);
                    if results.send_timeout(result, timeout).is_err() {
                        return Some(job);
                    }
                }
            }",
        ),
        says: "at the cancel, and not some time later",
    },
    Wrong {
        exercise: "second_select",
        answer: "the cancel goes first, then the send",
        change: From(
            "        select_biased! {\n            send",
            "
                    select_biased! {
                        recv(context.done()) -> _ => return Some(job),
                        send(results, result) -> sent => sent.unwrap(),
                    }
                }
            }",
        ),
        says: "what does the worker try first?",
    },
    Wrong {
        exercise: "second_select",
        answer: "a select that picks at random",
        change: From(
            "        select_biased! {\n            send",
            "
                    crossbeam_channel::select! {
                        send(results, result) -> sent => sent.unwrap(),
                        recv(context.done()) -> _ => return Some(job),
                    }
                }
            }",
        ),
        says: "what does the worker try first?",
    },
    Wrong {
        exercise: "second_select",
        answer: "ask whether there was a cancel",
        change: From(
            "        select_biased! {\n            send",
            "
                    if context.is_done() {
                        return Some(job);
                    }
                    results.send(result).unwrap();
                }
            }",
        ),
        says: "which waits for a reader: does it see the cancel?",
    },
    Wrong {
        exercise: "second_select",
        answer: "the job is not named",
        change: Words(&[("=> return Some(job),", "=> return None,")]),
        says: "the worker should return that job",
    },
    Wrong {
        exercise: "second_select",
        answer: "wait for two seconds",
        change: From(
            "        select_biased! {\n            send",
            "
                    let timeout = std::time::Duration::from_secs(2);
                    if results.send_timeout(result, timeout).is_err() {
                        return Some(job);
                    }
                }
            }",
        ),
        says: "still waiting for the worker, which waits for a reader",
    },
    Wrong {
        exercise: "second_select",
        answer: "do the job again in the arm",
        change: Words(&[("send(results, result)", "send(results, work.run(job))")]),
        says: "job 1 was done 2 times|nobody took the result of job 7",
    },
    Wrong {
        exercise: "second_select",
        answer: "ask whether there was a cancel, and only then try; otherwise send",
        change: From(
            "        select_biased! {\n            send",
            "
                    if context.is_done() {
                        if results.try_send(result).is_err() {
                            return Some(job);
                        }
                    } else {
                        results.send(result).unwrap();
                    }
                }
            }",
        ),
        says: "which waits for a reader: does it see the cancel?",
    },
    Wrong {
        exercise: "second_select",
        answer: "look at the cancel every 300 milliseconds",
        change: From(
            "        select_biased! {\n            send",
            "
                    let pause = std::time::Duration::from_millis(300);
                    let mut unsent = Some(result);
                    while let Some(result) = unsent.take() {
                        if let Err(error) = results.send_timeout(result, pause) {
                            if context.is_done() {
                                return Some(job);
                            }
                            unsent = Some(error.into_inner());
                        }
                    }
                }
            }",
        ),
        says: "at the cancel, and not some time later",
    },
    Wrong {
        exercise: "second_select",
        answer: "try again and again, without waiting",
        change: From(
            "        select_biased! {\n            send",
            "
                    while results.try_send(result).is_err() {
                        if context.is_done() {
                            return Some(job);
                        }
                    }
                }
            }",
        ),
        says: "the worker does not wait for a reader",
    },
    Wrong {
        exercise: "second_select",
        answer: "without a cancel, a reader has two seconds",
        change: Words(&[(
            "recv(context.done()) -> _ => return Some(job),",
            "recv(context.done()) -> _ => return Some(job),
            default(std::time::Duration::from_secs(2)) => return Some(job),",
        )]),
        says: "the worker must wait for its reader",
    },
    Wrong {
        exercise: "second_select",
        answer: "the job is half of its result",
        change: Words(&[("=> return Some(job),", "=> return Some(result / 2),")]),
        says: "the result of job 7: the worker should return that job",
    },
    Wrong {
        exercise: "second_select",
        answer: "after the cancel, every job counts as undelivered",
        change: Words(&[(
            "sent.expect(\"the receiver is still there\"),",
            "{ sent.unwrap(); if context.is_done() { return Some(job); } }",
        )]),
        says: "somebody could take every result, but the worker returned Some(1)",
    },
    Wrong {
        exercise: "second_select",
        answer: "another thread waits for the reader",
        change: From(
            "        select_biased! {\n            send",
            "
                    let results = results.clone();
                    thread::spawn(move || results.send(result));
                    if context.is_done() {
                        return Some(job);
                    }
                }
            }",
        ),
        says: "the worker should return that job|still waiting|what does the worker try first?",
    },
    // biased_select
    Wrong {
        exercise: "biased_select",
        answer: "biased, but the jobs go first",
        change: Words(&[
            ("recv(context.done()) -> _ => return,\n            ", ""),
            (
                "recv(jobs) -> job => job,",
                "recv(jobs) -> job => job, recv(context.done()) -> _ => return,",
            ),
        ]),
        says: "what does the worker look at first?",
    },
    Wrong {
        exercise: "biased_select",
        answer: "the cancel goes first, in a select that picks at random",
        change: Words(&[(
            "let job = select_biased! {",
            "let job = crossbeam_channel::select! {",
        )]),
        says: "what does the worker look at first?",
    },
    Wrong {
        exercise: "biased_select",
        answer: "look at the cancel after taking a job",
        change: Words(&[
            ("recv(context.done()) -> _ => return,\n            ", ""),
            (
                "        work.run(job);",
                "        if context.is_done() { return; }\n        work.run(job);",
            ),
        ]),
        says: "a job was taken from the queue, but not done",
    },
    Wrong {
        exercise: "biased_select",
        answer: "the cancel is ignored",
        change: Words(&[("recv(context.done()) -> _ => return,\n            ", "")]),
        says: "does it see the cancel?",
    },
    Wrong {
        exercise: "biased_select",
        answer: "no job is done at all",
        change: From("    loop {", "}"),
        says: "only 0 of 1 jobs have started",
    },
    Wrong {
        exercise: "biased_select",
        answer: "ask, then wait for a job",
        change: Words(&[
            (
                "recv(context.done()) -> _ => return,",
                "recv(context.done()) -> _ => jobs.recv(),",
            ),
            ("    loop {", "    while !context.is_done() {"),
        ]),
        says: "job 2 came after the cancel",
    },
    Wrong {
        exercise: "biased_select",
        answer: "ask, then a select that picks at random",
        change: Words(&[
            ("    loop {", "    while !context.is_done() {"),
            (
                "let job = select_biased! {",
                "let job = crossbeam_channel::select! {",
            ),
        ]),
        says: "job 2 came after the cancel",
    },
    Wrong {
        exercise: "biased_select",
        answer: "ask after each job",
        change: From(
            "    loop {",
            "
                for job in jobs {
                    work.run(job);
                    if context.is_done() {
                        return;
                    }
                }
            }",
        ),
        says: "job 1 started after the cancel",
    },
    Wrong {
        exercise: "biased_select",
        answer: "look again and again, without waiting",
        change: From(
            "    loop {",
            "
                while !context.is_done() {
                    if let Ok(job) = jobs.try_recv() {
                        work.run(job);
                    }
                }
            }",
        ),
        says: "the worker does not wait for its next job",
    },
    Wrong {
        exercise: "biased_select",
        answer: "ask before the select and after it, and drop the job",
        change: From(
            "    loop {",
            "
                while !context.is_done() {
                    crossbeam_channel::select! {
                        recv(context.done()) -> _ => return,
                        recv(jobs) -> job => match job {
                            Ok(job) if !context.is_done() => drop(work.run(job)),
                            _ => return,
                        },
                    }
                }
            }",
        ),
        says: "taken from the queue after the cancel, but not done",
    },
    Wrong {
        exercise: "biased_select",
        answer: "look at the cancel every ten milliseconds, and once more after taking a job",
        change: From(
            "    loop {",
            "
                while !context.is_done() {
                    match jobs.recv_timeout(std::time::Duration::from_millis(10)) {
                        Ok(job) if !context.is_done() => drop(work.run(job)),
                        Err(error) if error.is_timeout() => {}
                        _ => return,
                    }
                }
            }",
        ),
        says: "taken from the queue after the cancel, but not done",
    },
    Wrong {
        exercise: "biased_select",
        answer: "at the cancel, empty the queue",
        change: Words(&[(
            "recv(context.done()) -> _ => return,",
            "recv(context.done()) -> _ => { jobs.try_iter().for_each(drop); return; }",
        )]),
        says: "a job was taken from the queue, but not done",
    },
    Wrong {
        exercise: "biased_select",
        answer: "a worker without a job returns after two seconds",
        change: Words(&[(
            "=> job,\n",
            "=> job, default(std::time::Duration::from_secs(2)) => return,\n",
        )]),
        says: "nobody cancelled, but the worker has returned",
    },
    Wrong {
        exercise: "biased_select",
        answer: "look at the cancel only after the first job",
        change: Words(&[(
            "    loop {",
            "    if let Ok(job) = jobs.recv() { work.run(job); }\n    loop {",
        )]),
        says: "job 1 started after the cancel",
    },
    // keep_the_cancel
    Wrong {
        exercise: "keep_the_cancel",
        answer: "a context that never ends",
        change: Words(&[
            (
                "let (context, cancel) = Context::with_cancel();",
                "let (context, cancel) = (Context::background(), Context::with_cancel().1);",
            ),
        ]),
        says: "who cancels when the pool is dropped?",
    },
    Wrong {
        exercise: "keep_the_cancel",
        answer: "a variable in `start`",
        change: Words(&[
            ("    /// Dropped together with the pool.\n    cancel: Cancel,\n", ""),
            ("        cancel,\n    }", "    }"),
            ("    Pool {\n        jobs", "    let _cancel = cancel;\n    Pool {\n        jobs"),
        ]),
        says: "who has cancelled, and where?",
    },
    Wrong {
        exercise: "keep_the_cancel",
        answer: "forget the cancel, so that it is never dropped",
        change: Words(&[
            ("    /// Dropped together with the pool.\n    cancel: Cancel,\n", ""),
            ("        cancel,\n    }", "    }"),
            ("    Pool {\n        jobs", "    std::mem::forget(cancel);\n    Pool {\n        jobs"),
        ]),
        says: "who cancels when the pool is dropped?",
    },
    Wrong {
        exercise: "keep_the_cancel",
        answer: "each worker keeps a clone",
        change: Words(&[
            ("    /// Dropped together with the pool.\n    cancel: Cancel,\n", ""),
            ("        cancel,\n    }", "    }"),
            (
                "thread::spawn(move || worker(",
                "let cancel = cancel.clone();
        thread::spawn(move || { let _cancel = cancel; worker(",
            ),
            ("&context, jobs))", "&context, jobs) })"),
        ]),
        says: "who cancels when the pool is dropped?",
    },
    Wrong {
        exercise: "keep_the_cancel",
        answer: "another thread keeps it for two seconds",
        change: Words(&[
            ("    /// Dropped together with the pool.\n    cancel: Cancel,\n", ""),
            ("        cancel,\n    }", "    }"),
            (
                "    Pool {\n        jobs",
                "    thread::spawn(move || {
        thread::sleep(std::time::Duration::from_secs(2));
        drop(cancel);
    });
    Pool {\n        jobs",
            ),
        ]),
        says: "who cancels when the pool is dropped?",
    },
    Wrong {
        exercise: "keep_the_cancel",
        answer: "one cancel for all pools, dropped with the first of them",
        change: Words(&[
            (
                "let (context, cancel) = Context::with_cancel();",
                "static SHARED: std::sync::Mutex<Option<(Context, Cancel)>> = std::sync::Mutex::new(None);
    let mut shared = SHARED.lock().unwrap();
    let fresh = shared.take().filter(|(context, _)| !context.is_done());
    let (context, cancel) = fresh.unwrap_or_else(Context::with_cancel);
    *shared = Some((context.clone(), cancel.clone()));
    drop(shared);",
            ),
            ("    workers: Vec<JoinHandle<()>>,\n", "    workers: Vec<JoinHandle<()>>,\n    _all: DropAll,\n"),
            ("        cancel,\n    }", "        _all: DropAll(cancel.clone()), cancel,\n    }"),
            (
                "struct Pool {",
                "struct DropAll(Cancel);
impl Drop for DropAll {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
struct Pool {",
            ),
        ]),
        says: "who has cancelled, and where?|nobody takes job",
    },
    Wrong {
        exercise: "keep_the_cancel",
        answer: "the workers do not look at the context",
        change: Words(&[
            ("            recv(context.done()) -> _ => return,\n", ""),
            ("let _ = work.run_with(context, job);", "work.run(job);"),
        ]),
        says: "who cancels when the pool is dropped?",
    },
    // drain
    Wrong {
        exercise: "drain",
        answer: "no cancel, and no close",
        change: Words(&[(
            "drop(jobs); // no more jobs: workers do what is left, and return",
            "",
        )]),
        says: "who tells the workers that no more jobs come?",
    },
    Wrong {
        exercise: "drain",
        answer: "close, and cancel to be sure",
        change: Words(&[("drop(jobs); //", "drop(jobs); cancel.cancel(); //")]),
        says: "jobs are left in the queue",
    },
    Wrong {
        exercise: "drain",
        answer: "drop `jobs` and `cancel`",
        change: Words(&[
            ("drop(jobs); //", "drop((jobs, cancel)); //"),
            ("    drop(cancel);\n", ""),
        ]),
        says: "jobs are left in the queue",
    },
    Wrong {
        exercise: "drain",
        answer: "close, and do not wait",
        change: Words(&[(
            "    for worker in workers {
        results.extend(worker.join().expect(\"no worker panics\"));
    }
",
            "",
        )]),
        says: "jobs are left in the queue",
    },
    Wrong {
        exercise: "drain",
        answer: "wait, and forget the results",
        change: Words(&[(
            "results.extend(worker.join().expect(\"no worker panics\"));",
            "worker.join().unwrap();",
        )]),
        says: "the results of all jobs",
    },
    Wrong {
        exercise: "drain",
        answer: "the results of the example, written down",
        change: Words(&[(
            "drop(jobs); // no more jobs: workers do what is left, and return",
            "return (2..=18).step_by(2).collect();",
        )]),
        says: "jobs are left in the queue",
    },
    Wrong {
        exercise: "drain",
        answer: "cancel after half a second",
        change: Words(&[(
            "drop(jobs); //",
            "thread::sleep(SOON / 2); cancel.cancel(); //",
        )]),
        says: "3 jobs are left in the queue",
    },
    Wrong {
        exercise: "drain",
        answer: "cancel after two seconds",
        change: Words(&[(
            "drop(jobs); //",
            "thread::sleep(SOON * 2); cancel.cancel(); //",
        )]),
        says: "3 jobs are left in the queue",
    },
    Wrong {
        exercise: "drain",
        answer: "wait until the queue is empty, then cancel",
        change: Words(&[(
            "drop(jobs); // no more jobs: workers do what is left, and return",
            r#"while !jobs.is_empty() {
        thread::yield_now();
    }
    cancel.cancel();"#,
        )]),
        says: "3 jobs are left in the queue: did it cancel?",
    },
    Wrong {
        exercise: "drain",
        answer: "wait until the queue has been empty for a second, then cancel",
        change: Words(&[(
            "drop(jobs); // no more jobs: workers do what is left, and return",
            r#"let second = std::time::Duration::from_secs(1);
    let mut since = std::time::Instant::now();
    while since.elapsed() < second {
        if !jobs.is_empty() {
            since = std::time::Instant::now();
        }
        thread::sleep(second / 100);
    }
    cancel.cancel();"#,
        )]),
        says: "jobs are left in the queue: did it cancel?",
    },
    Wrong {
        exercise: "drain",
        answer: "close, wait for at most two seconds, then cancel",
        change: Words(&[(
            "drop(jobs); // no more jobs: workers do what is left, and return",
            r#"drop(jobs);
    let start = std::time::Instant::now();
    while workers.iter().any(|worker| !worker.is_finished()) && start.elapsed().as_secs() < 2 {
        thread::yield_now();
    }
    cancel.cancel();"#,
        )]),
        says: "3 jobs are left in the queue: did it cancel?",
    },
    Wrong {
        exercise: "drain",
        answer: "close, and wait for at most two seconds for the results",
        change: Words(&[(
            "    drop(jobs); //",
            r#"    drop(jobs);
    let start = std::time::Instant::now();
    while workers.iter().any(|worker| !worker.is_finished()) && start.elapsed().as_secs() < 2 {
        thread::yield_now();
    }
    let workers = workers.into_iter().filter(|worker| worker.is_finished());
    //"#,
        )]),
        says: "the results of all jobs",
    },
    Wrong {
        exercise: "drain",
        answer: "the workers do not look at the cancel any more",
        change: Words(&[
            (
                r#"recv(context.done()) -> _ => return results,
            "#,
                "",
            ),
            (
                "drop(jobs); // no more jobs: workers do what is left, and return",
                r#"cancel.cancel();
    drop(jobs);"#,
            ),
        ]),
        says: "still waiting for the workers after a cancel",
    },
    Wrong {
        exercise: "drain",
        answer: "after a cancel, the workers empty the queue",
        change: Words(&[
            (
                "recv(context.done()) -> _ => return results,",
                r#"recv(context.done()) -> _ => {
                results.extend(jobs.try_iter().map(|job| work.run(job)));
                return results;
            }"#,
            ),
            (
                "drop(jobs); // no more jobs: workers do what is left, and return",
                "cancel.cancel();",
            ),
        ]),
        says: "a cancel left 0 of 20 jobs in the queue",
    },
    Wrong {
        exercise: "drain",
        answer: "wait for three workers",
        change: Words(&[(
            "for worker in workers {",
            "for worker in workers.into_iter().take(3) {",
        )]),
        says: "the results of all jobs",
    },
    Wrong {
        exercise: "drain",
        answer: "close, wait until the queue is empty, then cancel",
        change: Words(&[(
            "drop(jobs); // no more jobs: workers do what is left, and return",
            r#"let queue = jobs.clone();
    drop(jobs);
    while !queue.is_empty() {
        thread::yield_now();
    }
    cancel.cancel();"#,
        )]),
        says: "3 jobs are left in the queue: did it cancel?",
    },
    // hand_back
    Wrong {
        exercise: "hand_back",
        answer: "report only the interrupted jobs",
        change: Words(&[("    fates.never_started.extend(jobs_rx.try_iter());\n", "")]),
        says: "job 8 belongs in `never_started`, but it is in no list",
    },
    Wrong {
        exercise: "hand_back",
        answer: "empty the queue before the workers have returned",
        change: Words(&[
            ("    fates.never_started.extend(jobs_rx.try_iter());\n", ""),
            (
                "        for worker in workers {",
                "        fates.never_started.extend(jobs_rx.try_iter());
        for worker in workers {",
            ),
        ]),
        says: "Did somebody take it out of the queue before a worker could?",
    },
    Wrong {
        exercise: "hand_back",
        answer: "count interrupted jobs as done",
        change: Words(&[(
            "fates.interrupted.extend(interrupted)",
            "fates.done.extend(interrupted)",
        )]),
        says: "job 5 belongs in `interrupted`, but it is in `done`",
    },
    Wrong {
        exercise: "hand_back",
        answer: "count interrupted jobs as never started",
        change: Words(&[(
            "fates.interrupted.extend(interrupted)",
            "fates.never_started.extend(interrupted)",
        )]),
        says: "job 5 belongs in `interrupted`, but it is in `never_started`",
    },
    Wrong {
        exercise: "hand_back",
        answer: "a worker goes on after an interruption",
        change: Words(&[("Err(_) => return (done, Some(job)),", "Err(_) => {}")]),
        says: "job 5 belongs in `interrupted`, but it is in no list",
    },
    Wrong {
        exercise: "hand_back",
        answer: "the cancel is ignored",
        change: Words(&[
            (
                "recv(context.done()) -> _ => return (done, None),\n            ",
                "",
            ),
            (
                "match work.run_with(context, job) {",
                "match Ok::<_, ()>(work.run(job)) {",
            ),
        ]),
        says: "do they see the cancel?",
    },
    Wrong {
        exercise: "hand_back",
        answer: "the numbers of the example",
        change: Words(&[(
            "    fates.never_started.extend(jobs_rx.try_iter());\n",
            "    fates.never_started.extend(8..=12);\n",
        )]),
        says: "job 3 belongs in `never_started`, but it is in no list",
    },
    Wrong {
        exercise: "hand_back",
        answer: "each worker was interrupted in one job",
        change: Words(&[
            (
                r#"            fates.interrupted.extend(interrupted);
"#,
                "",
            ),
            (
                r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
                r#"    let done = fates.done.len();
    let taken = (done + workers).min(jobs);
    fates.interrupted.extend(done + 1..=taken);
    fates.never_started.extend(taken + 1..=jobs);
"#,
            ),
        ]),
        says: "job 3 belongs in `never_started`, but it is in `interrupted`",
    },
    Wrong {
        exercise: "hand_back",
        answer: "a job that ends after the cancel counts as interrupted",
        change: Words(&[(
            "Ok(_) => done.push(job),",
            r#"Ok(_) if context.is_done() => return (done, Some(job)),
            Ok(_) => done.push(job),"#,
        )]),
        says: "job 1 belongs in `done`, but it is in `interrupted`",
    },
    Wrong {
        exercise: "hand_back",
        answer: "what comes after the last interrupted job never started",
        change: Words(&[(
            r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
            r#"    let last = fates.interrupted.iter().max().unwrap_or(&0);
    fates.never_started.extend(last + 1..=jobs);
"#,
        )]),
        says: "job 1 belongs in `done`, but it is in `done` and in `never_started`",
    },
    Wrong {
        exercise: "hand_back",
        answer: "empty the queue after half a second, then wait for the workers",
        change: Words(&[
            (
                r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
                "",
            ),
            (
                "        for worker in workers {",
                r#"        thread::sleep(std::time::Duration::from_millis(500));
        fates.never_started.extend(jobs_rx.try_iter());
        for worker in workers {"#,
            ),
        ]),
        says: "job 3 belongs in `done`, but it is in `never_started`",
    },
    Wrong {
        exercise: "hand_back",
        answer: "wait for the cancel, empty the queue, then wait for the workers",
        change: Words(&[
            (
                r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
                "",
            ),
            (
                "        for worker in workers {",
                r#"        let _ = context.done().recv();
        fates.never_started.extend(jobs_rx.try_iter());
        for worker in workers {"#,
            ),
        ]),
        says: "still waiting, although all jobs are done",
    },
    Wrong {
        exercise: "hand_back",
        answer: "the worker hands back one job that never started",
        change: Words(&[(
            "recv(context.done()) -> _ => return (done, None),",
            "recv(context.done()) -> _ => return (done, jobs.try_recv().ok()),",
        )]),
        says: "belongs in `never_started`, but it is in `interrupted`",
    },
    Wrong {
        exercise: "hand_back",
        answer: "do the interrupted job again",
        change: Words(&[(
            "Err(_) => return (done, Some(job)),",
            r#"Err(_) => {
                work.run(job);
                done.push(job);
            }"#,
        )]),
        says: "still waiting for the workers",
    },
    Wrong {
        exercise: "hand_back",
        answer: "all that is not done never started",
        change: Words(&[
            (
                r#"            fates.interrupted.extend(interrupted);
"#,
                "",
            ),
            (
                r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
                r#"    let rest = (1..=jobs).filter(|job| !fates.done.contains(job));
    fates.never_started = rest.collect();
"#,
            ),
        ]),
        says: "job 5 belongs in `interrupted`, but it is in `never_started`",
    },
    // write_a_pool
    Wrong {
        exercise: "write_a_pool",
        answer: "a thread for each job",
        change: From(
            "impl Pool {",
            "
impl Pool {
    fn new(workers: usize) -> Pool {
        Pool { jobs: bounded(0).0, workers: Vec::new() }
    }
    fn submit(&self, job: impl FnOnce() + Send + 'static) {
        thread::spawn(job);
    }
    fn shutdown(self) {
        thread::sleep(std::time::Duration::from_secs(2));
    }
}",
        ),
        says: "the jobs ran on 12 threads",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`submit` does the job itself",
        change: Words(&[(
            "let sent = self.jobs.send(Box::new(job));
        sent.expect(\"workers stay until the queue is closed\");",
            "job();",
        )]),
        says: "Or does it wait until the job is done?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "a lock that is held while the job is done",
        change: Words(&[
            (
                "let workers = (0",
                "let queue = std::sync::Arc::new(std::sync::Mutex::new(jobs_rx));\n        let workers = (0",
            ),
            ("jobs_rx.clone()", "queue.clone()"),
            (
                "for job in jobs {",
                "while let Ok(job) = jobs.lock().unwrap().recv() {",
            ),
        ]),
        says: "never more than 1 at the same time",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`shutdown` does not close the queue",
        change: Words(&[("        drop(self.jobs);\n", "")]),
        says: "still waiting for `shutdown`: who closes the queue?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`shutdown` does not wait",
        change: Words(&[(
            "for worker in self.workers {
            worker.join().expect(\"no job panics\");
        }",
            "",
        )]),
        says: "does it wait for all workers?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "room for any number of jobs",
        change: Words(&[(
            "bounded::<Job>(workers * 2)",
            "crossbeam_channel::unbounded::<Job>()",
        )]),
        says: "`submit` accepted 5 jobs and not 3",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "room for one job per worker",
        change: Words(&[("bounded::<Job>(workers * 2)", "bounded::<Job>(workers)")]),
        says: "`submit` accepted 2 jobs and not 3",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "only one worker",
        change: Words(&[("(0..workers).map", "(0..1).map")]),
        says: "never more than 1 at the same time",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "half a second is enough for all jobs",
        change: Words(&[(
            "for worker in self.workers {
            worker.join().expect(\"no job panics\");
        }",
            "thread::sleep(SOON / 2);",
        )]),
        says: "does it wait for all workers?|`shutdown` gave up",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "workers leave after 200 milliseconds without a job",
        change: Words(&[(
            r#"for job in jobs {
                    job();
                }"#,
            r#"while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(200)) {
                    job();
                }"#,
        )]),
        says: "did the worker give up?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "workers leave after two seconds, and `submit` does not care",
        change: Words(&[
            (
                r#"for job in jobs {
                    job();
                }"#,
                r#"while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(2000)) {
                    job();
                }"#,
            ),
            (
                r#"let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");"#,
                "let _ = self.jobs.send(Box::new(job));",
            ),
        ]),
        says: "job 2 came after a long pause, and is not done",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`submit` throws the job away if the queue is full",
        change: Words(&[(
            r#"let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");"#,
            "let _ = self.jobs.try_send(Box::new(job));",
        )]),
        says: "was submitted, but never done: did `submit` throw it away?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`submit` waits for half a second, then throws the job away",
        change: Words(&[(
            r#"let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");"#,
            "let _ = self.jobs.send_timeout(Box::new(job), std::time::Duration::from_millis(500));",
        )]),
        says: "`submit` gave up: 4 of jobs 3 to 6 were accepted",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "if the queue is full, `submit` does the job itself",
        change: Words(&[(
            r#"let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");"#,
            r#"if let Err(full) = self.jobs.try_send(Box::new(job)) {
            full.into_inner()();
        }"#,
        )]),
        says: "it wait until the job is done?|the number of threads must not depend",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "no room in the queue",
        change: Words(&[("bounded::<Job>(workers * 2)", "bounded::<Job>(0)")]),
        says: "`submit` accepted 1 jobs and not 3, while none was done",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "room for two jobs more than there are workers",
        change: Words(&[("bounded::<Job>(workers * 2)", "bounded::<Job>(workers + 2)")]),
        says: "`submit` accepted 4 jobs and not 3, while none was done",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "the room of the example",
        change: Words(&[("bounded::<Job>(workers * 2)", "bounded::<Job>(6)")]),
        says: "`submit` accepted 5 jobs and not 3, while none was done",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "three workers, whatever `workers` says",
        change: Words(&[("(0..workers).map", "(0..3).map")]),
        says: "threads, but 1 workers need only 1",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`shutdown` waits for the first worker only",
        change: Words(&[(
            r#"for worker in self.workers {
            worker.join().expect("no job panics");
        }"#,
            r#"for worker in self.workers.into_iter().take(1) {
            worker.join().expect("no job panics");
        }"#,
        )]),
        says: "does it wait for all workers?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`shutdown` waits for the last worker only",
        change: Words(&[(
            r#"for worker in self.workers {
            worker.join().expect("no job panics");
        }"#,
            r#"for worker in self.workers.into_iter().rev().take(1) {
            worker.join().expect("no job panics");
        }"#,
        )]),
        says: "does it wait for all workers?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`shutdown` waits for at most two seconds",
        change: Words(&[(
            r#"for worker in self.workers {
            worker.join().expect("no job panics");
        }"#,
            r#"let start = std::time::Instant::now();
        while start.elapsed().as_secs() < 2 && self.workers.iter().any(|it| !it.is_finished()) {
            thread::yield_now();
        }"#,
        )]),
        says: "`shutdown` gave up: it returned while job 7 was running",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`shutdown` waits until the queue is empty",
        change: Words(&[
            (
                r#"        drop(self.jobs);
"#,
                r#"        while !self.jobs.is_empty() {}
"#,
            ),
            (
                r#"for worker in self.workers {
            worker.join().expect("no job panics");
        }"#,
                "",
            ),
        ]),
        says: "does it wait for all workers?",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "each worker starts a thread for each job",
        change: Words(&[("job();", "thread::spawn(job).join().unwrap();")]),
        says: "the jobs ran on",
    },
    Wrong {
        exercise: "write_a_pool",
        answer: "`submit` waits until the job is done",
        change: Words(&[(
            r#"let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");"#,
            r#"let (done_tx, done_rx) = bounded(1);
        let sent = self.jobs.send(Box::new(move || {
            job();
            let _ = done_tx.send(());
        }));
        sent.unwrap();
        done_rx.recv().unwrap();"#,
        )]),
        says: "Or does it wait until the job is done?",
    },
    // drop_the_pool
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait, but do not close",
        change: Words(&[("        drop(self.jobs.take());\n", "")]),
        says: "still waiting for `drop`: who closes the queue?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "close, but do not wait",
        change: Words(&[(
            "        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
",
            "",
        )]),
        says: "does `drop` wait for all workers?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait first, close afterwards",
        change: Words(&[
            ("        drop(self.jobs.take());\n", ""),
            (
                "            let _ = worker.join();\n        }\n",
                "            let _ = worker.join();\n        }\n        drop(self.jobs.take());\n",
            ),
        ]),
        says: "still waiting for `drop`: who closes the queue?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "pass on the panic of a worker",
        change: Words(&[("let _ = worker.join();", "worker.join().unwrap();")]),
        says: "`drop` panicked: it should ignore the panic of a job",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait until the queue is empty",
        change: Words(&[(
            "        drop(self.jobs.take());
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
",
            "        while self.jobs.as_ref().is_some_and(|jobs| !jobs.is_empty()) {}\n",
        )]),
        says: "does `drop` wait for all workers?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "half a second is enough for all jobs",
        change: Words(&[(
            "for worker in self.workers.drain(..) {
            let _ = worker.join();
        }",
            "thread::sleep(SOON / 2);",
        )]),
        says: "`drop` gave up",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "stop waiting after the first panic",
        change: Words(&[(
            "let _ = worker.join();",
            "if worker.join().is_err() { return; }",
        )]),
        says: "does `drop` wait for all workers?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait for at most two seconds",
        change: Words(&[(
            r#"        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
            r#"        let start = std::time::Instant::now();
        while start.elapsed().as_secs() < 2 && self.workers.iter().any(|it| !it.is_finished()) {
            thread::yield_now();
        }
"#,
        )]),
        says: "`drop` gave up: it returned while job 1 was running",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "do nothing while the owner panics",
        change: Words(&[(
            r#"        drop(self.jobs.take());
"#,
            r#"        if thread::panicking() {
            return;
        }
        drop(self.jobs.take());
"#,
        )]),
        says: "when the pool was dropped, while its owner panicked",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "close, but do not wait while the owner panics",
        change: Words(&[(
            r#"        drop(self.jobs.take());
"#,
            r#"        drop(self.jobs.take());
        if thread::panicking() {
            return;
        }
"#,
        )]),
        says: "when the pool was dropped, while its owner panicked",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "pass on the panic of a worker, but not while the owner panics",
        change: Words(&[(
            "let _ = worker.join();",
            r#"if worker.join().is_err() && !thread::panicking() {
                panic!("a job panicked");
            }"#,
        )]),
        says: "`drop` panicked: it should ignore the panic of a job",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait for the first worker only",
        change: Words(&[("self.workers.drain(..) {", "self.workers.drain(..1) {")]),
        says: "does `drop` wait for all workers?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait for all workers except the last",
        change: Words(&[("self.workers.drain(..) {", "self.workers.drain(1..) {")]),
        says: "does `drop` wait for all workers?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait on another thread",
        change: Words(&[(
            r#"        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
            r#"        let workers = std::mem::take(&mut self.workers);
        thread::spawn(|| workers.into_iter().for_each(|worker| drop(worker.join())));
"#,
        )]),
        says: "does `drop` wait for all workers?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "close, wait until the queue is empty",
        change: Words(&[
            (
                r#"        drop(self.jobs.take());
"#,
                r#"        let jobs = self.jobs.take().unwrap();
        while !jobs.is_empty() {}
        drop(jobs);
"#,
            ),
            (
                r#"        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
                "",
            ),
        ]),
        says: "does `drop` wait for all workers?",
    },
    Wrong {
        exercise: "drop_the_pool",
        answer: "wait only if no worker has panicked",
        change: Words(&[(
            r#"        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
            r#"        if self.workers.iter().any(|worker| worker.is_finished()) {
            return;
        }
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
        )]),
        says: "does `drop` wait for all workers?",
    },
    // backpressure
    Wrong {
        exercise: "backpressure",
        answer: "room for a hundred",
        change: Words(&[("bounded(room)", "bounded(100)")]),
        says: "reading went on after photo 9",
    },
    Wrong {
        exercise: "backpressure",
        answer: "no room",
        change: Words(&[("bounded(room)", "bounded(0)")]),
        says: "reading stopped after photo 4, but 9 may be in memory",
    },
    Wrong {
        exercise: "backpressure",
        answer: "the room of the example",
        change: Words(&[("bounded(room)", "bounded(5)")]),
        says: "reading went on after photo 3",
    },
    Wrong {
        exercise: "backpressure",
        answer: "all photos are read first",
        change: Words(&[(
            "for photo in photos {",
            "for photo in Vec::from_iter(photos) {",
        )]),
        says: "reading went on after photo 9",
    },
    Wrong {
        exercise: "backpressure",
        answer: "read a little slower",
        change: Words(&[
            ("bounded(room)", "unbounded()"),
            (
                "for photo in photos {",
                "for photo in photos {\n            thread::sleep(LIMIT / 100);",
            ),
        ]),
        says: "reading went on after photo 9",
    },
    Wrong {
        exercise: "backpressure",
        answer: "one after the other",
        change: From(
            "    let (jobs_tx",
            "
                for photo in photos {
                    work.run(photo);
                }
            }",
        ),
        says: "reading stopped after photo 1, but 9 may be in memory",
    },
    Wrong {
        exercise: "backpressure",
        answer: "a photo for which there is no room is thrown away",
        change: Words(&[(
            "jobs_tx.send(photo).expect(\"we hold a receiver too\");",
            "let _ = jobs_tx.try_send(photo);",
        )]),
        says: "reading went on after photo 9",
    },
    Wrong {
        exercise: "backpressure",
        answer: "three workers, whatever `workers` says",
        change: Words(&[("for _ in 0..workers", "for _ in 0..3")]),
        says: "reading went on after photo 3",
    },
    Wrong {
        exercise: "backpressure",
        answer: "wait for half a second, then throw the photo away",
        change: Words(&[(
            "jobs_tx.send(photo).expect(\"we hold a receiver too\");",
            "let _ = jobs_tx.send_timeout(photo, SOON / 2);",
        )]),
        says: "reading went on after photo 9",
    },
    Wrong {
        exercise: "backpressure",
        answer: "wait for two seconds, then throw the photo away",
        change: Words(&[(
            "jobs_tx.send(photo).expect(\"we hold a receiver too\");",
            "let _ = jobs_tx.send_timeout(photo, SOON * 2);",
        )]),
        says: "reading went on after photo 6",
    },
    Wrong {
        exercise: "backpressure",
        answer: "the limit holds only until the first photo is done",
        change: Words(&[(
            "for photo in photos {",
            "let mut photos = photos;
        for photo in photos.by_ref().take(workers + room + 1) {
            jobs_tx.send(photo).unwrap();
        }
        for photo in Vec::from_iter(photos) {",
        )]),
        says: "later, 9",
    },
    Wrong {
        exercise: "backpressure",
        answer: "read as many as may be in memory, and wait until all of them are done",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, room: usize, photos: impl Iterator<Item = usize>, work: &RecordedWork) {
                let (jobs_tx, jobs_rx) = unbounded();
                let (done_tx, done_rx) = unbounded();
                thread::scope(|scope| {
                    for _ in 0..workers {
                        let (jobs, done) = (jobs_rx.clone(), done_tx.clone());
                        scope.spawn(move || {
                            for photo in jobs {
                                done.send(work.run(photo)).unwrap();
                            }
                        });
                    }
                    let mut in_memory = 0;
                    for photo in photos {
                        jobs_tx.send(photo).unwrap();
                        in_memory += 1;
                        if in_memory == workers + room + 1 {
                            done_rx.iter().take(in_memory).for_each(drop);
                            in_memory = 0;
                        }
                    }
                    drop(jobs_tx);
                });
            }",
        ),
        says: "although a worker was free",
    },
    Wrong {
        exercise: "backpressure",
        answer: "a queue for each worker",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, room: usize, photos: impl Iterator<Item = usize>, work: &RecordedWork) {
                thread::scope(|scope| {
                    let queues: Vec<_> = (0..workers).map(|_| {
                        let (jobs_tx, jobs_rx) = bounded(room / workers);
                        scope.spawn(move || {
                            for photo in jobs_rx {
                                work.run(photo);
                            }
                        });
                        jobs_tx
                    }).collect();
                    for photo in photos {
                        queues[photo % workers].send(photo).unwrap();
                    }
                });
            }",
        ),
        says: "reading stopped after photo|although a worker was free",
    },
    Wrong {
        exercise: "backpressure",
        answer: "look ahead: one more photo is in memory",
        change: Words(&[(
            "for photo in photos {",
            "let mut photos = photos.peekable();
        while let Some(photo) = photos.next() {
            photos.peek();",
        )]),
        says: "reading went on after photo 9",
    },
    Wrong {
        exercise: "backpressure",
        answer: "the right limit, but a worker without a photo returns after two seconds",
        change: Words(&[(
            "for photo in jobs {",
            "while let Ok(photo) = jobs.recv_timeout(SOON * 2) {",
        )]),
        says: "did the workers return before the others came?",
    },
    // errors_as_values
    Wrong {
        exercise: "errors_as_values",
        answer: "go on with the next",
        change: Words(&[(
            "let answer = fetch(&url);",
            "let Ok(status) = fetch(&url) else { continue };\n        let answer = Ok(status);",
        )]),
        says: "http://localhost/2 is missing from the report",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "report an error as status 0",
        change: Words(&[("fetch(&url);", "Ok(fetch(&url).unwrap_or(0));")]),
        says: "about http://localhost/2, but its answer is Err",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "report every error as `failed`",
        change: Words(&[(
            "fetch(&url);",
            "fetch(&url).map_err(|_| \"failed\".to_string());",
        )]),
        says: "about http://localhost/2, but its answer is Err",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "assume that there is no error",
        change: Words(&[("fetch(&url);", "Ok(fetch(&url).unwrap());")]),
        says: "hung up",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "try again until it works",
        change: Words(&[(
            "fetch(&url);",
            "loop { if let Ok(status) = fetch(&url) { break Ok(status); } };",
        )]),
        says: "still waiting for the workers",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "try again once",
        change: Words(&[("fetch(&url);", "fetch(&url).or_else(|_| fetch(&url));")]),
        says: "job 2 was done 2 times",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "report 200 for every URL",
        change: Words(&[("fetch(&url);", "{ let _ = fetch(&url); Ok(200) };")]),
        says: "about http://localhost/2, but its answer is Err",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "give up after three errors",
        change: Words(&[
            (
                "    for url in urls {",
                r#"    let mut errors = 0;
    for url in urls {"#,
            ),
            (
                r#"results.send((url, answer)).expect("the results are read");"#,
                r#"results.send((url, answer)).expect("the results are read");
        errors += report_is_error as usize;
        if errors == 3 {
            return;
        }"#,
            ),
            (
                "let answer = fetch(&url);",
                r#"let answer = fetch(&url);
        let report_is_error = answer.is_err();"#,
            ),
        ]),
        says: "http://localhost/4 is missing from the report",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "a status of 500 or more is an error",
        change: Words(&[(
            "fetch(&url);",
            r#"match fetch(&url) {
            Ok(status) if status >= 500 => Err(format!("status {status}")),
            answer => answer,
        };"#,
        )]),
        says: "about http://localhost/8, but its answer is Ok(503)",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "try again when the server has an error",
        change: Words(&[(
            "fetch(&url);",
            r#"match fetch(&url) {
            Ok(503) => fetch(&url),
            answer => answer,
        };"#,
        )]),
        says: "job 8 was done 2 times",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "throw the answer away if nobody reads it yet",
        change: Words(&[(
            r#"results.send((url, answer)).expect("the results are read");"#,
            "let _ = results.try_send((url, answer));",
        )]),
        says: "http://localhost/1 is missing from the report",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "wait for a reader for two seconds",
        change: Words(&[(
            r#"results.send((url, answer)).expect("the results are read");"#,
            "let _ = results.send_timeout((url, answer), std::time::Duration::from_millis(2000));",
        )]),
        says: "http://localhost/1 is missing from the report",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "leave when there is no URL for a second",
        change: Words(&[(
            "for url in urls {",
            "while let Ok(url) = urls.recv_timeout(std::time::Duration::from_millis(1000)) {",
        )]),
        says: "did a worker leave?",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "an error without a text is no answer",
        change: Words(&[(
            "let answer = fetch(&url);",
            r#"let answer = fetch(&url);
        if answer == Err(String::new()) {
            continue;
        }"#,
        )]),
        says: "http://localhost/12 is missing from the report",
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "report the URL in the place of the reason",
        change: Words(&[("fetch(&url);", "fetch(&url).map_err(|_| url.clone());")]),
        says: r#"about http://localhost/2, but its answer is Err("page 2 hung up")"#,
    },
    Wrong {
        exercise: "errors_as_values",
        answer: "report each error twice, to be sure",
        change: Words(&[(
            "let answer = fetch(&url);",
            r#"let answer = fetch(&url);
        if answer.is_err() {
            results.send((url.clone(), answer.clone())).unwrap();
        }"#,
        )]),
        says: "the report has two lines for http://localhost/2",
    },
    // time_left
    Wrong {
        exercise: "time_left",
        answer: "the larger of the two",
        change: Words(&[("limit.min(", "limit.max(")]),
        says: "a request may take 10s, and 4.",
    },
    Wrong {
        exercise: "time_left",
        answer: "all the time that is left",
        change: Words(&[(
            "limit.min(deadline.saturating_duration_since(Instant::now()))",
            "deadline - Instant::now()",
        )]),
        says: "a request may take 10s, and 29.",
    },
    Wrong {
        exercise: "time_left",
        answer: "assume that there is a deadline",
        change: From(
            "    match context",
            "    limit.min(context.deadline().unwrap() - Instant::now())\n}",
        ),
        says: "called `Option::unwrap()` on a `None` value",
    },
    Wrong {
        exercise: "time_left",
        answer: "`elapsed`, the wrong way round",
        change: Words(&[(
            "deadline.saturating_duration_since(Instant::now())",
            "deadline.elapsed()",
        )]),
        says: "it gets 0ns",
    },
    Wrong {
        exercise: "time_left",
        answer: "use the limit when the time is up",
        change: Words(&[(
            "limit.min(deadline.saturating_duration_since(Instant::now()))",
            "deadline.checked_duration_since(Instant::now()).map_or(limit, |left| left.min(limit))",
        )]),
        says: "the deadline has passed",
    },
    Wrong {
        exercise: "time_left",
        answer: "the numbers of the example",
        change: From(
            "    match context",
            "
                match context.deadline().map(|deadline| deadline - Instant::now()) {
                    Some(Duration::ZERO) => Duration::ZERO,
                    Some(left) if left < Duration::from_secs(10) => Duration::from_secs(5),
                    Some(_) => Duration::from_secs(10),
                    None => limit,
                }
            }",
        ),
        says: "a request may take 10s, and 4.",
    },
    Wrong {
        exercise: "time_left",
        answer: "half a second more",
        change: Words(&[(
            "limit.min(deadline",
            "limit.min(Duration::from_millis(500) + deadline",
        )]),
        says: "it gets 5.4",
    },
    Wrong {
        exercise: "time_left",
        answer: "whole seconds, rounded down",
        change: Words(&[(
            "deadline.saturating_duration_since(Instant::now())",
            "Duration::from_secs(deadline.saturating_duration_since(Instant::now()).as_secs())",
        )]),
        says: "a request may take 10s, and 4.",
    },
    Wrong {
        exercise: "time_left",
        answer: "whole seconds, rounded to the nearest",
        change: Words(&[(
            "deadline.saturating_duration_since(Instant::now())",
            "Duration::from_secs(deadline.saturating_duration_since(Instant::now()).as_secs_f64().round() as u64)",
        )]),
        says: "a request may take 10s, and 4.",
    },
    Wrong {
        exercise: "time_left",
        answer: "whole milliseconds, rounded up",
        change: Words(&[(
            "deadline.saturating_duration_since(Instant::now())",
            "Duration::from_millis(deadline.saturating_duration_since(Instant::now()).as_millis() as u64 + 1)",
        )]),
        says: "a request may take 10s, and 4.",
    },
    Wrong {
        exercise: "time_left",
        answer: "at least a second",
        change: Words(&[(
            "limit.min(deadline.saturating_duration_since(Instant::now()))",
            "limit.min(deadline.saturating_duration_since(Instant::now()).max(Duration::from_secs(1)))",
        )]),
        says: "a request may take 700ms, and 39",
    },
    Wrong {
        exercise: "time_left",
        answer: "at least a second, if any time is left",
        change: Words(&[(
            "limit.min(deadline.saturating_duration_since(Instant::now()))",
            r#"match deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Duration::ZERO,
            left => limit.min(left.max(Duration::from_secs(1))),
        }"#,
        )]),
        says: "a request may take 700ms, and 39",
    },
    Wrong {
        exercise: "time_left",
        answer: "a minute at most",
        change: Words(&[(
            "limit.min(deadline.saturating_duration_since(Instant::now()))",
            "limit.min(deadline.saturating_duration_since(Instant::now())).min(Duration::from_secs(60))",
        )]),
        says: "it gets 60s",
    },
    Wrong {
        exercise: "time_left",
        answer: "ten seconds if there is no deadline",
        change: Words(&[("None => limit,", "None => Duration::from_secs(10),")]),
        says: "there is no deadline, so the limit of 1s counts: the request gets 10s",
    },
    Wrong {
        exercise: "time_left",
        answer: "the deadline as an age",
        change: Words(&[(
            "deadline.saturating_duration_since(Instant::now())",
            "(deadline.max(Instant::now()) - deadline.min(Instant::now()))",
        )]),
        says: "the deadline has passed, and no time is left",
    },
    Wrong {
        exercise: "time_left",
        answer: "all or nothing",
        change: Words(&[(
            "limit.min(deadline.saturating_duration_since(Instant::now()))",
            r#"if limit <= deadline.saturating_duration_since(Instant::now()) {
            limit
        } else {
            Duration::ZERO
        }"#,
        )]),
        says: "it gets 0ns",
    },
    Wrong {
        exercise: "time_left",
        answer: "wait until the deadline, and measure",
        change: Words(&[(
            "limit.min(deadline.saturating_duration_since(Instant::now()))",
            r#"{
            let start = Instant::now();
            let _ = context.done().recv_timeout(limit);
            start.elapsed()
        }"#,
        )]),
        says: "which should only calculate",
    },
    Wrong {
        exercise: "time_left",
        answer: "a second less, to be safe",
        change: Words(&[(
            "deadline.saturating_duration_since(Instant::now())",
            "deadline.saturating_duration_since(Instant::now()).saturating_sub(Duration::from_secs(1))",
        )]),
        says: "a request may take 10s, and 4.",
    },
    // survive_panic
    Wrong {
        exercise: "survive_panic",
        answer: "no result for a job that panicked",
        change: Words(&[(
            "results.send((job, result)).expect(\"the results are read\");",
            "if result.is_ok() { results.send((job, result)).unwrap(); }",
        )]),
        says: "job 2 has 0 results",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "catch panics around the loop",
        change: From(
            "    for job in jobs {",
            "
                let _ = catch_unwind(std::panic::AssertUnwindSafe(|| {
                    for job in jobs {
                        results.send((job, Ok(work.run(job)))).unwrap();
                    }
                }));
            }",
        ),
        says: "has 0 results",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "the worker returns after a panic",
        change: Words(&[(
            "results.send((job, result)).expect(\"the results are read\");",
            "let failed = result.is_err();
        results.send((job, result)).unwrap();
        if failed { return; }",
        )]),
        says: "has 0 results",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "a thread for each job: a panic is an error of `join`",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            "thread::spawn({ let work = work.clone(); move || work.run(job) }).join();",
        )]),
        says: "the jobs ran on 9 threads",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "try again once",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            "catch_unwind(|| work.run(job))
            .or_else(|_| catch_unwind(|| work.run(job)));",
        )]),
        says: "job 2 was done 2 times",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "a result of 0 in place of the panic",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            "Ok(catch_unwind(|| work.run(job)).unwrap_or(0));",
        )]),
        says: "job 2 panicked: its result must be `Err`",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "do not run the jobs that panic in the example",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            "if (2..=4).contains(&job) { Err(Box::new(()) as _) } else { Ok(work.run(job)) };",
        )]),
        says: "the `Err` of job 2 must have its panic in it",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "any number as the result",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            "catch_unwind(|| work.run(job)).map(|_| 0);",
        )]),
        says: "job 1 returned 2, but its result says 0",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "an `Err` with a text of your own",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            r#"catch_unwind(|| work.run(job))
            .map_err(|_| Box::new("the job panicked") as _);"#,
        )]),
        says: "the `Err` of job 2 must have its panic in it",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "the panic in one more box",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            r#"catch_unwind(|| work.run(job))
            .map_err(|panic| Box::new(panic) as _);"#,
        )]),
        says: "the `Err` of job 2 must have its panic in it",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "the worker gives up after five panics",
        change: Words(&[
            (
                "    for job in jobs {",
                r#"    let mut panics = 0;
    for job in jobs {"#,
            ),
            (
                r#"results.send((job, result)).expect("the results are read");"#,
                r#"panics += result.is_err() as usize;
        results.send((job, result)).expect("the results are read");
        if panics == 5 {
            return;
        }"#,
            ),
        ]),
        says: "job 6 has 0 results",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "send the panics at the end",
        change: From(
            "    for job in jobs {",
            r#"    let mut panics = Vec::new();
    for job in jobs {
        match catch_unwind(|| work.run(job)) {
            Ok(result) => results.send((job, Ok(result))).unwrap(),
            panic => panics.push((job, panic)),
        }
    }
    panics.into_iter().for_each(|panic| results.send(panic).unwrap());
}"#,
        ),
        says: "but job 1, which panicked, has no result yet",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "throw the result away if nobody reads it yet",
        change: Words(&[(
            r#"results.send((job, result)).expect("the results are read");"#,
            "let _ = results.try_send((job, result));",
        )]),
        says: "job 1 has 0 results",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "wait for a reader for two seconds",
        change: Words(&[(
            r#"results.send((job, result)).expect("the results are read");"#,
            "let _ = results.send_timeout((job, result), std::time::Duration::from_millis(2000));",
        )]),
        says: "job 1 has 0 results",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "leave when there is no job for a second",
        change: Words(&[(
            "for job in jobs {",
            "while let Ok(job) = jobs.recv_timeout(std::time::Duration::from_millis(1000)) {",
        )]),
        says: "did a worker leave?",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "catch panics around the loop, and start it again",
        change: From(
            "    for job in jobs {",
            r#"
    while catch_unwind(std::panic::AssertUnwindSafe(|| {
        for job in &jobs {
            results.send((job, Ok(work.run(job)))).unwrap();
        }
    }))
    .is_err()
    {}
}"#,
        ),
        says: "job 2 has 0 results",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "after a panic, a new thread goes on",
        change: From(
            "    for job in jobs {",
            r#"    while let Ok(job) = jobs.recv() {
        let result = catch_unwind(|| work.run(job));
        let failed = result.is_err();
        results.send((job, result)).unwrap();
        if failed {
            let work = work.clone();
            thread::spawn(move || worker(&work, jobs, results));
            return;
        }
    }
}"#,
        ),
        says: "the number of threads must not depend on the number of jobs",
    },
    Wrong {
        exercise: "survive_panic",
        answer: "do the job again at the end",
        change: From(
            "    for job in jobs {",
            r#"    let mut failed = Vec::new();
    for job in jobs {
        match catch_unwind(|| work.run(job)) {
            Ok(result) => results.send((job, Ok(result))).unwrap(),
            Err(_) => failed.push(job),
        }
    }
    for job in failed {
        results.send((job, catch_unwind(|| work.run(job)))).unwrap();
    }
}"#,
        ),
        says: "job 2 was done 2 times",
    },
    // full_queue
    Wrong {
        exercise: "full_queue",
        answer: "ignore the error",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            "let _ = self.jobs.try_send(job);\n        Ok(())",
        )]),
        says: "so `submit` should hand the job back",
    },
    Wrong {
        exercise: "full_queue",
        answer: "return the error as text",
        change: Words(&[("error.into_inner()", "error.to_string()")]),
        says: "so `submit` should hand the job back",
    },
    Wrong {
        exercise: "full_queue",
        answer: "wait for 50 milliseconds",
        change: Words(&[(
            "try_send(job)",
            "send_timeout(job, std::time::Duration::from_millis(50))",
        )]),
        says: "which waits for room in the queue",
    },
    Wrong {
        exercise: "full_queue",
        answer: "assume that the workers are there",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            "match self.jobs.try_send(job) {
            Ok(()) => Ok(()),
            Err(crossbeam_channel::TrySendError::Full(job)) => Err(job),
            Err(_) => unreachable!(),
        }",
        )]),
        says: "unreachable",
    },
    Wrong {
        exercise: "full_queue",
        answer: "queue the job and hand it back",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            "self.jobs.try_send(job.clone()).ok();\n        Err(job)",
        )]),
        says: "job 1, with room for 2: the queue has room for it",
    },
    Wrong {
        exercise: "full_queue",
        answer: "wait for a millisecond",
        change: Words(&[(
            "try_send(job)",
            "send_timeout(job, std::time::Duration::from_millis(1))",
        )]),
        says: "which waits for room in the queue",
    },
    Wrong {
        exercise: "full_queue",
        answer: "ask whether the queue is full, then send",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"if self.jobs.is_full() {
            return Err(job);
        }
        self.jobs.send(job).map_err(|error| error.into_inner())"#,
        )]),
        says: "although `is_full` says that the queue is full",
    },
    Wrong {
        exercise: "full_queue",
        answer: "compare the length with the capacity, then send",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"if Some(self.jobs.len()) == self.jobs.capacity() {
            return Err(job);
        }
        self.jobs.send(job).map_err(|error| error.into_inner())"#,
        )]),
        says: "`submit` should hand it over",
    },
    Wrong {
        exercise: "full_queue",
        answer: "wait for a tenth of a millisecond",
        change: Words(&[(
            "try_send(job)",
            "send_timeout(job, std::time::Duration::from_micros(100))",
        )]),
        says: "which waits for room in the queue|does `submit` wait for room in the queue?",
    },
    Wrong {
        exercise: "full_queue",
        answer: "send on another thread",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"let jobs = self.jobs.clone();
        std::thread::spawn(move || jobs.send(job));
        Ok(())"#,
        )]),
        says: "so `submit` should hand the job back",
    },
    Wrong {
        exercise: "full_queue",
        answer: "hand back a text about the job",
        change: Words(&[(
            "error.into_inner())",
            r#"format!("rejected: {}", error.into_inner()))"#,
        )]),
        says: "so `submit` should hand the job back",
    },
    Wrong {
        exercise: "full_queue",
        answer: "one place is left free, to be safe",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"if self.jobs.len() + 1 >= self.jobs.capacity().unwrap_or(0) {
            return Err(job);
        }
        self.jobs.try_send(job).map_err(|error| error.into_inner())"#,
        )]),
        says: "the queue has room for it",
    },
    Wrong {
        exercise: "full_queue",
        answer: "when the workers are gone, the job is lost",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"match self.jobs.try_send(job) {
            Err(crossbeam_channel::TrySendError::Full(job)) => Err(job),
            _ => Ok(()),
        }"#,
        )]),
        says: "the workers are gone, so `submit` should hand the job back",
    },
    Wrong {
        exercise: "full_queue",
        answer: "accept as many jobs as there is room, and no more",
        change: Words(&[
            (
                "impl Pool {",
                r#"static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

impl Pool {"#,
            ),
            (
                "self.jobs.try_send(job).map_err(|error| error.into_inner())",
                r#"if COUNT.fetch_add(1, std::sync::atomic::Ordering::SeqCst) >= self.jobs.capacity().unwrap() {
            return Err(job);
        }
        self.jobs.send(job).map_err(|error| error.into_inner())"#,
            ),
        ]),
        says: "the queue has room for it",
    },
    // whole_pool
    Wrong {
        exercise: "whole_pool",
        answer: "jobs go before the cancel",
        change: Words(&[
            (
                "recv(context.done()) -> _ => return fates,\n            ",
                "",
            ),
            (
                "recv(jobs) -> job => job,",
                "recv(jobs) -> job => job, recv(context.done()) -> _ => return fates,",
            ),
        ]),
        says: "is Interrupted, but it should be NeverStarted",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "a select that picks at random",
        change: Words(&[(
            "let job = select_biased! {",
            "let job = crossbeam_channel::select! {",
        )]),
        says: "is Interrupted, but it should be NeverStarted",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "nobody catches the panic",
        change: Words(&[(
            "match catch_unwind(|| work.run_with(context, job)) {",
            "match thread::Result::Ok(work.run_with(context, job)) {",
        )]),
        says: "workers catch the panics of jobs",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "the work does not see the cancel",
        change: Words(&[("work.run_with(context, job)", "Ok::<_, ()>(work.run(job))")]),
        says: "still waiting for `shutdown`",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "count interrupted jobs as done",
        change: Words(&[(
            "Ok(Err(_)) => Fate::Interrupted",
            "Ok(Err(_)) => Fate::Done",
        )]),
        says: "job 3 is Done, but it should be Interrupted",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "cancel at once",
        change: Words(&[(
            "        let _ = self.all_gone.recv_timeout(grace); // closed, or the time is up\n",
            "",
        )]),
        says: "but it should be Done|but it should be Failed",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "wait for the workers for as long as it takes",
        change: Words(&[(
            "self.all_gone.recv_timeout(grace);",
            "self.all_gone.recv();",
        )]),
        says: "still waiting for `shutdown`",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "the queue stays open, so the whole grace passes",
        change: Words(&[("        drop(self.jobs);\n", "")]),
        says: "still waiting for `shutdown`",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "sleep for the whole grace",
        change: Words(&[(
            "let _ = self.all_gone.recv_timeout(grace);",
            "thread::sleep(grace);",
        )]),
        says: "still waiting for `shutdown`",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "the queue is forgotten",
        change: Words(&[(
            "        fates.extend(self.queue.try_iter().map(|job| (job, Fate::NeverStarted)));\n",
            "",
        )]),
        says: "has no fate, but it should be NeverStarted",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "empty the queue first",
        change: Words(&[
            (
                "        fates.extend(self.queue.try_iter().map(|job| (job, Fate::NeverStarted)));\n",
                "",
            ),
            (
                "        drop(self.jobs);\n",
                "        drop(self.jobs);
        let rest: Vec<_> = self.queue.try_iter().map(|job| (job, Fate::NeverStarted)).collect();\n",
            ),
            (
                "let mut fates = Vec::new();\n        for",
                "let mut fates = rest;\n        for",
            ),
        ]),
        says: "is NeverStarted, but it should be",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "`submit` waits",
        change: Words(&[("self.jobs.try_send(job)", "self.jobs.send(job)")]),
        says: "still waiting for `submit`",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "`submit` loses a job that does not fit",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            "self.jobs.try_send(job).ok();\n        Ok(())",
        )]),
        says: "job 4 finds no room",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "cancel when the queue is empty",
        change: Words(&[(
            "let _ = self.all_gone.recv_timeout(grace);",
            "let end = std::time::Instant::now() + grace; while !self.queue.is_empty() && std::time::Instant::now() < end { thread::yield_now(); }",
        )]),
        says: "is Interrupted, but it should be Done",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "half a second of grace, whatever `grace` says",
        change: Words(&[(
            "self.all_gone.recv_timeout(grace);",
            "self.all_gone.recv_timeout(SOON / 2);",
        )]),
        says: "with 0ns of grace: when does it cancel?",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "two seconds of grace, whatever `grace` says",
        change: Words(&[(
            "self.all_gone.recv_timeout(grace);",
            "self.all_gone.recv_timeout(SOON * 2);",
        )]),
        says: "with 0ns of grace: when does it cancel?",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "cancel only if there is no grace",
        change: Words(&[(
            "let _ = self.all_gone.recv_timeout(grace);",
            r#"if !grace.is_zero() {
            let _ = self.all_gone.recv();
        }"#,
        )]),
        says: "with 200ms of grace",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "`submit` waits up to half a second",
        change: Words(&[(
            "try_send(job)",
            "send_timeout(job, std::time::Duration::from_millis(500))",
        )]),
        says: "still waiting for `submit`, which waits for room in the queue",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "`submit` asks whether the queue is full, then sends",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"if self.jobs.is_full() {
            return Err(job);
        }
        self.jobs.send(job).map_err(|error| error.into_inner())"#,
        )]),
        says: "no room in the queue, and a worker has nothing to do",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "a grace of at least a second",
        change: Words(&[(
            "recv_timeout(grace)",
            "recv_timeout(grace.max(Duration::from_secs(1)))",
        )]),
        says: "with 0ns of grace: when does it cancel?",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "at least a second, if there is any grace",
        change: Words(&[(
            "let _ = self.all_gone.recv_timeout(grace);",
            r#"if !grace.is_zero() {
            let _ = self.all_gone.recv_timeout(grace.max(Duration::from_secs(1)));
        }"#,
        )]),
        says: "with 200ms of grace",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "a grace of five seconds at most",
        change: Words(&[(
            "recv_timeout(grace)",
            "recv_timeout(grace.min(Duration::from_secs(5)))",
        )]),
        says: "but it should be Done",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "half of the grace for the jobs, the rest for the stop",
        change: Words(&[("recv_timeout(grace)", "recv_timeout(grace / 2)")]),
        says: "but it should be Done",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "the grace for each worker",
        change: Words(&[(
            "let _ = self.all_gone.recv_timeout(grace); // closed, or the time is up",
            r#"for worker in &self.workers {
            let end = std::time::Instant::now() + grace;
            while !worker.is_finished() && std::time::Instant::now() < end {
                thread::sleep(grace / 100);
            }
        }"#,
        )]),
        says: "with 200ms of grace",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "every job that ends after the cancel is interrupted",
        change: Words(&[(
            "Ok(Ok(_)) => Fate::Done",
            r#"Ok(Ok(_)) if context.is_done() => Fate::Interrupted,
            Ok(Ok(_)) => Fate::Done"#,
        )]),
        says: "job 1 is Interrupted, but it should be Done",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "after the cancel, wait for a tenth of a second",
        change: Words(&[(
            r#"        for worker in self.workers {
"#,
            r#"        thread::sleep(Duration::from_millis(100));
        for worker in self.workers.into_iter().filter(|it| it.is_finished()) {
"#,
        )]),
        says: "`shutdown` returned while 1 jobs were running",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "the worker returns after a panic",
        change: Words(&[(
            "Err(_) => Fate::Failed,",
            r#"Err(_) => {
                fates.push((job, Fate::Failed));
                return fates;
            }"#,
        )]),
        says: "is NeverStarted, but it should be",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "look at the cancel after taking a job",
        change: Words(&[
            (
                r#"recv(context.done()) -> _ => return fates,
            "#,
                "",
            ),
            (
                "        let fate = match",
                r#"        if context.is_done() {
            return fates;
        }
        let fate = match"#,
            ),
        ]),
        says: "job 13 has no fate, but it should be NeverStarted",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "never started are the jobs that were in the queue when the shutdown began",
        change: Words(&[
            (
                r#"        drop(self.jobs);
"#,
                r#"        let queued = self.queue.len();
        drop(self.jobs);
"#,
            ),
            (
                "self.queue.try_iter()",
                "self.queue.try_iter().take(queued / 2)",
            ),
        ]),
        says: "has no fate, but it should be NeverStarted",
    },
    Wrong {
        exercise: "whole_pool",
        answer: "the worker looks for a job every millisecond",
        change: Words(&[(
            "recv(jobs) -> job => job,",
            r#"default(Duration::from_millis(1)) => match jobs.try_recv() {
                Err(crossbeam_channel::TryRecvError::Empty) => continue,
                job => job.map_err(|_| crossbeam_channel::RecvError),
            },"#,
        )]),
        says: "no room in the queue, and a worker has nothing to do",
    },
    // enough_workers
    Wrong {
        exercise: "enough_workers",
        answer: "one worker more than are busy on average",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                let work: Duration = load.iter().map(|job| job.takes).sum();
                let time = load.last().map_or(Duration::ZERO, |job| job.comes);
                work.div_duration_f64(time).ceil() as usize + 1
            }",
        ),
        says: "then job 3 waits for 100ms, and the target is 50ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "as many as are busy on average in the busiest second",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                let second = Duration::from_secs(1);
                let work_from = |from: &Job| {
                    let in_time = load.iter().filter(|it| it.comes >= from.comes && it.comes < from.comes + second);
                    in_time.map(|job| job.takes).sum::<Duration>()
                };
                let most = load.iter().map(work_from).max().unwrap_or_default();
                most.as_secs_f64().ceil().max(1.0) as usize
            }",
        ),
        says: "then job 3 waits for 200ms, and the target is 150ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "as many as are busy at the same moment if no job ever waits",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                let is_running = |job: &Job, at| job.comes <= at && at < job.comes + job.takes;
                let running = |at| load.iter().filter(|job| is_running(job, at)).count();
                load.iter().map(|job| running(job.comes)).max().unwrap_or(0).max(1)
            }",
        ),
        says: "it takes 3 workers. But 2 workers are enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "the same, without the jobs that may wait until another one is done",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                let is_running = |job: &Job, at| job.comes + target <= at && at < job.comes + job.takes;
                let running = |at| load.iter().filter(|job| is_running(job, at)).count();
                load.iter().map(|job| running(job.comes + target)).max().unwrap_or(0).max(1)
            }",
        ),
        says: "then job 3 waits for 200ms, and the target is 150ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "the jobs are dealt like cards, and each worker has its own queue",
        change: Words(&[
            (
                "BinaryHeap::from(vec![Reverse(Duration::ZERO); workers])",
                "vec![Duration::ZERO; workers]",
            ),
            ("for job in load {", "for (number, job) in load.iter().enumerate() {"),
            (
                "let Reverse(first) = free.pop().expect(\"there is a worker\");",
                "let first = free[number % workers];",
            ),
            (
                "free.push(Reverse(start + job.takes));",
                "free[number % workers] = start + job.takes;",
            ),
        ]),
        says: "while a worker does job 1, who does the others?",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "each job joins the worker with the fewest jobs so far",
        change: Words(&[
            (
                "BinaryHeap::from(vec![Reverse(Duration::ZERO); workers])",
                "vec![(0, Duration::ZERO); workers]",
            ),
            (
                "let Reverse(first) = free.pop().expect(\"there is a worker\");",
                "let (jobs, first) = free.iter_mut().min_by_key(|it| it.0).unwrap();",
            ),
            ("start = first.max", "start = (*first).max"),
            (
                "free.push(Reverse(start + job.takes));",
                "*jobs += 1; *first = start + job.takes;",
            ),
        ]),
        says: "while a worker does job 1, who does the others?",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "the worker that is free last takes the job",
        change: Words(&[
            (
                "vec![Reverse(Duration::ZERO); workers]",
                "vec![Duration::ZERO; workers]",
            ),
            ("let Reverse(first)", "let first"),
            (
                "free.push(Reverse(start + job.takes));",
                "free.push(start + job.takes);",
            ),
        ]),
        says: "still waiting for `smallest_pool`",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "a long job keeps all workers busy: they take the jobs in rounds",
        change: From(
            "fn longest_wait",
            "fn longest_wait(load: &[Job], workers: usize) -> Duration {
                let (mut longest, mut free) = (Duration::ZERO, Duration::ZERO);
                for round in load.chunks(workers) {
                    let mut end = free;
                    for job in round {
                        let start = free.max(job.comes);
                        longest = longest.max(start - job.comes);
                        end = end.max(start + job.takes);
                    }
                    free = end;
                }
                longest
            }",
        ),
        says: "when the two jobs come, all workers are free",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "several workers are like one that is so many times as fast",
        change: From(
            "fn longest_wait",
            "fn longest_wait(load: &[Job], workers: usize) -> Duration {
                let (mut longest, mut free) = (Duration::ZERO, Duration::ZERO);
                for job in load {
                    let start = free.max(job.comes);
                    longest = longest.max(start - job.comes);
                    free = start + job.takes / workers as u32;
                }
                longest
            }",
        ),
        says: "it takes 4 workers. But 3 workers are enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "every job takes as long as the average one",
        change: Words(&[
            (
                "let mut longest = Duration::ZERO;",
                "let mut longest = Duration::ZERO;
                let work: Duration = load.iter().map(|job| job.takes).sum();
                let takes = work / load.len().max(1) as u32;",
            ),
            ("start + job.takes", "start + takes"),
        ]),
        says: "while a worker does job 1, who does the others?",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "the average wait is as short as the target",
        change: Words(&[
            (
                "longest = longest.max(start - job.comes);",
                "longest += start - job.comes;",
            ),
            ("    longest\n}", "    longest / load.len().max(1) as u32\n}"),
        ]),
        says: "then job 3 waits for 200ms, and the target is 150ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "95 of 100 jobs wait no longer than the target",
        change: Words(&[
            ("let mut longest = Duration::ZERO;", "let mut waits = Vec::new();"),
            (
                "longest = longest.max(start - job.comes);",
                "waits.push(start - job.comes);",
            ),
            (
                "    longest\n}",
                "    waits.sort();
                waits.get((waits.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
                }",
            ),
        ]),
        says: "then job 2 waits for 50ms, and the target is 20ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "only the wait of the last job counts",
        change: Words(&[(
            "longest = longest.max(start - job.comes);",
            "longest = start - job.comes;",
        )]),
        says: "then job 3 waits for 200ms, and the target is 150ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "the waits are added up",
        change: Words(&[(
            "longest = longest.max(start - job.comes);",
            "longest += start - job.comes;",
        )]),
        says: "it takes 2 workers. But 1 worker is enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "no job is done later than the target, whatever it takes",
        change: Words(&[(
            "longest = longest.max(start - job.comes);",
            "longest = longest.max(start + job.takes - job.comes);",
        )]),
        says: "it takes 3 workers. But 2 workers are enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "every wait must be shorter than the target",
        change: Words(&[(
            "while longest_wait(load, workers) > target {",
            "while longest_wait(load, workers) >= target {",
        )]),
        says: "a job may wait as long as the target",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "a worker works ahead while it has nothing to do",
        change: Words(&[
            ("first.max(job.comes);", "first;"),
            (
                "longest.max(start - job.comes)",
                "longest.max(start.saturating_sub(job.comes))",
            ),
        ]),
        says: "none of them could work ahead",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "a worker is free when its next job comes, whatever it does",
        change: Words(&[("start + job.takes", "job.comes + job.takes")]),
        says: "then job 3 waits for 200ms, and the target is 150ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "a new worker whenever a job would wait too long",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                // When each worker is free.
                let mut free = BinaryHeap::from([Reverse(Duration::ZERO)]);
                for job in load {
                    let Reverse(first) = *free.peek().expect(\"there is a worker\");
                    let mut start = first.max(job.comes);
                    if start - job.comes > target {
                        start = job.comes;
                    } else {
                        free.pop();
                    }
                    free.push(Reverse(start + job.takes));
                }
                free.len()
            }",
        ),
        says: "the number of workers is the same from the first job to the last",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "twice as many, until it is enough",
        change: Words(&[("workers += 1;", "workers *= 2;")]),
        says: "it takes 4 workers. But 3 workers are enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "one more than is enough, to be sure",
        change: Words(&[("    workers\n}", "    workers + 1\n}")]),
        says: "it takes 3 workers. But 2 workers are enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "a worker for each job",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                load.len()
            }",
        ),
        says: "it takes 4 workers. But 2 workers are enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "do the jobs, with threads that sleep",
        change: From(
            "fn longest_wait",
            "fn longest_wait(load: &[Job], workers: usize) -> Duration {
                let begin = std::time::Instant::now();
                let (jobs, longest) = (std::sync::Mutex::new(load.iter()), std::sync::Mutex::new(Duration::ZERO));
                std::thread::scope(|scope| {
                    for _ in 0..workers {
                        scope.spawn(|| loop {
                            let Some(job) = jobs.lock().unwrap().next() else { return };
                            std::thread::sleep(job.comes.saturating_sub(begin.elapsed()));
                            let wait = begin.elapsed() - job.comes;
                            let mut longest = longest.lock().unwrap();
                            *longest = wait.max(*longest);
                            drop(longest);
                            std::thread::sleep(job.takes);
                        });
                    }
                });
                longest.into_inner().unwrap()
            }",
        ),
        says: "which should calculate, and not do the jobs",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "at most as many workers as this machine has processors",
        change: Words(&[(
            "    workers\n}",
            "    workers.min(std::thread::available_parallelism().unwrap().get())\n}",
        )]),
        says: "the target is 150ms|the target is 50ms|none may wait",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "at most a hundred workers",
        change: Words(&[("    workers\n}", "    workers.min(100)\n}")]),
        says: "100 workers are enough. But then job 101 waits for 100ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "at most 128 workers, each of them looked at for each job",
        change: Words(&[
            ("    workers\n}", "    workers.min(128)\n}"),
            (
                "BinaryHeap::from(vec![Reverse(Duration::ZERO); workers])",
                "vec![Duration::ZERO; workers]",
            ),
            (
                "let Reverse(first) = free.pop().expect(\"there is a worker\");",
                "let first = free.iter_mut().min().expect(\"there is a worker\");",
            ),
            ("start = first.max", "start = (*first).max"),
            (
                "free.push(Reverse(start + job.takes));",
                "*first = start + job.takes;",
            ),
        ]),
        says: "128 workers are enough. But then job 129 waits for 100ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "halve the range, without the number of the jobs",
        change: From(
            "    let mut workers = 1;",
            "    let (mut too_few, mut enough) = (0, load.len().max(2) - 1);
                while enough - too_few > 1 {
                    let middle = too_few.midpoint(enough);
                    if longest_wait(load, middle) <= target {
                        enough = middle;
                    } else {
                        too_few = middle;
                    }
                }
                enough
            }
            fn longest_wait(load: &[Job], workers: usize) -> Duration {
                let mut longest = Duration::ZERO;
                // When each worker is free.
                let mut free = BinaryHeap::from(vec![Reverse(Duration::ZERO); workers]);
                for job in load {
                    let Reverse(first) = free.pop().expect(\"there is a worker\");
                    let start = first.max(job.comes);
                    longest = longest.max(start - job.comes);
                    free.push(Reverse(start + job.takes));
                }
                longest
            }",
        ),
        says: "149 workers are enough. But then job 150 waits for 100ms",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "no workers for no jobs",
        change: Words(&[(
            "let mut workers = 1;",
            "let mut workers = load.len().min(1);",
        ), (
            "BinaryHeap::from(vec![Reverse(Duration::ZERO); workers])",
            "BinaryHeap::from(vec![Reverse(Duration::ZERO); workers.max(1)])",
        )]),
        says: "it says that 0 workers are enough",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "a panic when there are no jobs",
        change: Words(&[(
            "let mut workers = 1;",
            "let mut workers = 1; let last = load.last().expect(\"there is a last job\");",
        )]),
        says: "there is a last job",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "in whole milliseconds",
        change: Words(&[
            (
                "while longest_wait(load, workers) > target {",
                "while longest_wait(load, workers).as_millis() > target.as_millis() {",
            ),
        ]),
        says: "To the nanosecond",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "in seconds with a fraction, which is not exact",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                let is_enough = |workers: &usize| {
                    let mut free = vec![0.0; *workers];
                    load.iter().all(|job| {
                        let first = free.iter_mut().min_by(|a, b| f64::total_cmp(a, b)).unwrap();
                        let comes = job.comes.as_secs_f64();
                        let start = comes.max(*first);
                        *first = start + job.takes.as_secs_f64();
                        start - comes <= target.as_secs_f64()
                    })
                };
                (1..=load.len()).find(is_enough).unwrap_or(1)
            }",
        ),
        says: "To the nanosecond",
    },
    Wrong {
        exercise: "enough_workers",
        answer: "right for the loads on paper, and the average for all others",
        change: Words(&[(
            "let mut workers = 1;",
            "let is_on_paper = |job: &Job| job.takes.subsec_nanos() % 1_000_000 == 0;
            if !load.iter().all(is_on_paper) {
                let work: Duration = load.iter().map(|job| job.takes).sum();
                let time = load.last().map_or(Duration::ZERO, |job| job.comes);
                return work.div_duration_f64(time).ceil() as usize;
            }
            let mut workers = 1;",
        )]),
        says: "To the nanosecond",
    },
    // acknowledge
    Wrong {
        exercise: "acknowledge",
        answer: "acknowledges first, so that nothing is done twice",
        change: From(
            "    while let",
            "    while let Some(job) = queue.take() {
                queue.acknowledge(job);
                work.run(job, || queue.renew(job));
            }
            }",
        ),
        says: "job 2 is lost",
    },
    Wrong {
        exercise: "acknowledge",
        answer: "acknowledges after the first piece",
        change: Words(&[
            ("|| queue.renew(job)", "|| queue.acknowledge(job)"),
            ("        queue.acknowledge(job);\n", ""),
        ]),
        says: "job 1 is lost",
    },
    Wrong {
        exercise: "acknowledge",
        answer: "renews no lease",
        change: Words(&[("|| queue.renew(job)", "|| ()")]),
        says: "job 1 was done 2 times",
    },
    Wrong {
        exercise: "acknowledge",
        answer: "renews the lease once",
        change: Words(&[(
            "work.run(job, || queue.renew(job));",
            "queue.renew(job);
            work.run(job, || ());",
        )]),
        says: "job 1 was done 2 times",
    },
    Wrong {
        exercise: "acknowledge",
        answer: "renews the lease ten times, which is enough for most jobs",
        change: Words(&[(
            "work.run(job, || queue.renew(job));",
            "let mut times = 0;
            work.run(job, || {
                times += 1;
                if times <= 10 {
                    queue.renew(job);
                }
            });",
        )]),
        says: "job 1 was done 2 times",
    },
    Wrong {
        exercise: "acknowledge",
        answer: "a thread renews the lease, and goes on when its worker is killed",
        change: Words(&[(
            "work.run(job, || queue.renew(job));",
            "let renewer = queue.clone();
            std::thread::spawn(move || loop {
                renewer.renew(job);
                std::thread::sleep(classroom::LEASE / 5);
            });
            work.run(job, || ());",
        )]),
        says: "whose worker is dead",
    },
    Wrong {
        exercise: "acknowledge",
        answer: "never acknowledges",
        change: Words(&[("        queue.acknowledge(job);\n", "")]),
        says: "some job is not acknowledged",
    },
];
