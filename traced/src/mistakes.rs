//! Classic mistakes after which nobody can go on. Each is a change to a lesson's source.

/// A mistake.
#[derive(Clone, Copy, Debug)]
pub struct Mistake {
    /// Its name, and the name of the mistaken copy.
    pub name: &'static str,
    /// The lesson's file in which it is made, below `src`.
    pub file: &'static str,
    /// Pairs: what the lesson says, and what the mistaken copy says.
    pub changes: &'static [(&'static str, &'static str)],
}

/// All mistakes.
pub const MISTAKES: &[Mistake] = &[
    // Main keeps a sender of `results`, so they never end.
    Mistake {
        name: "kept_sender",
        file: "bin/basic.rs",
        changes: &[("        drop(results_tx);\n", "")],
    },
    // After the cancel, a worker waits for a reader who is gone.
    Mistake {
        name: "no_second_select",
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
    // All workers wait for room, which only they could make.
    Mistake {
        name: "submit_in_job",
        file: "bin/struct_pool.rs",
        changes: &[
            (
                "use std::time::Instant;\n",
                "use std::sync::Arc;\nuse std::time::Instant;\n",
            ),
            (
                "    for job in 0..flags.common.jobs {\n",
                "    let pool = Arc::new(pool);\n    for job in 0..flags.common.jobs {\n",
            ),
            (
                "        let work = work.clone();\n",
                "        let (work, same_pool) = (work.clone(), Arc::clone(&pool));\n",
            ),
            (
                "            work.run(this_worker(), job);\n",
                r#"            work.run(this_worker(), job);
            same_pool.submit(move || println!("after {job}"));
"#,
            ),
            ("    pool.shutdown();\n", "    drop(pool);\n"),
        ],
    },
];

impl Mistake {
    /// Makes the mistake in the source of the file. Also returns for each line its number in the
    /// source, or 0 for a line that only the mistake has.
    ///
    /// # Errors
    ///
    /// Fails unless the file contains each text that is to change exactly once.
    pub fn make(&self, source: &str) -> Result<(String, Vec<usize>), String> {
        let mut numbers: Vec<usize> = (1..=source.lines().count()).collect();
        let mut source = source.to_owned();
        for (right, wrong) in self.changes {
            if source.matches(right).count() != 1 {
                let Mistake { name, file, .. } = self;
                return Err(format!(
                    "{name}: src/{file} must contain this text exactly once \
                     (when a lesson changes, adapt traced/src/mistakes.rs):\n{right}"
                ));
            }
            let (before, _) = source.split_once(right).unwrap_or_default();
            let first = before.lines().count();
            let changed = first..first + right.lines().count();
            let old: Vec<usize> = numbers[changed.clone()].to_vec();
            let number = |line| right.lines().zip(&old).find(|it| it.0 == line);
            let new = wrong.lines().map(|line| number(line).map_or(0, |it| *it.1));
            numbers.splice(changed, new);
            source = source.replace(right, wrong);
        }
        Ok((source, numbers))
    }
}
