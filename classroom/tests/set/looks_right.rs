//! The page of answers that look right: `classroom/LOOKS_RIGHT.md`.
//!
//! `WRITE=1 cargo test -p classroom --test set looks_right` writes it, with a new run of each answer.

use std::io::Write;
use std::process::{Command, Stdio};
use std::{env, fs};

use similar::TextDiff;

use crate::compile::Compiler;
use crate::wrong_answers::{WRONG_ANSWERS, Wrong};
use crate::{EXERCISES, parts, read, says_so, solution};

/// The exercise, the answer, and why it looks right but is not.
type LooksRight = (&'static str, &'static str, &'static str);

/// Two wrong answers of each exercise.
const LOOK_RIGHT: [LooksRight; 40] = [
    (
        "limit_threads",
        "new threads for each group of three jobs",
        "There are never more than three threads at a time. But every job still costs a new thread, and
the next group waits for the slowest of these three.",
    ),
    (
        "limit_threads",
        "a fixed share for each worker, dealt like cards",
        "Each worker has the same number of jobs. But that is not the same amount of work: whoever gets
the long job becomes the bottleneck, while the others have nothing to do.",
    ),
    (
        "close_results",
        "drop the sender of `jobs`, not of `results`",
        "It ends the workers, and one might think that a channel ends with those who send into it. But
`run_all` still has a sender of `results`, so the channel stays open.",
    ),
    (
        "close_results",
        "no result for half a second means no more results",
        "It works as long as every job takes less than half a second. Then comes a slower one, and its
result is lost without a word.",
    ),
    (
        "close_jobs",
        "close, but workers also return when nothing comes for two seconds",
        "As long as there is work, it does all of it. But an empty queue is not a closed queue: after a
long break, nobody is there for the next order.",
    ),
    (
        "close_jobs",
        "keep an order back until the next one comes, to see which is the last",
        "Every order is done, and at the end the workers return. But each order waits for the next one,
although a worker is free.",
    ),
    (
        "share_the_queue",
        "a lock that is held while the job is done",
        "It has one queue and as many threads as workers. But the value of a `while let` condition lives
until the end of the body, and so does the lock: the workers take turns.",
    ),
    (
        "share_the_queue",
        "one queue, but a worker takes the next job before it does this one",
        "No job is dealt out, and none seems to wait. But a job in the hand of a busy worker waits for this
worker, while others are free. That is what `prefetch` does in message queues.",
    ),
    (
        "first_select",
        "ask, then wait for a job",
        "It looks at the context before each job. But while it waits in `recv`, nobody looks, and this
is when the cancel comes.",
    ),
    (
        "first_select",
        "take a job, then ask, and drop the job",
        "It waits for both, and never starts a job after the cancel. But the job that it took is in no
list and in no queue: it is lost.",
    ),
    (
        "biased_select",
        "ask, then a select that picks at random",
        "It looks at the cancel twice. But while it waits in the `select!`, the cancel and a job can both
come. Then chance decides.",
    ),
    (
        "biased_select",
        "look at the cancel after taking a job",
        "No job starts after the cancel. But the job was taken out of the queue, and nobody does it.",
    ),
    (
        "second_select",
        "the cancel goes first, then the send",
        "It waits for both, with the cancel first, as for a job. But a result is worth more than a job: the
work is done. After the cancel, this worker throws each result away, although there is room.",
    ),
    (
        "second_select",
        "ask whether there was a cancel, and only then try; otherwise send",
        "It handles both cases, before and after the cancel. But the cancel can also come while it
waits in `send`.",
    ),
    (
        "keep_the_cancel",
        "forget the cancel, so that it is never dropped",
        "The jobs are done now. But nobody can cancel any more, so the workers go on when the pool is
gone.",
    ),
    (
        "keep_the_cancel",
        "each worker keeps a clone",
        "As long as a worker works, nothing is cancelled. But a worker waits for the cancel, and the
cancel waits for the worker to drop its clone.",
    ),
    (
        "drain",
        "close, wait until the queue is empty, then cancel",
        "An empty queue looks like the end of the work. But it is not closed as long as somebody else has
a sender, and what they submit later is left.",
    ),
    (
        "drain",
        "the workers do not look at the cancel any more",
        "Every accepted job is done, whoever cancels. But now nobody can stop the workers in an
emergency.",
    ),
    (
        "hand_back",
        "empty the queue after half a second, then wait for the workers",
        "After a cancel, the workers are gone within half a second. But without one, `run_all` takes jobs
away from workers who would have done them.",
    ),
    (
        "hand_back",
        "a job that ends after the cancel counts as interrupted",
        "It asks the context, as everywhere else. But only the job knows whether it gave up: this one was
done in time to have a result.",
    ),
    (
        "write_a_pool",
        "`shutdown` waits until the queue is empty",
        "When the queue is empty, all jobs have been taken. But taken is not done. And it spins: it
keeps a core busy with waiting.",
    ),
    (
        "write_a_pool",
        "workers leave after 200 milliseconds without a job",
        "All jobs of a busy day are done. Then comes a quiet moment, and from then on nobody works.",
    ),
    (
        "drop_the_pool",
        "wait first, close afterwards",
        "Both steps are there. But the workers wait for jobs until the queue is closed, and `drop` waits
for the workers before it closes the queue.",
    ),
    (
        "drop_the_pool",
        "stop waiting after the first panic",
        "It feels wrong to ignore a panic. But the other workers still work, and the owner
of the pool believes that they have ended.",
    ),
    (
        "backpressure",
        "the limit holds only until the first photo is done",
        "At the start, not too many photos are read, and a short test sees no more than the start. Later,
all the others are read at once.",
    ),
    (
        "backpressure",
        "read as many as may be in memory, and wait until all of them are done",
        "There are never too many photos in memory. But before the next ones are read, all workers wait for
the slowest.",
    ),
    (
        "errors_as_values",
        "go on with the next",
        "The worker survives, and reports all that went well. But whoever reads the report does not
learn that something is missing.",
    ),
    (
        "errors_as_values",
        "try again until it works",
        "Many errors pass. But some never do, and then the worker tries forever.",
    ),
    (
        "time_left",
        "all the time that is left",
        "The deadline is kept. But one request may now use up the time of all the others: its own limit no
longer counts.",
    ),
    (
        "time_left",
        "at least a second, if any time is left",
        "A request of a few milliseconds seems useless. But this one goes on after the deadline, when
nobody waits for it any more.",
    ),
    (
        "survive_panic",
        "catch panics around the loop, and start it again",
        "The worker survives the panic. But the number of the job was inside the loop, so nobody
can say which job it was.",
    ),
    (
        "survive_panic",
        "a thread for each job: a panic is an error of `join`",
        "Panics are caught, and each job has its result. But now each job costs a thread, which is what a pool
saves.",
    ),
    (
        "full_queue",
        "ask whether the queue is full, then send",
        "It asks first. But between the question and `send`, others may take the last place. And a queue
without room always says that it is full.",
    ),
    (
        "full_queue",
        "send on another thread",
        "`submit` returns at once. But now there are as many waiting threads as there would be jobs, and
nobody learns that the queue is full.",
    ),
    (
        "whole_pool",
        "the grace for each worker",
        "Each worker has its time. But ten slow workers, one after the other, have ten times as long.",
    ),
    (
        "whole_pool",
        "every job that ends after the cancel is interrupted",
        "After the cancel, it says, a job can only be interrupted. But a job may end without a look at the
cancel, and then it is done. Only the job itself knows.",
    ),
    (
        "enough_workers",
        "as many as are busy at the same moment if no job ever waits",
        "It knows the bursts, and with so many workers no job waits. But a job may wait for as long as the
target, and by then a worker that has done another job may be free.",
    ),
    (
        "enough_workers",
        "a new worker whenever a job would wait too long",
        "One pass over the jobs, and none waits too long. But each new worker comes late. If the first two
had both been there from the start, they would have done more of the jobs before the burst.",
    ),
    (
        "acknowledge",
        "acknowledges first, so that nothing is done twice",
        "It is true that no job is done twice. But the queue forgets a job when it is acknowledged. If
the worker is killed after that, nobody does it.",
    ),
    (
        "acknowledge",
        "a thread renews the lease, and goes on when its worker is killed",
        "A long job stays in one hand. But the thread does not know whether its worker still works. So a
lease that is renewed like that says nothing.",
    ),
];

/// The page, up to its first exercise.
const HEAD: &str = "# Answers that look right

Each exercise has wrong answers that are easily taken for right ones. Here are two of each, and what
the checks say about them. Look at them when you have solved the exercise: they show parts of the
solution. A line with `-` is in the solution. A line with `+` is in the wrong answer instead.
";

#[test]
fn the_page_of_answers_that_look_right_has_them_as_they_are() {
    if env::var_os("WRITE").is_some() {
        let compiler = Compiler::new();
        let run = |wrong: &Wrong| {
            let answer = compiler.compile("looks_right", &wrong.change.apply(wrong.exercise));
            let mut outputs = (0..10).map(|_| answer.run_in("C.UTF-8").output);
            let output = outputs.find(|output| says_so(output, wrong.says));
            without_places(&output.unwrap_or_else(|| panic!("{}", wrong.answer)))
        };
        let runs: Vec<String> = LOOK_RIGHT.iter().map(|it| run(recorded(it))).collect();
        let runs: Vec<&str> = runs.iter().map(String::as_str).collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/LOOKS_RIGHT.md");
        fs::write(path, page(&runs)).expect("the folder is writable");
    }
    let written = read("LOOKS_RIGHT.md");
    let runs = runs_of(&written);
    assert_eq!(runs.len(), LOOK_RIGHT.len());
    assert_eq!(written, page(&runs), "WRITE=1 writes it again");
}

/// Whether this run of an answer tells what its run on the page tells. True for an answer that is
/// not on the page.
pub fn is_as_on_the_page(wrong: &Wrong, output: &str) -> bool {
    let is_it = |it: &LooksRight| it.0 == wrong.exercise && it.1 == wrong.answer;
    let Some(number) = LOOK_RIGHT.iter().position(is_it) else {
        return true;
    };
    let page = read("LOOKS_RIGHT.md");
    let run = runs_of(&page).get(number).copied();
    run.is_some_and(|run| message(run) == message(&without_places(output)))
}

fn recorded((exercise, answer, _): &LooksRight) -> &'static Wrong {
    let mut answers = WRONG_ANSWERS.iter();
    let found = answers.find(|it| it.exercise == *exercise && it.answer == *answer);
    found.unwrap_or_else(|| panic!("{exercise} has no wrong answer {answer:?}"))
}

