//! Right answers that differ from the solutions. The checks must not insist on ours.

use crate::change::Change::{self, From, Words};

/// A right answer: the solution with a change.
pub struct Right {
    pub exercise: &'static str,
    /// What is different.
    pub answer: &'static str,
    pub change: Change,
}

pub const RIGHT_ANSWERS: &[Right] = &[
    // limit_threads
    Right {
        exercise: "limit_threads",
        answer: "the jobs are an iterator behind a lock",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                let queue = std::sync::Mutex::new(1..=jobs);
                thread::scope(|scope| {
                    for _ in 0..workers {
                        scope.spawn(|| {
                            loop {
                                let job = queue.lock().unwrap().next();
                                let Some(job) = job else { return };
                                work.run(job);
                            }
                        });
                    }
                });
            }",
        ),
    },
    Right {
        exercise: "limit_threads",
        answer: "all jobs are in the queue before the workers start, so they may poll",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                let (jobs_tx, jobs_rx) = crossbeam_channel::unbounded();
                (1..=jobs).for_each(|job| jobs_tx.send(job).unwrap());
                let workers: Vec<_> = (0..workers.min(jobs)).map(|_| {
                    let (jobs, work) = (jobs_rx.clone(), work.clone());
                    thread::spawn(move || {
                        while let Ok(job) = jobs.try_recv() {
                            work.run(job);
                        }
                    })
                }).collect();
                workers.into_iter().for_each(|worker| worker.join().unwrap());
            }",
        ),
    },
    Right {
        exercise: "limit_threads",
        answer: "from hand to hand, and the caller is one of the workers",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                let next = std::sync::atomic::AtomicUsize::new(1);
                let work_off = || {
                    loop {
                        let job = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        if job > jobs {
                            return;
                        }
                        work.run(job);
                    }
                };
                thread::scope(|scope| {
                    for _ in 1..workers {
                        scope.spawn(work_off);
                    }
                    work_off();
                });
            }",
        ),
    },
    Right {
        exercise: "limit_threads",
        answer: "a queue without room",
        change: Words(&[("bounded(jobs)", "bounded(0)")]),
    },
    // close_results
    Right {
        exercise: "close_results",
        answer: "take the results when all workers have returned: there is room for all",
        change: Words(&[
            ("thread::scope(", "let () = thread::scope("),
            ("        results_rx.iter().collect()\n    })", "    });\n    results_rx.try_iter().collect()"),
        ]),
    },
    Right {
        exercise: "close_results",
        answer: "the last worker takes the sender itself",
        change: Words(&[
            (
                "        for _ in 0..workers {
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            scope.spawn(move || worker(work, jobs, results));
        }
        drop(results_tx);",
                "        let mut senders = vec![results_tx.clone(); workers - 1];
        senders.push(results_tx);
        for results in senders {
            let jobs = jobs_rx.clone();
            scope.spawn(move || worker(work, jobs, results));
        }",
            ),
        ]),
    },
    Right {
        exercise: "close_results",
        answer: "drop the sender last, just before the results are read",
        change: Words(&[
            ("        drop(results_tx);", "        "),
            (
                "        results_rx.iter().collect()",
                "        drop(results_tx);
        let mut results = Vec::new();
        while let Ok(result) = results_rx.recv() {
            results.push(result);
        }
        results",
            ),
        ]),
    },
    // close_jobs
    Right {
        exercise: "close_jobs",
        answer: "the sender moves into the loop",
        change: Words(&[
            (
                "        for order in orders {
            jobs_tx.send(order).expect(\"we hold a receiver too\");
        }
        drop(jobs_tx);",
                "        let send = |order| jobs_tx.send(order).unwrap();
        orders.for_each(send);
        drop(jobs_tx);",
            ),
            ("bounded(workers)", "bounded(0)"),
        ]),
    },
    Right {
        exercise: "close_jobs",
        answer: "the scope takes the sender, and `while let` in the worker",
        change: Words(&[
            ("thread::scope(|scope| {", "thread::scope(move |scope| {"),
            ("        drop(jobs_tx);", "        "),
            ("for job in jobs {", "while let Ok(job) = jobs.recv() {"),
        ]),
    },
    // share_the_queue
    Right {
        exercise: "share_the_queue",
        answer: "a counter is the queue",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
                let next = std::sync::atomic::AtomicUsize::new(1);
                thread::scope(|scope| {
                    for _ in 0..workers {
                        scope.spawn(|| {
                            loop {
                                let job = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                                if job > jobs {
                                    return;
                                }
                                work.run(job);
                            }
                        });
                    }
                });
            }",
        ),
    },
    Right {
        exercise: "share_the_queue",
        answer: "the jobs first, then the workers, from hand to hand",
        change: Words(&[
            ("bounded(jobs)", "bounded(0)"),
            (
                "        for _ in 0..workers {",
                "        scope.spawn(move || (1..=jobs).for_each(|job| jobs_tx.send(job).unwrap()));
        for _ in 0..workers {",
            ),
            (
                "        for job in 1..=jobs {
            jobs_tx.send(job).expect(\"we hold a receiver too\");
        }
        drop(jobs_tx);
",
                "",
            ),
        ]),
    },
];
