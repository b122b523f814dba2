//! The tables, in Markdown.

use std::collections::BTreeMap;
use std::env::consts::{ARCH, OS};
use std::fs;
use std::process::Command;
use std::thread;

use time::OffsetDateTime;

use super::format::{counted, grouped, median, memory, ratio, ratio_with_spread, time};
use super::results::Results;
use crate::contenders::{Contender, GO, IN_GO, IN_RUST, REFERENCE, TYPED};
use crate::counts::{Count, Counts};
use crate::points::{
    CANCEL, CANCEL_CASES, DELAYS_MS, GROWTH_JOBS, GROWTH_WORKERS, JOB_COUNTS, LOOP, PRODUCERS,
    Queue, SHUTDOWN, SHUTDOWN_POOLS, SHUTDOWN_WORKERS, START, WORKER_COUNTS, WORKERS, WORKS,
    contenders_with_workers, fetch_group, fetchers, pools_group, pools_value, threads,
};
use crate::setup::Load;

/// All tables, each with its name in a page.
pub fn all(results: &Results) -> Vec<(&'static str, String)> {
    vec![
        ("machine", machine(results)),
        ("work", work(results)),
        ("pools", pools(results)),
        ("pools in short", pools_in_short(results)),
        ("go", go(results)),
        ("workers no-op", workers_and_producers(results, "no-op")),
        ("workers 1 us", workers_and_producers(results, "1 us")),
        ("workers 100 us", workers_and_producers(results, "100 us")),
        ("lost", lost(&results.counts)),
        ("start", start(results)),
        ("cancel", by_workers(results, CANCEL, &CANCEL_CASES)),
        ("shutdown", by_workers(results, SHUTDOWN, &SHUTDOWN_POOLS)),
        ("growth jobs", growth_jobs(results)),
        ("growth workers", growth_workers(results)),
        ("memory jobs", memory_jobs(results)),
        ("memory workers", memory_workers(results)),
        ("fetcher", fetcher(results)),
    ]
}

/// One row of a table.
fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The heading of a table: first the columns with text, then those with numbers.
fn heading(texts: &[&str], numbers: impl IntoIterator<Item = String>) -> String {
    let numbers: Vec<String> = numbers.into_iter().collect();
    let rule = format!(
        "|{}{}\n",
        "---|".repeat(texts.len()),
        "---:|".repeat(numbers.len())
    );
    let texts = texts.iter().map(|it| it.to_string());
    row(texts.chain(numbers)) + &rule
}

/// Each contender with each of its queues.
fn contenders_and_queues() -> Vec<(Contender, Queue)> {
    let all = IN_RUST.into_iter().chain([IN_GO]);
    all.flat_map(|it| it.queues().iter().map(move |&queue| (it, queue)))
        .collect()
}

fn pools_id(work: &str, name: &str, queue: Queue, workers: usize, producers: usize) -> String {
    let value = pools_value(queue, workers, producers);
    format!("{}/{name}/{value}", pools_group(work))
}

/// The name of a work in the tables. The ids have `us` for `µs`, because it is easier to type.
fn title(work: &str) -> String {
    work.replace("us", "µs")
}

/// The date of the measurement, and the machine on which the report runs.
fn machine(results: &Results) -> String {
    let date = OffsetDateTime::from(results.measured).date();
    let cores = thread::available_parallelism().map_or("?".into(), |it| it.to_string());
    let rust = first_line("rustc", &["--version"]);
    let go = first_line("go", &["version"]);
    let rust = rust.unwrap_or("a Rust that does not tell its version".into());
    let go = go.unwrap_or("no Go".into());
    let cpu = cpu().unwrap_or("a processor that does not tell its name".into());
    format!("Measured on {date}: {cpu}, {cores} cores, {OS} on {ARCH}; {rust}; {go}.\n")
}

fn cpu() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(": ")?.1.to_string())
}

fn first_line(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(String::from)
}

fn work(results: &Results) -> String {
    let mut table = heading(
        &["work"],
        ["rounds of arithmetic", "time"].map(String::from),
    );
    for (name, work, _) in WORKS {
        if let Load::Rounds(rounds) = work {
            let time = median(results.time(&format!("work/{name}")), time);
            table += &row([title(name), grouped(rounds.into()), time]);
        }
    }
    table
}

