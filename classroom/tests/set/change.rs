//! How an answer differs from the solution.

use crate::{parts, solution};

pub enum Change {
    /// These words are replaced: (the solution's, the answer's).
    Words(&'static [(&'static str, &'static str)]),
    /// Everything from these words down to the checks is replaced.
    From(&'static str, &'static str),
}

impl Change {
    /// The whole file of this answer, with the checks.
    pub fn apply(&self, exercise: &str) -> String {
        let solution = solution(exercise);
        let (answer, checks) = parts(&solution);
        let answer = match self {
            Change::Words(words) => {
                words
                    .iter()
                    .fold(answer.to_string(), |answer, (right, wrong)| {
                        assert_eq!(answer.matches(right).count(), 1, "{exercise}: {right}");
                        answer.replace(right, wrong)
                    })
            }
            Change::From(start, wrong) => {
                let start = answer.find(start);
                let start = start.unwrap_or_else(|| panic!("{exercise}: no such start"));
                format!("{}{wrong}\n", &answer[..start])
            }
        };
        answer + checks
    }
}
