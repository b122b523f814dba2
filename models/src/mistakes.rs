//! The classic mistakes. Each is a change to a lesson's source.

/// A mistake.
#[derive(Clone, Copy, Debug)]
pub struct Mistake {
    /// Its name. The module with the mistaken copy of the lesson has the same name.
    pub name: &'static str,
    /// The lesson in which it is made.
    pub lesson: &'static str,
    /// The lesson's file in which it is made, below `src`.
    pub file: &'static str,
    /// Pairs: what the lesson says, and what the mistaken copy says. The copy may also add a step
    /// to the story that the channels do not show.
    pub changes: &'static [(&'static str, &'static str)],
}

/// All mistakes.
pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "kept_sender",
        lesson: "basic",
        file: "bin/basic.rs",
        changes: &[("        drop(results_tx);\n", "")],
    },
    Mistake {
        name: "no_second_select",
        lesson: "context_cancel",
        file: "bin/context_cancel.rs",
        changes: &[
            ("use timeline::Ending;\n", ""),
            (
                r#"        select_biased! {
            send(results, job * 2) -> sent => sent.expect("main keeps it open"),
            recv(context.done()) -> _ => {
                println!("worker {id} cancelled");
                work.timeline().ended_as(job, Ending::Undelivered);
                return Some(job);
            }
        }
"#,
                r#"        results.send(job * 2).expect("main keeps it open");
"#,
            ),
        ],
    },
    Mistake {
        name: "unbiased_select",
        lesson: "context_cancel",
        file: "bin/context_cancel.rs",
        changes: &[
            ("bounded, select_biased}", "bounded, select, select_biased}"),
            ("let job = select_biased! {", "let job = select! {"),
        ],
    },
    Mistake {
        name: "queue_left_open",
        lesson: "struct_pool",
        file: "struct_pool.rs",
        changes: &[("        self.jobs = None; // close(jobs)\n", "")],
    },
    Mistake {
        name: "lost_worker",
        lesson: "struct_pool",
        file: "struct_pool.rs",
        changes: &[(
            "        let ended = panic::catch_unwind(AssertUnwindSafe(job));
        outcome = first_panic(outcome, ended);
",
            "        job();
",
        )],
    },
    Mistake {
        name: "drained_too_early",
        lesson: "production_pool",
        file: "production_pool/pool.rs",
        changes: &[
            (
                "        self.submissions().jobs = None; // close(jobs)\n",
                "",
            ),
            (
                "            never_started.extend(&self.never_started);
",
                "            never_started.extend(self.never_started.try_iter());
            self.submissions().jobs = None; // close(jobs)
",
            ),
        ],
    },
    Mistake {
        name: "stop_ignored",
        lesson: "production_pool",
        file: "production_pool/pool.rs",
        changes: &[("if shared.stop.is_done() {", "if false {")],
    },
    Mistake {
        name: "room_without_lock",
        lesson: "production_pool",
        file: "production_pool/pool.rs",
        changes: &[(
            "        let reason = match (&submissions.jobs, room) {\n",
            "        drop(submissions);
        if let Ok(room) = room {
            crate::story::tell(format_args!(\"counts room for {room} job\"));
        }
        let mut submissions = self.submissions();
        let reason = match (&submissions.jobs, room) {
",
        )],
    },
    Mistake {
        name: "credit_too_many",
        lesson: "production_pool",
        file: "production_pool/pool.rs",
        changes: &[(
            "                submissions.credits = credits - 1;\n",
            "                submissions.credits = match submissions.credits {
                    0 => credits, // a look
                    credits => credits - 1,
                };
",
        )],
    },
    Mistake {
        name: "lost_wake_up",
        lesson: "production_pool",
        file: "production_pool/pool.rs",
        changes: &[
            (
                "        let woken = waiters.join(wake_at);\n",
                "        if gone(&self.shared.counters) >= wake_at {
            return;
        }
        crate::story::tell(\"finds that there is too little room\");
        let woken = waiters.join(wake_at);
",
            ),
            (
                "        // A worker may have made room before it could see that we wait.
        waiters.look(&self.shared.counters);
",
                "",
            ),
        ],
    },
    Mistake {
        name: "idle_too_early",
        lesson: "production_pool",
        file: "production_pool/pool.rs",
        changes: &[(
            "        snapshot(counters, submissions.accepted, submissions.rejected)\n",
            "        let queued = submissions.jobs.as_ref().map_or(0, |jobs| jobs.len() as u64);
        crate::story::tell(format_args!(\"counts {queued} jobs in the queue\"));
        let metrics = snapshot(counters, submissions.accepted, submissions.rejected);
        Metrics { queued, ..metrics }
",
        )],
    },
    Mistake {
        name: "busy_too_late",
        lesson: "production_pool",
        file: "production_pool/pool.rs",
        changes: &[(
            "        match result {
            Ok(_) => counters.returned(),
            Err(_) => counters.panicked(),
        }
        let result = result.map_err(|payload| Panicked { payload });
        drop_unsent(results.send(Finished { job, result }));
",
            "        let is_ok = result.is_ok();
        let result = result.map_err(|payload| Panicked { payload });
        drop_unsent(results.send(Finished { job, result }));
        match is_ok {
            true => counters.returned(),
            false => counters.panicked(),
        }
",
        )],
    },
];

impl Mistake {
    /// Makes the mistake in the source of the file.
    ///
    /// # Errors
    ///
    /// Fails unless the file contains each text that is to change exactly once.
    pub fn make(&self, source: &str) -> Result<String, String> {
        let mut source = source.to_owned();
        for (right, wrong) in self.changes {
            if source.matches(right).count() != 1 {
                let Mistake { name, file, .. } = self;
                return Err(format!(
                    "{name}: src/{file} must contain this text exactly once \
                     (when a lesson changes, adapt models/src/mistakes.rs):\n{right}"
                ));
            }
            source = source.replace(right, wrong);
        }
        Ok(source)
    }
}