fn pools(results: &Results) -> String {
    let columns = WORKS
        .iter()
        .flat_map(|(name, ..)| [title(name), "a job".into()]);
    let mut table = heading(&["pool", "queue"], columns);
    for (contender, queue) in contenders_and_queues() {
        let mut cells = vec![contender.name.into(), queue.name().into()];
        for (work, ..) in WORKS {
            let id = pools_id(work, contender.name, queue, 2, 1);
            let reference = pools_id(work, REFERENCE, Queue::Long, 2, 1);
            cells.push(ratio_with_spread(results.ratio(&id, &reference)));
            cells.push(median(results.time(&id), time));
        }
        table += &row(cells);
    }
    table
}

/// Each contender with its longest queue.
fn pools_in_short(results: &Results) -> String {
    let mut table = heading(&["pool"], WORKS.map(|(name, ..)| title(name)));
    let reference = |work| pools_id(work, REFERENCE, Queue::Long, 2, 1);
    for contender in IN_RUST.into_iter().chain([IN_GO]) {
        let queue = contender.queues().last().expect("each has a queue");
        let cells = WORKS.map(|(work, ..)| {
            let id = pools_id(work, contender.name, *queue, 2, 1);
            ratio_with_spread(results.ratio(&id, &reference(work)))
        });
        table += &row([contender.name.to_string()].into_iter().chain(cells));
    }
    let times = WORKS.map(|(work, ..)| median(results.time(&reference(work)), time));
    table + &row(["1.00 is".to_string()].into_iter().chain(times))
}

fn go(results: &Results) -> String {
    let ours = [REFERENCE, TYPED, "plain channel"];
    let columns = ["Go, a job".into()].into_iter();
    let columns = columns.chain(ours.map(|name| format!("{name}, times Go")));
    let mut table = heading(&["work", "queue"], columns);
    for (work, ..) in &WORKS[..2] {
        for queue in [Queue::TwoPerWorker, Queue::Long] {
            let go = pools_id(work, GO, queue, 2, 1);
            let mut cells = vec![title(work), queue.name().into()];
            cells.push(median(results.time(&go), time));
            for name in ours {
                let id = pools_id(work, name, queue, 2, 1);
                cells.push(ratio_with_spread(results.ratio(&id, &go)));
            }
            table += &row(cells);
        }
    }
    table
}

fn workers_and_producers(results: &Results, work: &str) -> String {
    let points: Vec<(usize, usize)> = WORKERS
        .into_iter()
        .flat_map(|workers| PRODUCERS.map(|producers| (workers, producers)))
        .collect();
    let columns = points
        .iter()
        .map(|&(workers, producers)| threads(workers, producers));
    let mut table = heading(&["pool", "queue"], columns);
    for (contender, queue) in contenders_and_queues() {
        let mut cells = vec![contender.name.into(), queue.name().into()];
        for &(workers, producers) in &points {
            let id = pools_id(work, contender.name, queue, workers, producers);
            let reference = pools_id(work, REFERENCE, Queue::Long, workers, producers);
            cells.push(ratio(results.ratio(&id, &reference)));
        }
        table += &row(cells);
    }
    let mut cells = vec!["1.00 is".into(), "".into()];
    for (workers, producers) in points {
        let reference = pools_id(work, REFERENCE, Queue::Long, workers, producers);
        cells.push(median(results.time(&reference), time));
    }
    table + &row(cells)
}

/// The contenders that have lost jobs, in all benches together.
fn lost(counts: &[Counts]) -> String {
    let mut lost: BTreeMap<&str, Count> = BTreeMap::new();
    let mut all = Count::default();
    for (id, count) in counts.iter().flat_map(Counts::iter) {
        // A contender's name is in the middle of "group/name/value" or at the end of "group/name".
        let name = id.split('/').find(|part| {
            contenders_and_queues()
                .iter()
                .any(|(it, _)| it.name == *part)
        });
        lost.entry(name.unwrap_or("url_fetcher"))
            .or_default()
            .add(count);
        all.add(count);
    }
    lost.retain(|_, count| count.done != count.submitted);

    let mut table = heading(&["pool"], ["jobs", "not done"].map(String::from));
    let every = if lost.is_empty() {
        "all of them"
    } else {
        "all together"
    };
    for (name, count) in lost.into_iter().chain([(every, all)]) {
        let missing = count.submitted.saturating_sub(count.done);
        table += &row([name.into(), grouped(count.submitted), grouped(missing)]);
    }
    table
}

fn start(results: &Results) -> String {
    let mut table = heading(&["pool"], ["ratio", "time"].map(String::from));
    let reference = format!("{START}/{REFERENCE}");
    for contender in IN_RUST {
        let id = format!("{START}/{}", contender.name);
        table += &row([
            contender.name.into(),
            ratio_with_spread(results.ratio(&id, &reference)),
            median(results.time(&id), time),
        ]);
    }
    table
}

