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
    // drain
    Right {
        exercise: "drain",
        answer: "the results in one iterator",
        change: From(
            "    drop(jobs); //",
            r#"    drop(jobs);
    let workers = workers.into_iter();
    workers.flat_map(|worker| worker.join().unwrap()).collect()
}"#,
        ),
    },
    Right {
        exercise: "drain",
        answer: "a cancel after all workers have returned",
        change: Words(&[(
            r#"    drop(cancel);
"#,
            r#"    cancel.cancel();
"#,
        )]),
    },
    Right {
        exercise: "drain",
        answer: "the queue is closed at the end of a block",
        change: Words(&[(
            "drop(jobs); // no more jobs: workers do what is left, and return",
            r#"{
        let _close = jobs;
    }"#,
        )]),
    },
    // hand_back
    Right {
        exercise: "hand_back",
        answer: "what is in no other list never started",
        change: Words(&[(
            r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
            r#"    let has_fate = |job: &usize| fates.done.contains(job) || fates.interrupted.contains(job);
    fates.never_started = (1..=jobs).filter(|job| !has_fate(job)).collect();
"#,
        )]),
    },
    Right {
        exercise: "hand_back",
        answer: "empty the queue inside the scope, after the last worker",
        change: Words(&[
            (
                r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
                "",
            ),
            (
                r#"            fates.interrupted.extend(interrupted);
        }"#,
                r#"            if let Some(job) = interrupted {
                fates.interrupted.push(job);
            }
        }
        while let Ok(job) = jobs_rx.recv() {
            fates.never_started.push(job);
        }"#,
            ),
        ]),
    },
    Right {
        exercise: "hand_back",
        answer: "the lists sorted from the last job to the first",
        change: Words(&[(
            r#"    fates.never_started.extend(jobs_rx.try_iter());
"#,
            r#"    let mut rest: Vec<usize> = jobs_rx.iter().collect();
    rest.reverse();
    fates.never_started = rest;
    fates.done.sort_by(|a, b| b.cmp(a));
"#,
        )]),
    },
    // write_a_pool
    Right {
        exercise: "write_a_pool",
        answer: "a lock that is held only while a worker takes a job",
        change: Words(&[
            (
                "let workers = (0",
                r#"let queue = std::sync::Arc::new(std::sync::Mutex::new(jobs_rx));
        let workers = (0"#,
            ),
            ("jobs_rx.clone()", "queue.clone()"),
            (
                r#"for job in jobs {
                    job();
                }"#,
                r#"loop {
                    let job = jobs.lock().unwrap().recv();
                    let Ok(job) = job else { return };
                    job();
                }"#,
            ),
        ]),
    },
    Right {
        exercise: "write_a_pool",
        answer: "the channel of std",
        change: From(
            "struct Pool {",
            r#"struct Pool {
    jobs: std::sync::mpsc::SyncSender<Job>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    fn new(workers: usize) -> Pool {
        let (jobs, jobs_rx) = std::sync::mpsc::sync_channel::<Job>(2 * workers);
        let jobs_rx = std::sync::Arc::new(std::sync::Mutex::new(jobs_rx));
        let mut handles = vec![];
        for _ in 0..workers {
            let jobs_rx = jobs_rx.clone();
            handles.push(thread::spawn(move || {
                while let Ok(job) = { let job = jobs_rx.lock().unwrap().recv(); job } {
                    job();
                }
            }));
        }
        Pool { jobs, workers: handles }
    }

    fn submit(&self, job: impl FnOnce() + Send + 'static) {
        self.jobs.send(Box::new(job)).unwrap();
    }

    fn shutdown(self) {
        let Pool { jobs, workers } = self;
        drop(jobs);
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    }
}"#,
        ),
    },
    Right {
        exercise: "write_a_pool",
        answer: "`submit` tries again until there is room",
        change: Words(&[(
            r#"let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");"#,
            r#"let mut job: Job = Box::new(job);
        while let Err(full) = self.jobs.try_send(job) {
            job = full.into_inner();
            thread::sleep(std::time::Duration::from_millis(1));
        }"#,
        )]),
    },
    Right {
        exercise: "write_a_pool",
        answer: "workers look for the end again and again",
        change: Words(&[(
            r#"for job in jobs {
                    job();
                }"#,
            r#"loop {
                    match jobs.recv_timeout(std::time::Duration::from_millis(50)) {
                        Ok(job) => job(),
                        Err(crossbeam_channel::RecvTimeoutError::Timeout) => continue,
                        Err(crossbeam_channel::RecvTimeoutError::Disconnected) => break,
                    }
                }"#,
        )]),
    },
    // drop_the_pool
    Right {
        exercise: "drop_the_pool",
        answer: "`None` in place of the sender",
        change: Words(&[
            (
                r#"        drop(self.jobs.take());
"#,
                r#"        self.jobs = None;
"#,
            ),
            (
                r#"        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
                r#"        for worker in std::mem::take(&mut self.workers) {
            worker.join().ok();
        }
"#,
            ),
        ]),
    },
    Right {
        exercise: "drop_the_pool",
        answer: "workers catch the panics",
        change: Words(&[(
            "jobs.iter().for_each(|job| job())",
            r#"{
                for job in jobs {
                    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
                }
            }"#,
        )]),
    },
    Right {
        exercise: "drop_the_pool",
        answer: "one worker after the other, from the last",
        change: Words(&[(
            r#"        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
            r#"        while let Some(worker) = self.workers.pop() {
            drop(worker.join());
        }
"#,
        )]),
    },
    Right {
        exercise: "drop_the_pool",
        answer: "ask again and again",
        change: Words(&[(
            r#"        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
"#,
            r#"        while !self.workers.iter().all(|worker| worker.is_finished()) {
            thread::sleep(std::time::Duration::from_millis(1));
        }
"#,
        )]),
    },
    // errors_as_values
    Right {
        exercise: "errors_as_values",
        answer: "a `match` that sends in both arms",
        change: Words(&[(
            r#"let answer = fetch(&url);
        results.send((url, answer)).expect("the results are read");"#,
            r#"match fetch(&url) {
            Ok(status) => results.send((url, Ok(status))).unwrap(),
            Err(reason) => results.send((url, Err(reason))).unwrap(),
        }"#,
        )]),
    },
    Right {
        exercise: "errors_as_values",
        answer: "all results in one iterator",
        change: From(
            "    for url in urls {",
            r#"    urls.iter().map(|url| (fetch(&url), url)).for_each(|(answer, url)| {
        results.send((url, answer)).unwrap();
    });
}"#,
        ),
    },
    Right {
        exercise: "errors_as_values",
        answer: "stop only when nobody will read the report",
        change: Words(&[(
            r#"results.send((url, answer)).expect("the results are read");"#,
            r#"if results.send((url, answer)).is_err() {
            return;
        }"#,
        )]),
    },
    // time_left
    Right {
        exercise: "time_left",
        answer: "`if` in place of `min`",
        change: From(
            "    match context",
            r#"    let Some(deadline) = context.deadline() else {
        return limit;
    };
    let now = Instant::now();
    if deadline <= now {
        Duration::ZERO
    } else if deadline - now < limit {
        deadline - now
    } else {
        limit
    }
}"#,
        ),
    },
    Right {
        exercise: "time_left",
        answer: "the earlier of two deadlines",
        change: From(
            "    match context",
            r#"    let now = Instant::now();
    let end = context.deadline().map_or(now + limit, |deadline| deadline.min(now + limit));
    end.saturating_duration_since(now)
}"#,
        ),
    },
    Right {
        exercise: "time_left",
        answer: "`checked_duration_since`, and zero if it is `None`",
        change: From(
            "    match context",
            r#"    context
        .deadline()
        .map(|deadline| deadline.checked_duration_since(Instant::now()).unwrap_or_default())
        .map_or(limit, |left| left.min(limit))
}"#,
        ),
    },
    Right {
        exercise: "time_left",
        answer: "whole milliseconds, rounded down",
        change: Words(&[(
            "deadline.saturating_duration_since(Instant::now())",
            "Duration::from_millis(deadline.saturating_duration_since(Instant::now()).as_millis() as u64)",
        )]),
    },
    // survive_panic
    Right {
        exercise: "survive_panic",
        answer: "`AssertUnwindSafe`, where it is not needed",
        change: Words(&[(
            "catch_unwind(|| work.run(job));",
            "catch_unwind(std::panic::AssertUnwindSafe(|| work.run(job)));",
        )]),
    },
    Right {
        exercise: "survive_panic",
        answer: "a `match` that sends in both arms",
        change: From(
            "    for job in jobs {",
            r#"    while let Ok(job) = jobs.recv() {
        match catch_unwind(|| work.run(job)) {
            Ok(result) => results.send((job, Ok(result))).unwrap(),
            Err(panic) => results.send((job, Err(panic))).unwrap(),
        }
    }
}"#,
        ),
    },
    Right {
        exercise: "survive_panic",
        answer: "send inside a function for one job",
        change: From(
            "    for job in jobs {",
            r#"    let run = |job| catch_unwind(|| work.run(job));
    jobs.iter().for_each(|job| drop(results.send((job, run(job)))));
}"#,
        ),
    },
    // full_queue
    Right {
        exercise: "full_queue",
        answer: "a `match` on both errors",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"match self.jobs.try_send(job) {
            Ok(()) => Ok(()),
            Err(crossbeam_channel::TrySendError::Full(job)) => Err(job),
            Err(crossbeam_channel::TrySendError::Disconnected(job)) => Err(job),
        }"#,
        )]),
    },
    Right {
        exercise: "full_queue",
        answer: "`send_timeout` without time",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"self.jobs
            .send_timeout(job, std::time::Duration::ZERO)
            .map_err(|error| error.into_inner())"#,
        )]),
    },
    Right {
        exercise: "full_queue",
        answer: "a `select!` with a default",
        change: Words(&[(
            "self.jobs.try_send(job).map_err(|error| error.into_inner())",
            r#"let copy = job.clone();
        crossbeam_channel::select! {
            send(self.jobs, job) -> sent => sent.map_err(|error| error.into_inner()),
            default => Err(copy),
        }"#,
        )]),
    },
    // whole_pool
    Right {
        exercise: "whole_pool",
        answer: "`select!` in `shutdown`",
        change: Words(&[(
            "let _ = self.all_gone.recv_timeout(grace);",
            r#"crossbeam_channel::select! {
            recv(self.all_gone) -> _ => {}
            default(grace) => {}
        }"#,
        )]),
    },
    Right {
        exercise: "whole_pool",
        answer: "`submit` with a `match`, and a worker with a closure",
        change: Words(&[
            (
                "self.jobs.try_send(job).map_err(|error| error.into_inner())",
                r#"match self.jobs.try_send(job) {
            Ok(()) => Ok(()),
            Err(full) => Err(full.into_inner()),
        }"#,
            ),
            (
                "catch_unwind(|| work.run_with(context, job))",
                "catch_unwind(std::panic::AssertUnwindSafe(|| work.run_with(context, job).is_ok()))",
            ),
            ("Ok(Ok(_)) =>", "Ok(true) =>"),
            ("Ok(Err(_)) =>", "Ok(false) =>"),
        ]),
    },
    Right {
        exercise: "whole_pool",
        answer: "cancel only if the time is up",
        change: Words(&[
            (
                "let _ = self.all_gone.recv_timeout(grace);",
                "let in_time = self.all_gone.recv_timeout(grace) == Err(crossbeam_channel::RecvTimeoutError::Disconnected);",
            ),
            (
                r#"        self.cancel.cancel();
"#,
                r#"        if !in_time {
            self.cancel.cancel();
        }
"#,
            ),
        ]),
    },
    Right {
        exercise: "whole_pool",
        answer: "the queue is emptied by `iter`, and `drain` collects the workers",
        change: Words(&[("self.queue.try_iter()", "self.queue.iter()")]),
    },
    Right {
        exercise: "whole_pool",
        answer: "ask again and again until the workers have returned",
        change: Words(&[(
            "let _ = self.all_gone.recv_timeout(grace);",
            r#"let end = std::time::Instant::now() + grace;
        while self.workers.iter().any(|it| !it.is_finished()) && std::time::Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }"#,
        )]),
    },
    // first_select
    Right {
        exercise: "first_select",
        answer: "`select!` picks at random: it loses no job",
        change: Words(&[("let job = select_biased! {", "let job = crossbeam_channel::select! {")]),
    },
    Right {
        exercise: "first_select",
        answer: "ask for the cancel, then wait for both",
        change: From(
            "    loop {",
            "
                while !context.is_done() {
                    crossbeam_channel::select! {
                        recv(jobs) -> job => match job {
                            Ok(job) => results.send(work.run(job)).unwrap(),
                            Err(_) => break,
                        },
                        recv(context.done()) -> _ => {}
                    }
                }
            }",
        ),
    },
    Right {
        exercise: "first_select",
        answer: "a `Select` that is made at run time",
        change: From(
            "    loop {",
            "
                let mut select = crossbeam_channel::Select::new_biased();
                let done = select.recv(context.done());
                select.recv(&jobs);
                loop {
                    let ready = select.select();
                    if ready.index() == done {
                        let _ = ready.recv(context.done());
                        return;
                    }
                    let Ok(job) = ready.recv(&jobs) else { return };
                    results.send(work.run(job)).unwrap();
                }
            }",
        ),
    },
    // biased_select
    Right {
        exercise: "biased_select",
        answer: "everything in the arms",
        change: From(
            "    loop {",
            "
                loop {
                    select_biased! {
                        recv(context.done()) -> _ => break,
                        recv(jobs) -> job => match job {
                            Ok(job) => drop(work.run(job)),
                            Err(_) => break,
                        }
                    }
                }
            }",
        ),
    },
    Right {
        exercise: "biased_select",
        answer: "`done` once more in the first line, and `while let`",
        change: From(
            "    loop {",
            "
                let next = || {
                    if context.is_done() {
                        return None;
                    }
                    select_biased! {
                        recv(context.done()) -> _ => None,
                        recv(jobs) -> job => job.ok(),
                    }
                };
                while let Some(job) = next() {
                    work.run(job);
                }
            }",
        ),
    },
    // second_select
    Right {
        exercise: "second_select",
        answer: "try first, then wait for both, in any order",
        change: From(
            "        select_biased! {\n            send",
            "
                    if let Err(error) = results.try_send(result) {
                        let result = error.into_inner();
                        crossbeam_channel::select! {
                            recv(context.done()) -> _ => return Some(job),
                            send(results, result) -> sent => sent.unwrap(),
                        }
                    }
                }
            }",
        ),
    },
    Right {
        exercise: "second_select",
        answer: "at the cancel, try once more",
        change: From(
            "        select_biased! {\n            send",
            "
                    crossbeam_channel::select! {
                        send(results, result) -> sent => sent.unwrap(),
                        recv(context.done()) -> _ => {
                            if results.try_send(result).is_err() {
                                return Some(job);
                            }
                        }
                    }
                }
            }",
        ),
    },
    // keep_the_cancel
    Right {
        exercise: "keep_the_cancel",
        answer: "a `drop` that cancels",
        change: Words(&[(
            "fn start(",
            "impl Drop for Pool {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

fn start(",
        )]),
    },
    Right {
        exercise: "keep_the_cancel",
        answer: "the cancel is shared, and in a field that nobody reads",
        change: Words(&[
            ("    cancel: Cancel,", "    _cancel: std::sync::Arc<Cancel>,"),
            ("        cancel,\n    }", "        _cancel: std::sync::Arc::new(cancel),\n    }"),
        ]),
    },
    // backpressure
    Right {
        exercise: "backpressure",
        answer: "tokens: whoever reads a photo needs one, and each photo that is taken frees one",
        change: From(
            "fn run_all",
            "fn run_all(workers: usize, room: usize, photos: impl Iterator<Item = usize>, work: &RecordedWork) {
                let (jobs_tx, jobs_rx) = crossbeam_channel::unbounded();
                let (tokens_tx, tokens_rx) = bounded(workers + room + 1);
                thread::scope(|scope| {
                    for _ in 0..workers {
                        let (jobs, tokens) = (jobs_rx.clone(), tokens_rx.clone());
                        scope.spawn(move || {
                            for photo in jobs {
                                work.run(photo);
                                let _ = tokens.try_recv();
                            }
                        });
                    }
                    let mut photos = photos;
                    loop {
                        tokens_tx.send(()).unwrap();
                        let Some(photo) = photos.next() else { break };
                        jobs_tx.send(photo).unwrap();
                    }
                    drop(jobs_tx);
                });
            }",
        ),
    },
    Right {
        exercise: "backpressure",
        answer: "only `bounded` is imported, and `for_each` sends",
        change: Words(&[
            ("use crossbeam_channel::{bounded, unbounded};", "use crossbeam_channel::bounded;"),
            (
                "        for photo in photos {
            jobs_tx.send(photo).expect(\"we hold a receiver too\");
        }
",
                "        photos.for_each(|photo| jobs_tx.send(photo).unwrap());\n",
            ),
        ]),
    },
    // enough_workers
    Right {
        exercise: "enough_workers",
        answer: "looks at each worker, and at the first job that waits too long",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                let is_enough = |workers: &usize| {
                    let mut free = vec![Duration::ZERO; *workers];
                    load.iter().all(|job| {
                        let first = free.iter_mut().min().unwrap();
                        let start = job.comes.max(*first);
                        *first = start + job.takes;
                        start <= job.comes + target
                    })
                };
                (1..).find(is_enough).unwrap()
            }",
        ),
    },
    Right {
        exercise: "enough_workers",
        answer: "sorts the workers",
        change: Words(&[
            (
                "BinaryHeap::from(vec![Reverse(Duration::ZERO); workers])",
                "vec![Duration::ZERO; workers]",
            ),
            (
                "let Reverse(first) = free.pop().expect(\"there is a worker\");",
                "free.sort(); let first = free[0];",
            ),
            (
                "free.push(Reverse(start + job.takes));",
                "free[0] = start + job.takes;",
            ),
        ]),
    },
    Right {
        exercise: "enough_workers",
        answer: "halves the range",
        change: Words(&[
            (
                "let mut workers = 1;",
                "let numbers = Vec::from_iter(1..=load.len());",
            ),
            (
                "    while longest_wait(load, workers) > target {
        workers += 1;
    }
    workers",
                "numbers.partition_point(|workers| longest_wait(load, *workers) > target) + 1",
            ),
        ]),
    },
    Right {
        exercise: "enough_workers",
        answer: "looks from above, until one worker less is too few",
        change: Words(&[
            ("let mut workers = 1;", "let mut workers = load.len().max(1);"),
            (
                "while longest_wait(load, workers) > target {",
                "while workers > 1 && longest_wait(load, workers - 1) <= target {",
            ),
            ("workers += 1;", "workers -= 1;"),
        ]),
    },
    Right {
        exercise: "enough_workers",
        answer: "a worker is free when all but so many of the earlier jobs have ended",
        change: From(
            "fn longest_wait",
            "fn longest_wait(load: &[Job], workers: usize) -> Duration {
                let mut longest = Duration::ZERO;
                let mut ends: Vec<Duration> = Vec::new();
                for job in load {
                    ends.sort();
                    let first = ends.len().checked_sub(workers).map_or(Duration::ZERO, |it| ends[it]);
                    let start = job.comes.max(first);
                    longest = longest.max(start - job.comes);
                    ends.push(start + job.takes);
                }
                longest
            }",
        ),
    },
    Right {
        exercise: "enough_workers",
        answer: "in nanoseconds",
        change: From(
            "fn smallest_pool",
            "fn smallest_pool(load: &[Job], target: Duration) -> usize {
                (1..).find(|workers| longest_wait(load, *workers) <= target.as_nanos()).unwrap()
            }

            fn longest_wait(load: &[Job], workers: usize) -> u128 {
                let mut free: BinaryHeap<Reverse<u128>> = (0..workers).map(|_| Reverse(0)).collect();
                let waits = load.iter().map(|job| {
                    let mut first = free.peek_mut().unwrap();
                    let wait = first.0.saturating_sub(job.comes.as_nanos());
                    first.0 = job.comes.as_nanos() + wait + job.takes.as_nanos();
                    wait
                });
                waits.max().unwrap_or(0)
            }",
        ),
    },
    Right {
        exercise: "enough_workers",
        answer: "in seconds with a fraction, and forgives half a nanosecond",
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
                        start - comes <= target.as_secs_f64() + 0.5e-9
                    })
                };
                (1..).find(is_enough).unwrap()
            }",
        ),
    },
];
