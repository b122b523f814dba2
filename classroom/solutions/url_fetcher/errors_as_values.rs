// # The URL that went missing
//
// An error is a value like any other, and it is an answer, just as a status is.
// So it goes into the report. The worker need not decide what to do about it.

use std::thread;

use classroom::RecordedWork;
use crossbeam_channel::{Receiver, Sender, bounded};

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

use classroom::{checks, run_checks};

checks![every_url_is_in_the_report];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 9 URLs, 6 answered, 3 failed, all of them in the report");
}

fn url(page: usize) -> String {
    format!("http://localhost/{page}")
}

/// A small web. Pages 2, 3 and 7 hang up. Page 5 is not there, and that is an
/// answer too.
fn fetch(page: usize) -> Answer {
    match page {
        2 | 3 | 7 => Err(format!("page {page} hung up")),
        5 => Ok(404),
        _ => Ok(200),
    }
}

/// Fetches pages 1 to 9 with 2 workers.
fn report(work: &RecordedWork) -> Vec<(String, Answer)> {
    let (urls_tx, urls_rx) = bounded(9);
    let (results_tx, results_rx) = bounded(18);
    for page in 1..=9 {
        urls_tx.send(url(page)).expect("we hold a receiver too");
    }
    drop(urls_tx);
    thread::scope(|scope| {
        for _ in 0..2 {
            let (urls, results) = (urls_rx.clone(), results_tx.clone());
            let fetch_url = |url: &str| {
                let page = url.rsplit('/').next().and_then(|page| page.parse().ok());
                let page = page.expect("the worker fetches only the URLs that it receives");
                work.run(page);
                fetch(page)
            };
            scope.spawn(move || worker(fetch_url, urls, results));
        }
    });
    drop(results_tx);
    results_rx.iter().collect()
}

fn every_url_is_in_the_report() {
    let work = RecordedWork::new().together(2);
    let report = work.within_limit(
        "still waiting for the workers: what are they doing?",
        report,
    );
    for page in 1..=9 {
        let url = url(page);
        let mut lines = report.iter().filter(|(reported, _)| *reported == url);
        let Some((_, answer)) = lines.next() else {
            panic!("{url} is missing from the report");
        };
        assert_eq!(*answer, fetch(page), "what the report says about {url}");
        assert_eq!(lines.next(), None, "the report has a second line for {url}");
    }
    work.assert_each_once(9);
    work.assert_pool_of(2);
}
