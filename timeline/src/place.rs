//! Where threads are: the line of code that each of them has reached.
//!
//! Ordinary programs record none of this: they do not say what their source is.

use std::panic::Location;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::{MAX_SPANS, Recording, Timeline, Who};

/// A source file of the program: the copy of a file that a reader knows.
#[derive(Debug)]
pub struct Source {
    /// The end of its path, as the compiler knows it.
    pub compiled: &'static str,
    /// The path of the file that the reader knows.
    pub file: &'static str,
    /// What is in the copy.
    pub text: &'static str,
    /// For each line of the copy, its number in that file; 0 if it is not there.
    pub numbers: &'static [u32],
}

static SOURCES: OnceLock<&[Source]> = OnceLock::new();

/// From now on, timelines record where threads are, as far as that is in these files.
pub fn set_sources(sources: &'static [Source]) {
    let _ = SOURCES.set(sources);
}

/// A line that a thread has reached.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// When the thread reached it. It stays until its next place, or its end.
    pub from: Instant,
    /// The file.
    pub source: &'static Source,
    /// The number of the line in the copy, from 1.
    pub line: u32,
}

impl Place {
    /// The line, without the blanks around it.
    pub fn text(&self) -> &'static str {
        let line = self.source.text.lines().nth(self.line as usize - 1);
        line.unwrap_or_default().trim()
    }

    /// The number of the line in the file that the reader knows, if it is there.
    pub fn number(&self) -> Option<u32> {
        let number = self.source.numbers.get(self.line as usize - 1);
        number.copied().filter(|it| *it > 0)
    }
}

/// The time after a microsecond: what happened at a line comes before its end even in the whole
/// microseconds of a replay.
pub(crate) fn after_a_microsecond() -> Instant {
    let before = Instant::now();
    loop {
        let now = Instant::now();
        if now - before >= Duration::from_micros(1) {
            return now;
        }
    }
}

impl Recording {
    /// Somebody reaches this line now.
    pub(crate) fn reach(&mut self, who: Who, line: &Location) {
        let mut sources = SOURCES.get().copied().unwrap_or_default().iter();
        let path = Path::new(line.file());
        let Some(source) = sources.find(|it| path.ends_with(it.compiled)) else {
            return;
        };
        let places = self.places.entry(who).or_default();
        let last = places.last().map(|it| (it.source.compiled, it.line));
        if last == Some((source.compiled, line.line())) || places.len() == MAX_SPANS {
            return; // it is still there
        }
        places.push(Place {
            from: after_a_microsecond(),
            source,
            line: line.line(),
        });
    }
}

impl Timeline {
    /// Records that somebody reaches this line now, and stays there until the next one.
    pub fn reach(&self, who: Who, line: &Location) {
        self.lock().reach(who, line);
    }
}
