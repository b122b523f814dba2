//! The plots, as SVG.

use std::cmp::Ordering;
use std::error::Error;
use std::io;
use std::ops::Range;
use std::path::Path;

use plotters::prelude::*;

use super::format;
use super::results::Results;
use super::spread::Spread;
use crate::contenders::{IN_GO, IN_RUST, REFERENCE};
use crate::points::{
    CANCEL, CANCEL_CASES, DELAYS_MS, GROWTH_JOBS, GROWTH_WORKERS, JOB_COUNTS, LOOP, Queue,
    SHUTDOWN_WORKERS, WORKER_COUNTS, fetch_group, fetchers, pools_group, pools_value,
};

/// Ten colours that are easy to tell apart.
const COLORS: [RGBColor; 10] = [
    RGBColor(214, 39, 40),
    RGBColor(31, 119, 180),
    RGBColor(44, 160, 44),
    RGBColor(255, 127, 14),
    RGBColor(148, 103, 189),
    RGBColor(23, 190, 207),
    RGBColor(140, 86, 75),
    RGBColor(188, 189, 34),
    RGBColor(127, 127, 127),
    RGBColor(227, 119, 194),
];

/// A line of a plot.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// The texts of a plot, and the unit of its y axis.
struct Texts<'a> {
    title: &'a str,
    x: &'a str,
    y: &'a str,
    unit: fn(f64) -> String,
}

/// Draws all plots into this folder, without the benchmarks that were not measured.
pub fn draw(results: &Results, folder: &Path) -> io::Result<()> {
    let to_io = |error: Box<dyn Error>| io::Error::other(error.to_string());
    draw_pools(results, &folder.join("pools.svg")).map_err(to_io)?;
    for (file, texts, plot) in line_plots(results) {
        draw_lines(&folder.join(file), &texts, &plot).map_err(to_io)?;
    }
    Ok(())
}

fn line_plots(results: &Results) -> Vec<(&'static str, Texts<'static>, Vec<Line>)> {
    let time = |id: &str| results.time(id).map(|it| it.median);
    let memory = |id: &str| results.memory(id).map(|it| it.median);
    let names = IN_RUST.map(|it| it.name);
    let fetchers: Vec<Line> = DELAYS_MS
        .iter()
        .flat_map(|&delay| fetch_lines(results, delay))
        .collect();
    vec![
        (
            "growth-jobs.svg",
            Texts {
                title: "A pool is started, does its jobs, and is shut down",
                x: "jobs",
                y: "a job",
                unit: format::time,
            },
            by_amount(&names, GROWTH_JOBS, &JOB_COUNTS, time),
        ),
        (
            "growth-workers.svg",
            Texts {
                title: "A pool is started, does 10,000 jobs, and is shut down",
                x: "workers",
                y: "a job",
                unit: format::time,
            },
            by_amount(&names, GROWTH_WORKERS, &WORKER_COUNTS, time),
        ),
        (
            "memory-jobs.svg",
            Texts {
                title: "Memory for jobs that come faster than they are done, at its peak",
                x: "jobs",
                y: "memory",
                unit: format::memory,
            },
            by_amount(&names, GROWTH_JOBS, &JOB_COUNTS, memory),
        ),
        (
            "cancel.svg",
            Texts {
                title: "From the cancel to the last worker gone",
                x: "workers",
                y: "time",
                unit: format::time,
            },
            by_amount(&CANCEL_CASES, CANCEL, &SHUTDOWN_WORKERS, time),
        ),
        (
            "fetcher.svg",
            Texts {
                title: "The fetcher, and a plain loop",
                x: "workers",
                y: "a URL",
                unit: format::time,
            },
            fetchers,
        ),
    ]
}

fn by_amount(
    names: &[&str],
    group: &str,
    amounts: &[usize],
    number: impl Fn(&str) -> Option<f64>,
) -> Vec<Line> {
    let line = |name: &&str| {
        let point =
            |&amount: &usize| Some((amount as f64, number(&format!("{group}/{name}/{amount}"))?));
        Line {
            name: name.to_string(),
            points: amounts.iter().filter_map(point).collect(),
        }
    };
    names.iter().map(line).collect()
}

/// The fetcher by its number of workers. The loop has no workers, so its line is level.
fn fetch_lines(results: &Results, delay_ms: u64) -> [Line; 2] {
    let group = fetch_group(delay_ms);
    let time = |name: &str| results.time(&format!("{group}/{name}")).map(|it| it.median);
    let mut pools = Vec::new();
    let mut plain_loop = Vec::new();
    for (name, workers) in fetchers() {
        let Some(workers) = workers else { continue };
        pools.extend(time(&name).map(|nanos| (workers as f64, nanos)));
        plain_loop.extend(time(LOOP).map(|nanos| (workers as f64, nanos)));
    }
    let line = |name: &str, points| Line {
        name: format!("{name}, an answer after {delay_ms} ms"),
        points,
    };
    [line("url_fetcher", pools), line(LOOP, plain_loop)]
}

