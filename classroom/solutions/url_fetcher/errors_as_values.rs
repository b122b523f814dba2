// # The URL that went missing
//
// An error is a value like any other, and it is an answer, just as a status is.
// So it goes into the report. The worker need not decide what to do about it.
//
// Two answers that look right: LOOKS_RIGHT.md, errors_as_values

use crossbeam_channel::{Receiver, Sender};

/// The answer to a request: a status such as 200, or the reason why there is
/// none.
type Answer = Result<u16, String>;

fn worker(
    fetch: impl Fn(&str) -> Answer,
    urls: Receiver<String>,
    results: Sender<(String, Answer)>,
) {
    for url in urls {
        let answer = fetch(&url);
        results.send((url, answer)).expect("the results are read");
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::ops::RangeInclusive;
use std::thread;

use classroom::{LONG, RecordedWork, checks, run_checks, within_limit};
use crossbeam_channel::{bounded, unbounded};

checks![
    every_url_is_in_the_report,
    other_answers;
    patient: the_report_is_read_later
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: every URL is in the report, whatever its answer is");
}

fn url(page: usize) -> String {
    format!("http://localhost/{page}")
}

/// Starts the workers. Page N of this web answers `web(N)`. The report has room
/// for `room` lines that nobody has read.
fn start(
    workers: usize,
    work: &RecordedWork,
    web: fn(usize) -> Answer,
    room: usize,
) -> (Sender<String>, Receiver<(String, Answer)>) {
    let (urls_tx, urls_rx) = unbounded();
    let (results_tx, results_rx) = bounded(room);
    for _ in 0..workers {
        let (work, urls, results) = (work.clone(), urls_rx.clone(), results_tx.clone());
        thread::spawn(move || {
            let fetch = |url: &str| {
                let page = url.rsplit('/').next().and_then(|page| page.parse().ok());
                let page = page.expect("the worker fetches only the URLs that it receives");
                work.run(page);
                web(page)
            };
            worker(fetch, urls, results);
        });
    }
    (urls_tx, results_rx)
}

/// Queues these pages, and drops the sender.
fn submit(urls: Sender<String>, pages: RangeInclusive<usize>) {
    for page in pages {
        // When all workers have left, the page will be missing from the report.
        let _ = urls.send(url(page));
    }
}

/// Checks that pages 1 to `pages` were fetched once, and have one line each.
fn check(
    results: Receiver<(String, Answer)>,
    pages: usize,
    work: &RecordedWork,
    web: fn(usize) -> Answer,
) {
    let still = "still waiting for the workers: what are they doing?";
    let report: Vec<_> = within_limit(still, move || results.iter().collect());
    for page in 1..=pages {
        let url = url(page);
        let mut lines = report.iter().filter(|(reported, _)| *reported == url);
        let (answer, right) = (lines.next().map(|(_, answer)| answer), web(page));
        let Some(answer) = answer else {
            panic!("{url} is missing from the report: its answer is {right:?}");
        };
        assert!(
            *answer == right,
            "the report says {answer:?} about {url}, but its answer is {right:?}"
        );
        let second = lines.next();
        assert!(
            second.is_none(),
            "the report has two lines for {url}, but it was fetched once"
        );
    }
    work.assert_each_once(pages);
}

/// Pages 2, 3 and 7 hang up. Page 5 is not there, and page 8 has an error of its
/// own: these are answers too.
fn small_web(page: usize) -> Answer {
    match page {
        2 | 3 | 7 => Err(format!("page {page} hung up")),
        5 => Ok(404),
        8 => Ok(503),
        _ => Ok(200),
    }
}

fn every_url_is_in_the_report() {
    let work = RecordedWork::new().together(2);
    let (urls, results) = start(2, &work, small_web, 18);
    submit(urls, 1..=9);
    check(results, 9, &work, small_web);
    work.assert_pool_of(2);
}

fn other_web(workers: usize, pages: usize, web: fn(usize) -> Answer) {
    let work = RecordedWork::new();
    let (urls, results) = start(workers, &work, web, 2 * pages);
    submit(urls, 1..=pages);
    check(results, pages, &work, web);
}

fn other_answers() {
    other_web(1, 30, |page| Err(format!("page {page} takes too long")));
    other_web(2, 6, |_| Err("there is no such host".to_string()));
    other_web(1, 5, |page| Ok(100 * page as u16));
    other_web(3, 12, |page| match page {
        12 => Err(String::new()),
        _ => Ok(301),
    });
}

/// One worker has an answer that nobody reads yet, and the other one has nothing
/// to do. Both wait for as long as it takes.
fn the_report_is_read_later() {
    let work = RecordedWork::new().hold_from(3);
    let (urls, results) = start(2, &work, small_web, 0);
    submit(urls.clone(), 1..=1);
    work.wait_for_ended(1);
    thread::sleep(LONG);

    let (read_tx, read_rx) = unbounded();
    thread::spawn(move || results.iter().for_each(|line| drop(read_tx.send(line))));
    submit(urls, 2..=6);
    assert!(
        work.will_be_held(2),
        "pages 3 and 4 came after a long pause, and nobody fetches page 4 while\n\
         somebody fetches page 3: did a worker leave?"
    );
    work.let_go();
    check(read_rx, 6, &work, small_web);
    work.assert_pool_of(2);
}
