//! `how_many_workers`: what the table and its last line say, for the jobs of the defaults and for
//! those that come in bursts, and one clear line where there is no answer.

mod common;

#[cfg(unix)]
use common::start;
use common::{Ended, run};

const HOW_MANY_WORKERS: &str = env!("CARGO_BIN_EXE_how_many_workers");

/// The words of the row for so many workers, in the first table or the second.
#[track_caller]
fn row(ended: &Ended, table: usize, workers: usize) -> Vec<String> {
    let mut tables = ended.stdout.split(|line| line.starts_with("workers  busy"));
    let rows = tables.nth(table).expect("a table").iter();
    let mut rows = rows.map(|row| row.split_whitespace().map(str::to_string).collect());
    let row = rows.find(|row: &Vec<String>| row.first() == Some(&workers.to_string()));
    row.unwrap_or_else(|| panic!("no row for {workers}: {ended:#?}"))
}

/// The milliseconds of the 95th percentile, simulated: the last cell but one.
#[track_caller]
fn wait(ended: &Ended, workers: usize) -> f64 {
    let row = row(ended, 1, workers);
    assert_eq!(row[row.len() - 2], "ms", "{row:?}");
    row[row.len() - 3].parse().expect("milliseconds")
}

#[track_caller]
fn last_line(ended: &Ended) -> &str {
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    ended.stdout.last().expect("a last line")
}

#[track_caller]
fn assert_fails(flags: &str, expected: &str) {
    let ended = run(HOW_MANY_WORKERS, flags);
    assert_eq!(ended.status, Some(1), "{flags}: {ended:#?}");
    assert_eq!(ended.stdout, [""; 0], "{flags}");
    let [line] = &ended.stderr[..] else {
        panic!("expected one line for {flags}: {ended:#?}");
    };
    assert!(line.starts_with("error: "), "{flags}: {line}");
    assert!(line.contains(expected), "{flags}: {line}");
}

#[test]
fn the_last_line_names_the_fewest_workers_that_meet_the_target() {
    let ended = run(HOW_MANY_WORKERS, "");
    let line = last_line(&ended);
    assert_eq!(
        line,
        format!(
            "8 workers: 95 of 100 jobs wait at most {} ms (target 100 ms); 5 cannot keep up",
            wait(&ended, 8)
        )
    );
    assert!(wait(&ended, 8) <= 100.0, "{ended:#?}");
    assert!(wait(&ended, 7) > 100.0, "{ended:#?}");
    // By the formula for eight workers and a load of five: Erlang's C is 0.167.
    assert_eq!(row(&ended, 1, 8)[..5], ["8", "63", "%", "17", "%"]);
    let mut table = ended.stdout.iter().rev().skip(1);
    let wide = table.find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
}

#[test]
fn workers_that_are_always_busy_never_end_the_queue() {
    let ended = run(HOW_MANY_WORKERS, "");
    let always_busy = row(&ended, 1, 5).join(" ");
    assert!(
        always_busy.starts_with("5 100 % they cannot keep up at the end, "),
        "{always_busy}"
    );
    let asked = run(HOW_MANY_WORKERS, "--workers 5");
    let line = last_line(&asked);
    assert!(
        line.starts_with("5 workers: they cannot keep up; with 8 at most "),
        "{line}"
    );
}

#[test]
fn without_chance_always_busy_workers_are_enough() {
    let ended = run(HOW_MANY_WORKERS, "--arrivals regular --jitter 0");
    let line = last_line(&ended);
    assert_eq!(
        line,
        "5 workers: 95 of 100 jobs wait at most 0 ms (target 100 ms); 4 cannot keep up"
    );
}

#[test]
fn bursts_take_more_workers_and_regular_jobs_fewer() {
    let [bursts, regular] = ["bursts", "regular"].map(|arrivals| {
        let ended = run(HOW_MANY_WORKERS, &format!("--arrivals {arrivals}"));
        let line = last_line(&ended);
        let workers = line.split(' ').next().expect("a number");
        workers.parse::<usize>().expect("a number")
    });
    assert!(bursts > 16, "{bursts}");
    assert!(regular < 8, "{regular}");
}

