//! Runs the service of `production_pool`, and reads what it prints and answers.

// Each test file uses only a part of this.
#![allow(dead_code)]

use std::collections::HashMap;
use std::net::TcpListener;

use crate::common::{Ended, LIMIT, Running, numbers, start};

pub const SERVICE: &str = env!("CARGO_BIN_EXE_production_pool");

/// The numbers of the last line.
#[derive(Debug)]
pub struct Sum {
    pub arrived: usize,
    pub accepted: usize,
    pub rejected: usize,
    pub done: usize,
    pub failed: usize,
    pub never_started: usize,
    pub interrupted: usize,
}

/// Reads the last line, and checks that it adds up.
#[track_caller]
pub fn sum(ended: &Ended) -> Sum {
    let [.., arrivals, fates] = &ended.stdout[..] else {
        panic!("expected two lines: {ended:#?}");
    };
    assert!(arrivals.len() <= 80 && fates.len() <= 80, "{ended:#?}");
    let last = &format!("{arrivals}; {fates}");
    let interrupted = match last.strip_suffix(" interrupted") {
        Some(fates) => *numbers(fates).last().expect("a number"),
        None => 0,
    };
    let [arrived, accepted, rejected, _, done, failed, never_started] = numbers(last)[..7] else {
        panic!("the last line is not the one that adds up: {last}");
    };
    let mut expected = format!(
        "{arrived} arrived = {accepted} accepted + {rejected} rejected; \
         {accepted} accepted = {done} done + {failed} failed + {never_started} never started"
    );
    if interrupted > 0 {
        expected += &format!(" + {interrupted} interrupted");
    }
    assert_eq!(*last, expected);
    assert_eq!(arrived, accepted + rejected, "{last}");
    assert_eq!(
        accepted,
        done + failed + never_started + interrupted,
        "{last}"
    );
    Sum {
        arrived,
        accepted,
        rejected,
        done,
        failed,
        never_started,
        interrupted,
    }
}

/// Starts the service with its metrics on a free port, and returns it and their address.
pub fn start_with_metrics(flags: &str) -> (Running, String) {
    for _ in 0..10 {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let address = free.expect("a free port").to_string();
        let mut running = start(SERVICE, &format!("--metrics {address} {flags}"));
        // If another test has taken the port meanwhile, the service says so.
        let line = running.wait_for(&address);
        if line == format!("metrics: http://{address}/metrics") {
            return (running, address);
        }
    }
    panic!("ten free ports were taken by others");
}

/// Returns the status, the content type and the body of the answer.
pub fn get(address: &str, path: &str) -> (u16, String, String) {
    let agent = ureq::Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(LIMIT))
        .build()
        .new_agent();
    let mut answer = agent
        .get(format!("http://{address}{path}"))
        .call()
        .expect("an answer");
    let content_type = answer.headers()["content-type"]
        .to_str()
        .expect("text")
        .to_string();
    let body = answer.body_mut().read_to_string().expect("a body");
    (answer.status().as_u16(), content_type, body)
}

/// The metrics by name, after a check of their format. A histogram is its `_count`.
pub fn scrape(address: &str) -> HashMap<String, u64> {
    let (status, content_type, body) = get(address, "/metrics");
    assert_eq!(status, 200);
    assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
    let metrics = body.split("# HELP ").skip(1).map(|metric| {
        let lines: Vec<&str> = metric.lines().collect();
        let [help, kind, samples @ .., last] = &lines[..] else {
            panic!("expected at least three lines per metric: {body}");
        };
        let (sample, value) = last.split_once(' ').expect("name and value");
        let name = sample.trim_end_matches("_count");
        assert!(help.starts_with(&format!("{name} ")), "{help}");
        let expected = match name {
            name if name.ends_with("_total") => "counter",
            name if name.ends_with("_seconds") => "histogram",
            _ => "gauge",
        };
        assert_eq!(*kind, format!("# TYPE {name} {expected}"));
        assert_eq!(samples.is_empty(), expected != "histogram", "{metric}");
        (sample.to_string(), value.parse().expect("a number"))
    });
    metrics.collect()
}