fn page(runs: &[&str]) -> String {
    let mut page = HEAD.to_string();
    let all: Vec<_> = LOOK_RIGHT.iter().zip(runs).collect();
    for (_, exercise, _) in EXERCISES {
        page += &format!("\n## {exercise}\n\n<details>\n");
        page += &format!("<summary>Two answers to {exercise} that look right</summary>\n\n");
        let two = all.iter().filter(|(answer, _)| answer.0 == exercise);
        assert_eq!(two.clone().count(), 2, "{exercise}");
        for (answer, run) in two {
            let (_, name, why) = answer;
            let mut name = name.to_string();
            name[..1].make_ascii_uppercase();
            let diff = diff(recorded(answer));
            page += &format!("**{name}.**\n{why}\n\n```diff\n{diff}```\n\n");
            page += &format!("```text\n{run}\n```\n\n");
        }
        page += "</details>\n";
    }
    page
}

/// The runs on the page.
fn runs_of(page: &str) -> Vec<&str> {
    let blocks = page.split("```text\n").skip(1);
    blocks
        .filter_map(|block| Some(block.split_once("\n```")?.0))
        .collect()
}

/// An output without the lines that say where a check is.
fn without_places(output: &str) -> String {
    let is_place = |line: &str| {
        let number = line.rsplit_once(".rs:").map(|(_, number)| number);
        number.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
    };
    let lines = output.trim().lines().filter(|line| !is_place(line));
    lines
        .map(|line| format!("{line}\n"))
        .collect::<String>()
        .trim_end()
        .to_string()
}

