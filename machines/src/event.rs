//! What the workers print. The program that has started them reads it, and
//! draws the picture from it.

/// What a worker does with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Starts,
    Done,
    /// Somebody had done the job before, so this had no effect.
    DoneAgain,
    GivesBack,
    GivesUp,
}

const WORDS: [(Event, &str); 5] = [
    (Event::Starts, "starts"),
    (Event::Done, "has done"),
    (Event::DoneAgain, "has done again"),
    (Event::GivesBack, "gives back"),
    (Event::GivesUp, "gives up"),
];

impl Event {
    /// As in "worker 2.1 has done job 17".
    pub fn line(self, worker: &str, job: usize) -> String {
        let words = WORDS.iter().find(|(event, _)| *event == self);
        let (_, words) = words.expect("all are there");
        format!("worker {worker} {words} job {job}")
    }

    /// Reads such a line: the worker's number in its process, and the job.
    pub fn read(line: &str) -> Option<(usize, Event, usize)> {
        let (what, job) = line.split_once(" job ")?;
        let (worker, words) = what.strip_prefix("worker ")?.split_once(' ')?;
        let (_, worker) = worker.rsplit_once('.')?;
        let (event, _) = WORDS.iter().find(|(_, it)| *it == words)?;
        Some((worker.parse().ok()?, *event, job.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        for (event, _) in WORDS {
            let line = event.line("name-1.2", 17);
            assert_eq!(Event::read(&line), Some((2, event, 17)), "{line}");
        }
        assert_eq!(Event::read("worker 1.2 does job 17"), None);
    }
}