#[test]
fn a_target_that_is_easier_to_meet_takes_fewer_workers() {
    for (target, workers) in [(0, 10), (100, 8), (150, 7), (250, 6), (1_000, 6)] {
        let ended = run(HOW_MANY_WORKERS, &format!("--target-wait-ms {target}"));
        let line = last_line(&ended);
        assert!(
            line.starts_with(&format!("{workers} workers: ")),
            "{target}: {line}"
        );
        assert!(wait(&ended, workers) <= f64::from(target), "{ended:#?}");
    }
}

#[test]
fn the_answer_for_a_number_of_workers_says_how_many_are_enough() {
    for (workers, ends) in [
        (7, " ms (target 100 ms); with 8 at most "),
        (8, " ms (target 100 ms); 5 cannot keep up"),
        (9, " ms (target 100 ms); 8 would be enough"),
    ] {
        let ended = run(HOW_MANY_WORKERS, &format!("--workers {workers}"));
        let line = last_line(&ended);
        let begins = format!("{workers} workers: 95 of 100 jobs wait at most ");
        assert!(line.starts_with(&begins) && line.contains(ends), "{line}");
        row(&ended, 1, workers - 2);
        row(&ended, 1, workers + 2);
    }
}

#[test]
fn what_cannot_be_answered_gets_one_clear_line() {
    assert_fails("--jobs 0", "0 jobs are too few to tell how they wait");
    assert_fails("--jobs 149", "it takes 150");
    assert_eq!(run(HOW_MANY_WORKERS, "--jobs 150").status, Some(0));
    assert_fails(
        "--rate 1000000 --work-ms 3600000",
        "no number of workers up to 1000000 is enough: only 3600000001 would keep up",
    );
    assert_fails(
        "--rate 1000000 --work-ms 900 --jobs 1000000",
        "it would take 27000000 jobs to tell how they wait, which is too many to simulate",
    );
    let no_file = std::env::temp_dir().join(format!("no-curve-{}.svg", std::process::id()));
    let flags = format!("--work-ms 0 --svg {}", no_file.display());
    let ended = run(HOW_MANY_WORKERS, &flags);
    assert_eq!(ended.status, Some(1), "{ended:#?}");
    assert_eq!(ended.stderr, ["error: --svg: there is nothing to draw"]);
    let _ = std::fs::remove_file(&no_file); // made to see whether it can be written
    assert_fails(
        "--workers 1000 --measure 1",
        "up to one worker more than 1000, and at most 1000",
    );
    assert_fails("--rate 1 --seed 2 --measure 0.1", "no job comes so soon");
}

/// So close to always busy, a hundred thousand jobs do not tell how long the queue gets.
#[test]
fn a_simulation_that_is_too_short_says_so() {
    let ended = run(HOW_MANY_WORKERS, "--rate 2500 --workers 501");
    let text = row(&ended, 1, 501).join(" ");
    assert!(text.ends_with("too few jobs to tell"), "{text}");
    let line = last_line(&ended);
    assert!(
        line.starts_with(
            "501 workers: too few jobs to tell (choose more --jobs); with 518 at most "
        ),
        "{line}"
    );
    // So the answer is a number for which it can tell, and perhaps not the smallest.
    let ended = run(HOW_MANY_WORKERS, "--rate 2500");
    let line = last_line(&ended);
    assert!(
        line.starts_with("518 workers: 95 of 100 jobs wait at most ")
            && line.ends_with("; fewer may be enough (choose more --jobs)"),
        "{line}"
    );
}

