//! The stories as HTML, to step through.
//!
//! A story is finished without its script: then all of it is there. The script only hides the
//! steps that come later.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::explore::{End, Failure};
use crate::mistakes::Mistake;
use crate::story::{ChannelState, Step};

/// The script of a page with stories. It starts each element of the class `story`.
pub const SCRIPT: &str = include_str!("stories.js");
/// The styles of the stories.
pub const STYLES: &str = include_str!("stories.css");

const README: &str = include_str!("../README.md");

/// The files in which the mistakes are made, below `src`.
const SOURCES: &[(&str, &str)] = &[
    ("bin/basic.rs", include_str!("../../src/bin/basic.rs")),
    (
        "bin/context_cancel.rs",
        include_str!("../../src/bin/context_cancel.rs"),
    ),
    ("struct_pool.rs", include_str!("../../src/struct_pool.rs")),
    (
        "production_pool/pool.rs",
        include_str!("../../src/production_pool/pool.rs"),
    ),
];

/// A page with these fragments, which needs nothing else.
pub fn page(fragments: &[String]) -> String {
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mistakes, and the order that shows each one</title>
<style>
{STYLES}</style>
</head>
<body class="story-page">
<main>
<h1>Mistakes, and the order that shows each one</h1>
{}</main>
<script>
{SCRIPT}</script>
</body>
</html>
"#,
        fragments.concat()
    )
}

/// A story as a part of a page that has [`SCRIPT`] and [`STYLES`].
///
/// # Errors
///
/// Fails if the README has no section for the mistake, or the lesson no longer has its text.
pub fn fragment(mistake: &Mistake, failure: &Failure) -> Result<String, String> {
    let Section {
        title,
        setting,
        why,
    } = section(mistake)?;
    let mut html = format!(
        "<figure class=\"story\" aria-label=\"Story: {title}\">\n\
         <figcaption><strong>{title}.</strong> {setting}</figcaption>\n\
         <p>The mistake, in <code>src/{}</code>:</p>\n\
         <pre class=\"story-diff\" tabindex=\"0\" aria-label=\"The mistake\">",
        mistake.file
    );
    html += &diff(mistake)?;
    html += "</pre>\n";
    html += CONTROLS;
    html += &table(&title, failure);
    let _ = write!(html, "<p class=\"story-why\">{why}</p>\n</figure>\n");
    Ok(html)
}

/// What the README says about a mistake, as HTML.
struct Section {
    title: String,
    /// The lesson, and how small the run is.
    setting: String,
    /// What goes wrong, and why.
    why: String,
}

fn section(mistake: &Mistake) -> Result<Section, String> {
    let name = mistake.name;
    let readme = README.replace("\r\n", "\n");
    let mut parts = readme.split("\n### ");
    let found = parts.find_map(|part| {
        let (title, rest) = part.split_once("\n\n")?;
        let (setting, rest) = rest.split_once("\n\n")?;
        let (why, _) = rest.split_once("\n\n```text")?;
        setting
            .starts_with(&format!("Mistake `{name}` in "))
            .then(|| Section {
                title: markup(title),
                setting: markup(setting),
                why: markup(why),
            })
    });
    found.ok_or_else(|| format!("{name}: models/README.md has no section about it"))
}

/// The HTML of a paragraph with code and links. A page elsewhere has other links, so only their
/// text stays.
fn markup(paragraph: &str) -> String {
    let mut html = String::new();
    for (nth, part) in escape(paragraph).split('`').enumerate() {
        if nth > 0 {
            html += if nth % 2 == 1 { "<code>" } else { "</code>" };
        }
        html += part;
    }
    while let Some((before, rest)) = html.split_once("](") {
        let (target, after) = rest.split_once(')').unwrap_or((rest, ""));
        let (start, text) = before.rsplit_once('[').unwrap_or((before, target));
        html = format!("{start}{text}{after}");
    }
    html
}

/// The lines that the mistake removes and adds, with some lines around them.
fn diff(mistake: &Mistake) -> Result<String, String> {
    let Mistake { name, file, .. } = mistake;
    let source = SOURCES.iter().find(|(path, _)| path == file);
    let (_, source) = source.ok_or_else(|| format!("{name}: add src/{file} to SOURCES"))?;
    let right = source.replace("\r\n", "\n");
    let wrong = mistake.make(&right)?;
    let lines = compare(&code(&right), &code(&wrong));

    let mut html = String::new();
    let mut shown = None; // the last line in the diff
    for (nth, (sign, line)) in lines.iter().enumerate() {
        let around = nth.saturating_sub(AROUND)..lines.len().min(nth + AROUND + 1);
        if lines[around].iter().all(|(sign, _)| *sign == ' ') {
            continue;
        }
        if shown.is_some_and(|shown| shown + 1 < nth) {
            html += "  ...\n";
        }
        shown = Some(nth);
        let line = escape(line);
        let _ = match sign {
            '-' => writeln!(html, "<del>- {line}</del>"),
            '+' => writeln!(html, "<ins>+ {line}</ins>"),
            _ => writeln!(html, "  {line}"),
        };
    }
    Ok(html)
}