/// Times by the number of workers. The ratios compare with the first row.
fn by_workers(results: &Results, group: &str, names: &[&str]) -> String {
    let columns = SHUTDOWN_WORKERS
        .iter()
        .flat_map(|it| [counted(*it, "worker"), "time".into()]);
    let mut table = heading(&[""], columns);
    for name in names {
        let mut cells = vec![name.to_string()];
        for workers in SHUTDOWN_WORKERS {
            let id = format!("{group}/{name}/{workers}");
            let reference = format!("{group}/{}/{workers}", names[0]);
            cells.push(ratio_with_spread(results.ratio(&id, &reference)));
            cells.push(median(results.time(&id), time));
        }
        table += &row(cells);
    }
    table
}

/// The contenders of this group.
fn contenders_in(group: &str) -> Vec<Contender> {
    if group == GROWTH_WORKERS {
        contenders_with_workers().collect()
    } else {
        IN_RUST.to_vec()
    }
}

fn growth(results: &Results, group: &str, noun: &str, amounts: &[usize]) -> String {
    let columns = amounts.iter().map(|&it| counted(it, noun));
    let mut table = heading(&["pool"], columns);
    for contender in contenders_in(group) {
        let cells = amounts.iter().map(|amount| {
            let id = format!("{group}/{}/{amount}", contender.name);
            let reference = format!("{group}/{REFERENCE}/{amount}");
            ratio(results.ratio(&id, &reference))
        });
        table += &row([contender.name.into()].into_iter().chain(cells));
    }
    let cells = amounts.iter().map(|amount| {
        let reference = format!("{group}/{REFERENCE}/{amount}");
        median(results.time(&reference), time)
    });
    table + &row(["1.00 is, a job".into()].into_iter().chain(cells))
}

fn growth_jobs(results: &Results) -> String {
    growth(results, GROWTH_JOBS, "job", &JOB_COUNTS)
}

fn growth_workers(results: &Results) -> String {
    growth(results, GROWTH_WORKERS, "worker", &WORKER_COUNTS)
}

fn peaks(results: &Results, group: &str, amounts: &[usize], noun: &str, per: &str) -> String {
    let columns = amounts.iter().map(|&it| counted(it, noun));
    let mut table = heading(&["pool"], columns.chain([per.into()]));
    for contender in contenders_in(group) {
        let id = |amount: &usize| format!("{group}/{}/{amount}", contender.name);
        let cells = amounts
            .iter()
            .map(|it| median(results.memory(&id(it)), memory));
        // We divide the largest amount: there the part that does not grow matters least.
        let largest = amounts.iter().rev();
        let each = largest.filter_map(|it| Some(results.memory(&id(it))?.median / *it as f64));
        let each = each.map(memory).next().unwrap_or("–".into());
        table += &row([contender.name.into()]
            .into_iter()
            .chain(cells)
            .chain([each]));
    }
    table
}

fn memory_jobs(results: &Results) -> String {
    peaks(results, GROWTH_JOBS, &JOB_COUNTS, "job", "a job")
}

fn memory_workers(results: &Results) -> String {
    peaks(
        results,
        GROWTH_WORKERS,
        &WORKER_COUNTS,
        "worker",
        "a worker",
    )
}

fn fetcher(results: &Results) -> String {
    let columns = DELAYS_MS
        .iter()
        .flat_map(|it| [format!("after {it} ms"), "a URL".into()]);
    let mut table = heading(&[""], columns.chain(["peak of 100,000 URLs".into()]));
    for (name, _) in fetchers() {
        let mut cells = vec![name.clone()];
        for delay_ms in DELAYS_MS {
            let group = fetch_group(delay_ms);
            let id = format!("{group}/{name}");
            let reference = format!("{group}/{LOOP}");
            cells.push(ratio_with_spread(results.ratio(&id, &reference)));
            cells.push(median(results.time(&id), time));
        }
        cells.push(median(results.memory(&name), memory));
        table += &row(cells);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contender_that_lost_jobs_has_a_row_with_their_number() {
        let mut pools = Counts::default();
        pools.add("pools/no-op/rusty_pool/queue without bound", 1_000, 998);
        pools.add("pools/no-op/struct_pool/queue of 0", 1_000, 1_000);
        let mut latency = Counts::default();
        latency.add("submit to start/rusty_pool", 500, 499);

        let table = "| pool | jobs | not done |\n\
                     |---|---:|---:|\n\
                     | rusty_pool | 1,500 | 3 |\n\
                     | all together | 2,500 | 3 |\n";
        assert_eq!(lost(&[pools, latency]), table);
    }
}