/// The page says of the runs what they print.
#[test]
fn the_page_says_what_the_lesson_says() {
    let page = include_str!("../book/pages/how_many_workers.md");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = |text: String| assert!(page.contains(&text), "the page should say {text:?}");
    let answer = |flags| last_line(&run(HOW_MANY_WORKERS, flags)).to_string();

    let ended = run(HOW_MANY_WORKERS, "");
    let seven = row(&ended, 1, 7);
    says(format!(
        "With 7 workers, the mean is {} ms",
        seven[seven.len() - 5]
    ));
    assert!(wait(&ended, 7) > 100.0, "one in twenty waits for longer");
    says(format!(
        "They are busy for {} % of the time",
        row(&ended, 1, 8)[1]
    ));
    assert!(last_line(&ended).starts_with("8 workers: "));

    let bursts = answer("--arrivals bursts");
    assert!(bursts.starts_with("20 workers: "), "{bursts}");
    says("It takes 20 workers to meet the target".to_string());
    let late = bursts.split(" at most ").nth(1).expect("a wait");
    let late = late.split(" (").next().expect("a wait");
    says(format!(
        "with 20 workers, it expects hardly a wait, but 5 of 100 jobs wait for {late}"
    ));
    let regular = answer("--arrivals regular");
    assert!(regular.starts_with("6 workers: "), "{regular}");
    says("6 workers are enough, and it says 8".to_string());
    assert!(answer("--rate 2500").starts_with("518 workers: "));
    says("with the usual 100,000 jobs, it is 518".to_string());
}

#[test]
fn the_same_flags_give_the_same_output() {
    let output = |flags| run(HOW_MANY_WORKERS, flags).stdout;
    assert_eq!(output("--jobs 5000"), output("--jobs 5000"));
    assert_ne!(output("--jobs 5000"), output("--jobs 5000 --seed 2"));
    // The seed chooses the arrivals as well as the lengths.
    let equal = "--jobs 5000 --jitter 0";
    assert_ne!(output(equal), output(&format!("{equal} --seed 2")));
}

#[test]
fn real_pools_do_the_first_jobs() {
    let flags = "--rate 100 --work-ms 10 --arrivals regular --measure 0.5";
    let ended = run(HOW_MANY_WORKERS, flags);
    // One in 10 ms: those of half a second.
    assert!(
        ended
            .stdout
            .iter()
            .any(|line| line.contains("50 jobs, measured")),
        "{ended:#?}"
    );
    let line = last_line(&ended);
    let workers = line.split(' ').next().expect("a number");
    let workers: usize = workers.parse().expect("a number");
    for workers in workers - 1..=workers + 1 {
        row(&ended, 2, workers);
    }
}

#[test]
fn the_curve_goes_where_the_flags_say() {
    let ended = run(HOW_MANY_WORKERS, "--jobs 5000");
    assert_eq!(ended.stderr, [""; 0], "no terminal, no curve");

    let svg = std::env::temp_dir().join(format!("curve-{}.svg", std::process::id()));
    let flags = "--jobs 5000 --workers 8 --timeline always --svg";
    let flags = format!("{flags} {}", svg.display());
    let ended = run(HOW_MANY_WORKERS, &flags);
    let drawing = std::fs::read_to_string(&svg).expect("it was written");
    std::fs::remove_file(&svg).expect("it is ours");
    let title = "95 of 100 jobs wait at most this long for 8 workers:";
    assert!(ended.stderr.iter().any(|line| line == title), "{ended:#?}");
    let wide = ended.stderr.iter().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
    assert!(drawing.contains(&format!("<title id=\"curve-title\">{title}</title>")));
    assert_eq!(drawing.matches("<polyline ").count(), 2);
}

#[test]
fn a_replay_needs_a_measured_run() {
    let page = std::env::temp_dir().join(format!("replay-{}.html", std::process::id()));
    let ended = run(HOW_MANY_WORKERS, &format!("--replay {}", page.display()));
    assert_eq!(ended.status, Some(2), "{ended:#?}");
    assert!(ended.stderr[0].contains("--measure <SECS>"), "{ended:#?}");

    let flags = "--jobs 5000 --work-ms 20 --measure 0.5 --replay";
    let ended = run(HOW_MANY_WORKERS, &format!("{flags} {}", page.display()));
    let replay = std::fs::read_to_string(&page).expect("it was written");
    std::fs::remove_file(&page).expect("it is ours");
    assert_eq!(
        replay.matches("<g class=\"run\"").count(),
        2,
        "1 and 2 workers"
    );
    assert!(replay.contains(last_line(&ended)));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_measured_run() {
    let mut running = start(HOW_MANY_WORKERS, "--jobs 5000 --measure 1000");
    while !running.line().starts_with("workers") {}
    // Not Ctrl-C, which a shell ignores for what it starts in the background.
    running.signal("TERM");
    assert_eq!(running.end().status, None, "the signal ends it");
}