/// How many lines a diff shows before and after a change.
const AROUND: usize = 2;

/// The lines of the code. Left out are the comments, because they tell the answer, the `use` lines,
/// and the steps that a mistaken copy adds to the story.
fn code(source: &str) -> Vec<&str> {
    let is_code = |line: &&str| {
        let text = line.trim_start();
        let is_left_out = ["//", "use ", "crate::story"].map(|start| text.starts_with(start));
        !text.is_empty() && !is_left_out.contains(&true)
    };
    source.lines().filter(is_code).collect()
}

/// All lines of two texts, each with a sign: removed, added, or in both.
fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    // How many lines the rests of the texts have in common, at most.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (i, line) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            common[i][j] = match line == other {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    lines
}

/// The steps: a column for each thread and each channel.
fn table(title: &str, failure: &Failure) -> String {
    let steps = &failure.story;
    let threads: BTreeSet<&str> = steps.iter().map(|step| &*step.who).collect();
    let channels = steps.last().map_or(&[][..], |step| &step.channels);
    let columns = threads.len() + channels.len();
    let mut html = format!(
        "<div class=\"story-stage\" role=\"region\" tabindex=\"0\" \
         aria-label=\"Steps of the story: {title}\">\n\
         <table style=\"--columns: {columns}\">\n<thead>\n<tr><th scope=\"col\">step</th>"
    );
    for thread in &threads {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escape(thread));
    }
    for channel in channels {
        let _ = write!(html, "<th scope=\"col\">{}</th>", heading(channel));
    }
    html += "</tr>\n</thead>\n<tbody>\n";

    let fatal = fatal(failure);
    let mut before: &[ChannelState] = &[];
    for (index, step) in steps.iter().enumerate() {
        if index == fatal {
            let _ = writeln!(
                html,
                "<tr class=\"story-question\" data-says=\"{QUESTION}\">\
                 <td colspan=\"{}\"><span>{QUESTION}</span></td></tr>",
                columns + 1
            );
        }
        let class = if index < fatal {
            ""
        } else {
            " class=\"fatal\""
        };
        let (who, what) = (escape(&step.who), escape(&step.what));
        let _ = write!(
            html,
            "<tr{class} data-says=\"{who} {what}\"><th scope=\"row\">{}</th>",
            index + 1
        );
        for &thread in &threads {
            let what = if thread == step.who { &*what } else { "" };
            let _ = write!(html, "<td>{what}</td>");
        }
        for nth in 0..channels.len() {
            html += &cell(step.channels.get(nth), before.get(nth));
        }
        html += "</tr>\n";
        before = &step.channels;
    }
    let end = escape(&failure.end.to_string());
    let _ = writeln!(
        html,
        "<tr class=\"fatal story-end\" data-says=\"{end}\">\
         <td colspan=\"{}\"><span>=&gt; {end}</span></td></tr>",
        columns + 1
    );
    let fates: Vec<(&str, String)> = threads
        .iter()
        .map(|&thread| (thread, fate(thread, failure)))
        .collect();
    let says: Vec<String> = fates
        .iter()
        .filter(|(_, fate)| !fate.is_empty())
        .map(|(thread, fate)| escape(&format!("{thread} {fate}")))
        .collect();
    if fates.iter().any(|(_, fate)| fate.contains("waits")) {
        let _ = write!(
            html,
            "<tr class=\"story-end\" data-says=\"{}\"><th scope=\"row\">end</th>",
            says.join("; ")
        );
        for (_, fate) in &fates {
            let _ = write!(html, "<td>{}</td>", escape(fate));
        }
        for channel in channels {
            html += &cell(Some(channel), Some(channel));
        }
        html += "</tr>\n";
    }
    html += "</tbody>\n</table>\n</div>\n";
    if html.contains("<b>#") {
        html += "<p class=\"story-note\">#1 is the first message that was sent to its channel. \
                 The checker cannot see what is in it.</p>\n";
    }
    html
}

const QUESTION: &str = "What happens next? Decide before you go on.";

/// The context, which is a channel, has no messages and needs no numbers.
const CONTEXT: &str = "done";

fn heading(channel: &ChannelState) -> String {
    if channel.name == CONTEXT {
        return "context".to_owned();
    }
    let room = match channel.capacity {
        None => "unbounded".to_owned(),
        Some(0) => "unbuffered".to_owned(),
        Some(room) => format!("room for {room}"),
    };
    format!("{} <small>{room}</small>", escape(channel.name))
}

/// A cell with what is in a channel. It is marked if that is new.
fn cell(now: Option<&ChannelState>, before: Option<&ChannelState>) -> String {
    let now = now.map(contents).unwrap_or_default();
    match before.map(contents).unwrap_or_default() == now {
        true => format!("<td>{now}</td>"),
        false => format!("<td class=\"new\">{now}</td>"),
    }
}