/// Which check has failed, and why, without the picture between the two. All numbers are 0, because
/// some are measured.
fn message(output: &str) -> String {
    let check = output.split("\n\n").next().unwrap_or_default();
    let why = output.split("\n\n").last().unwrap_or_default();
    let words = check.split_whitespace().chain(why.split_whitespace());
    let words: Vec<&str> = words.collect();
    without_numbers(&words.join(" "))
}

fn without_numbers(text: &str) -> String {
    let parts = text.split(|it: char| it.is_ascii_digit());
    let parts: Vec<&str> = parts.filter(|part| !["", "."].contains(part)).collect();
    parts.join("0")
}

/// What the wrong answer changes in the solution.
fn diff(wrong: &Wrong) -> String {
    let right = solution(wrong.exercise);
    let wrong = formatted(&wrong.change.apply(wrong.exercise));
    let diff = TextDiff::from_lines(code(&right), code(&wrong));
    let mut text = String::new();
    for (number, group) in diff.grouped_ops(2).iter().enumerate() {
        if number > 0 {
            text += " …\n";
        }
        for change in group.iter().flat_map(|part| diff.iter_changes(part)) {
            let line = format!("{}{}", change.tag(), change.value());
            text += &format!("{}\n", line.trim_end());
        }
    }
    text.trim_start_matches('\n').to_string()
}

/// The learner's part, without the comment at the top.
fn code(text: &str) -> &str {
    let answer = parts(text).0;
    answer
        .find("\nuse ")
        .map_or(answer, |begin| &answer[begin..])
}

fn formatted(source: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is there");
    let mut stdin = rustfmt.stdin.take().expect("it is piped");
    stdin
        .write_all(source.as_bytes())
        .expect("rustfmt reads it");
    drop(stdin);
    let output = rustfmt.wait_with_output().expect("rustfmt runs");
    assert!(output.status.success(), "rustfmt: {source}");
    String::from_utf8(output.stdout).expect("rustfmt writes UTF-8")
}