/// From a fifth below the smallest number to a quarter above the largest. `None` without a number.
fn range(numbers: impl Iterator<Item = f64> + Clone) -> Option<Range<f64>> {
    let min = numbers.clone().reduce(f64::min)?;
    let max = numbers.reduce(f64::max)?;
    Some(min * 0.8..max * 1.25)
}

fn draw_lines(path: &Path, texts: &Texts, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let points = lines.iter().flat_map(|line| &line.points);
    let xs = range(points.clone().map(|&(x, _)| x));
    let ys = range(points.map(|&(_, y)| y));
    let (Some(xs), Some(ys)) = (xs, ys) else {
        return Ok(()); // nothing was measured
    };

    let area = SVGBackend::new(path, (900, 560)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(660);
    let mut chart = ChartBuilder::on(&left)
        .caption(texts.title, ("sans-serif", 20))
        .margin(10)
        .x_label_area_size(45)
        .y_label_area_size(85)
        .build_cartesian_2d(xs.log_scale(), ys.log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc(texts.x)
        .y_desc(texts.y)
        .x_label_formatter(&format_amount)
        .y_label_formatter(&|&number| (texts.unit)(number))
        .label_style(("sans-serif", 14))
        .draw()?;
    // A contender has the same colour in every plot. The names are in the order in which the lines
    // end, from top to bottom.
    let mut shown: Vec<(RGBColor, &Line)> = COLORS.into_iter().cycle().zip(lines).collect();
    let end = |line: &Line| line.points.last().map(|&(_, y)| y);
    shown.retain(|(_, line)| !line.points.is_empty());
    shown.sort_by(|(_, a), (_, b)| end(b).partial_cmp(&end(a)).unwrap_or(Ordering::Equal));
    for (index, (color, line)) in shown.into_iter().enumerate() {
        let width = if line.name == REFERENCE { 4 } else { 2 };
        let style = color.stroke_width(width);
        chart.draw_series(LineSeries::new(line.points.iter().copied(), style))?;
        let dots = line.points.iter();
        chart.draw_series(dots.map(|&point| Circle::new(point, 3, color.filled())))?;

        // The names stand beside the plot, where they hide no line.
        let y = 60 + 26 * index as i32;
        right.draw(&PathElement::new([(0, y), (24, y)], style))?;
        let text = Text::new(line.name.clone(), (30, y - 7), ("sans-serif", 14));
        right.draw(&text)?;
    }
    area.present()?;
    Ok(())
}

fn format_amount(number: &f64) -> String {
    if *number < 1.0 {
        format!("{number}")
    } else {
        format::grouped(number.round() as u64)
    }
}

/// The ratios of the pools: a dot at the median, and a line from the lowest to the highest round.
fn draw_pools(results: &Results, path: &Path) -> Result<(), Box<dyn Error>> {
    let group = pools_group("no-op");
    let id = |name: &str, queue| format!("{group}/{name}/{}", pools_value(queue, 2, 1));
    let reference = id(REFERENCE, Queue::Long);
    let mut rows: Vec<(String, Spread)> = Vec::new();
    for contender in IN_RUST.into_iter().chain([IN_GO]) {
        for &queue in contender.queues() {
            let ratio = results.ratio(&id(contender.name, queue), &reference);
            let name = format!("{}, {}", contender.name, queue.name());
            rows.extend(ratio.map(|ratio| (name, ratio)));
        }
    }
    rows.sort_by(|(_, a), (_, b)| b.median.total_cmp(&a.median));
    let all = rows.iter().flat_map(|(_, it)| [it.min, it.max, 1.0]);
    let Some(xs) = range(all).filter(|_| !rows.is_empty()) else {
        return Ok(());
    };

    let area = SVGBackend::new(path, (900, 640)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "A job that does nothing: two workers, one producer",
            ("sans-serif", 20),
        )
        .margin(10)
        .x_label_area_size(45)
        .y_label_area_size(250)
        .build_cartesian_2d(xs.clone().log_scale(), -0.5..rows.len() as f64 - 0.5)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .light_line_style(WHITE)
        .x_desc("times struct_pool with a queue of 1,024")
        .x_label_formatter(&|number| format!("{number}"))
        .label_style(("sans-serif", 14))
        .draw()?;
    let height = rows.len() as f64;
    chart.draw_series(LineSeries::new([(1.0, -0.5), (1.0, height - 0.5)], BLACK))?;
    for (index, (name, ratio)) in rows.iter().enumerate() {
        let y = index as f64;
        let is_ours = name.starts_with(REFERENCE) || name.starts_with("production_pool");
        let color = if is_ours { BLUE } else { RGBColor(90, 90, 90) };
        let ends = [(ratio.min, y), (ratio.max, y)];
        chart.draw_series(LineSeries::new(ends, color.stroke_width(2)))?;
        let dot = Circle::new((ratio.median, y), 5, color.filled());
        chart.draw_series([dot])?;
        let (_, place) = chart.backend_coord(&(xs.start, y));
        let style = ("sans-serif", 14).into_font().color(&color);
        area.draw(&Text::new(name.clone(), (14, place - 7), style))?;
    }
    area.present()?;
    Ok(())
}