fn contents(channel: &ChannelState) -> String {
    if channel.name == CONTEXT {
        return match channel.senders {
            0 => "<small>cancelled</small>".to_owned(),
            _ => "<small>not cancelled</small>".to_owned(),
        };
    }
    let mut html = String::new();
    for message in &channel.messages {
        let _ = write!(html, "<b>{}</b> ", escape(message));
    }
    if channel.messages.is_empty() {
        html += "empty ";
    }
    html += "<small>";
    html += &match channel.senders {
        0 => "closed".to_owned(),
        1 => "1 sender".to_owned(),
        senders => format!("{senders} senders"),
    };
    if channel.receivers == 0 {
        html += ", no receiver";
    }
    html += "</small>";
    html
}

/// The number of the step before which the story stops and asks: the first wait that never ends,
/// the last step before a panic, or the last thing that one thread does in a row.
fn fatal(failure: &Failure) -> usize {
    let steps = &failure.story;
    let Some(last) = steps.last() else {
        return 0;
    };
    let is_last_of_its_thread = |index: usize| {
        !steps[index + 1..]
            .iter()
            .any(|it| it.who == steps[index].who)
    };
    match failure.end {
        End::Deadlock => (0..steps.len())
            .find(|&index| is_last_of_its_thread(index) && steps[index].what.starts_with("waits"))
            .unwrap_or(steps.len() - 1),
        End::Panic(_) => steps.len() - 1,
        End::Wrong(_) => steps
            .iter()
            .rposition(|step| step.who != last.who)
            .map_or(0, |index| index + 1),
    }
}

/// What a thread does at the end: for whom it waits, or whether it has returned. Nothing, if it
/// could go on.
fn fate(thread: &str, failure: &Failure) -> String {
    let steps = &failure.story;
    let what = last_step(thread, steps);
    match what {
        "returns" => return "has returned".to_owned(),
        "dies of the panic" => return "has died".to_owned(),
        _ => {}
    }
    let Some(obstacles) = what.strip_prefix("waits: ") else {
        return match what.strip_suffix(" to return") {
            Some(waits) if !has_ended(waits.trim_start_matches("waits for "), steps) => {
                waits.to_owned()
            }
            _ => String::new(),
        };
    };
    let channels = steps.last().map_or(&[][..], |step| &step.channels);
    let waits = obstacles.split(", and ").map(|obstacle| {
        let (name, obstacle) = obstacle.split_once(' ').unwrap_or((obstacle, ""));
        let channel = channels.iter().find(|it| it.name == name);
        let is_gone = match (obstacle, channel) {
            ("is empty", Some(it)) => !it.messages.is_empty() || it.senders == 0,
            ("is full", Some(it)) => Some(it.messages.len()) != it.capacity || it.receivers == 0,
            _ => false,
        };
        let wait = match obstacle {
            "is empty" => {
                let whom = whom(thread, name, &["sends to", "is full"], steps);
                format!("waits for {whom} to send to {name} or close it")
            }
            "is full" | "has no receiver ready" => {
                let whom = whom(thread, name, &["takes from", "is empty"], steps);
                format!("waits for {whom} to take from {name}")
            }
            _ => "waits for a cancel".to_owned(),
        };
        (!is_gone).then_some(wait)
    });
    // If one of the obstacles is gone, the thread can go on.
    let waits: Option<Vec<String>> = waits.collect();
    waits.map_or(String::new(), |waits| waits.join(", or "))
}

fn last_step<'a>(thread: &str, steps: &'a [Step]) -> &'a str {
    let last = steps.iter().rfind(|step| step.who == thread);
    last.map_or("", |step| &step.what)
}

fn has_ended(thread: &str, steps: &[Step]) -> bool {
    ["returns", "dies of the panic"].contains(&last_step(thread, steps))
}

/// The threads that could end a wait: those that have used this side of the channel, or else any
/// that has not returned.
fn whom(thread: &str, channel: &str, uses: &[&str], steps: &[Step]) -> String {
    let alive: BTreeSet<&str> = steps
        .iter()
        .map(|step| &*step.who)
        .filter(|who| !has_ended(who, steps))
        .collect();
    let others = || alive.iter().copied().filter(|&who| who != thread);
    let used = |who: &str| {
        let by = steps.iter().filter(|step| step.who == who);
        by.map(|step| &step.what)
            .any(|what| what.contains(channel) && uses.iter().any(|it| what.contains(it)))
    };
    let mut whom: Vec<&str> = others().filter(|who| used(who)).collect();
    if whom.is_empty() {
        whom = others().collect();
    }
    match whom.is_empty() {
        true => "itself".to_owned(),
        false => whom.join(" or "),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// They are hidden until the script runs.
const CONTROLS: &str = r#"<div class="story-controls" hidden>
<button type="button" data-do="back" title="One step back (left arrow)">Back</button>
<button type="button" data-do="next" title="One step forward (right arrow)">Next</button>
<button type="button" data-do="restart" title="Back to the first step (Home)">Start over</button>
</div>
<p class="story-voice" role="status"></p>
"#;
