//! What a URL costs: the lesson `url_fetcher` beside a plain loop, on a site on this machine.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bench::child::{last_line, peak_memory};
use bench::counts::Counts;
use bench::points::{DELAYS_MS, MANY_URLS, URLS, fetch_group, fetchers};
use bench::progress;
use bench::rounds;
use bench::site;
use bench::store::{self, Numbers, results_dir};
use criterion::{Criterion, Throughput};

/// The program that fetches the URLs of `list`: the lesson, or the plain loop without `workers`.
fn fetch(workers: Option<usize>, list: &PathBuf) -> Command {
    let mut command;
    if let Some(workers) = workers {
        command = Command::new(env!("CARGO_BIN_EXE_fetcher"));
        let workers = workers.to_string();
        command.args(["--workers", &workers, "--deadline-secs", "600", "--file"]);
    } else {
        command = Command::new(env!("CARGO_BIN_EXE_fetch_loop"));
    }
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.arg(list).stderr(Stdio::null());
    command
}

/// How many URLs were answered, by a last line such as "2000 URLs: 1999 answered, ...".
fn answered(last_line: &str) -> usize {
    let number = last_line.split_whitespace().nth(2);
    number.and_then(|it| it.parse().ok()).unwrap_or(0)
}

/// Starts a site, and writes a list of its pages to a file. Returns the file's path.
fn new_site(delay_ms: u64, pages: usize) -> io::Result<PathBuf> {
    let site = site::start(Duration::from_millis(delay_ms))?;
    fs::create_dir_all(results_dir())?;
    let list = results_dir().join(format!("{pages}-urls-after-{delay_ms}-ms.txt"));
    let urls = (0..pages).map(|page| format!("{site}{page}\n"));
    fs::write(&list, urls.collect::<String>())?;
    Ok(list)
}

fn measure_time(criterion: &mut Criterion, counts: &mut Counts, sites: &[(u64, PathBuf)]) {
    for (delay_ms, list) in sites {
        let group_name = fetch_group(*delay_ms);
        let mut group = criterion.benchmark_group(&group_name);
        group.throughput(Throughput::Elements(URLS as u64));
        for (name, workers) in fetchers() {
            let id = format!("{group_name}/{name}");
            group.bench_function(&name, |bencher| {
                bencher.iter_custom(|times| {
                    let start = Instant::now();
                    for _ in 0..times {
                        let line = last_line(&mut fetch(workers, list));
                        let line = line.expect("the fetcher runs");
                        counts.add(&id, URLS, answered(&line));
                    }
                    start.elapsed()
                });
            });
        }
    }
}

fn measure_memory(urls: usize) -> io::Result<Numbers> {
    let list = new_site(0, urls)?;
    let mut peaks = Numbers::new();
    let progress = progress::show(fetchers().len());
    for (name, workers) in fetchers() {
        progress.set_message(format!("{urls} URLs with {name}"));
        let (line, peak) = peak_memory(&mut fetch(workers, &list))?;
        if answered(&line) != urls {
            progress.suspend(|| {
                eprintln!("{name}: not all of {urls} URLs were answered: {line}");
            });
        }
        progress.inc(1);
        peaks.insert(name, peak.into_iter().collect());
    }
    Ok(peaks)
}

fn main() -> io::Result<()> {
    let mut sites = Vec::new();
    for delay_ms in DELAYS_MS {
        sites.push((delay_ms, new_site(delay_ms, URLS)?));
    }
    rounds::run(
        "fetcher",
        3,
        Duration::from_millis(500),
        |criterion, counts| {
            measure_time(criterion, counts, &sites);
        },
    );
    if rounds::is_filtered() {
        eprintln!("memory is measured only when all benchmarks run (leave out the filter)");
        return Ok(());
    }
    if rounds::is_measurement() {
        eprintln!("measuring memory");
        store::save("memory-fetcher.json", measure_memory(MANY_URLS)?)
    } else {
        measure_memory(URLS).map(drop)
    }
}
