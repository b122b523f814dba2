//! What stands for itself in the pages: `{{#name what}}`, alone on a line, takes its text from
//! the file that has it. So nothing is copied, and nothing can disagree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use timeline::replay;

use crate::build::text;
use crate::go;
use crate::item;
use crate::lessons::{LESSONS, Lesson, MACHINES};
use crate::links;

/// Expands the pages, and remembers what they need beside them.
pub struct Expansion {
    repository: PathBuf,
    /// The pictures of included pages, as paths inside the repository.
    pub pictures: BTreeSet<String>,
    /// The replays and stories, and the text of each.
    figures: Vec<(String, String)>,
}

/// The exercises, as Rustlings lists them.
#[derive(Deserialize)]
struct Exercises {
    exercises: Vec<Exercise>,
}

#[derive(Deserialize)]
struct Exercise {
    name: String,
    dir: String,
    hint: String,
}

impl Expansion {
    pub fn new(repository: &Path) -> Expansion {
        Expansion {
            repository: repository.to_path_buf(),
            pictures: BTreeSet::new(),
            figures: Vec::new(),
        }
    }

    /// The text of a page with everything that it includes.
    ///
    /// # Errors
    ///
    /// If it includes something that does not exist.
    pub fn expand(&mut self, page: &str) -> Result<String, String> {
        let mut expanded = String::new();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            if line == "```quiz" {
                let quiz: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                expanded += &quiz_html(&quiz)?;
            } else if let Some(directive) = line.strip_prefix("{{#") {
                let inner = directive
                    .strip_suffix("}}")
                    .ok_or(format!("no }}}} after {line}"))?;
                let included = self
                    .include(inner)
                    .map_err(|error| format!("{line}: {error}"))?;
                expanded += &included;
            } else {
                expanded += line;
            }
            expanded.push('\n');
        }
        Ok(expanded)
    }

    fn include(&mut self, directive: &str) -> Result<String, String> {
        let (name, what) = directive.split_once(' ').unwrap_or((directive, ""));
        match name {
            "beside" => self.beside(what),
            "calculator" => self.figure("book/src/calculator.html"),
            "exercises" => self.exercises(what),
            "file" => {
                let page = self.text(what)?;
                Ok(links::rewrite(&page, what, &mut self.pictures))
            }
            "header" => {
                let (lesson, part) = what.split_once(' ').ok_or("which part?")?;
                header(&self.text(&source_of(&self.repository, lesson))?, part)
            }
            "item" => self.item(what),
            "lesson" => self.lesson(what),
            "lessons" => Ok(table_of_lessons()),
            "replay" => self.figure(&format!("book/recordings/{what}.html")),
            "story" => self.figure(&format!("book/recordings/stories/{what}.html")),
            "teacher" => self.teacher(what),
            _ => Err("there is no such directive".to_string()),
        }
    }

    fn text(&self, file: &str) -> Result<String, String> {
        text(&self.repository.join(file))
    }

    /// Marks the place of a figure. mdBook would change a drawing inside a page, so it goes in
    /// later.
    fn figure(&mut self, file: &str) -> Result<String, String> {
        let id = format!("figure-{}", self.figures.len());
        self.figures.push((placeholder(&id), self.text(file)?));
        Ok(placeholder(&id))
    }

    /// The page as mdBook wrote it, with its figures.
    pub fn add_figures(&self, html: &str) -> String {
        let mut html = html.to_string();
        for (placeholder, figure) in &self.figures {
            html = html.replace(placeholder, figure);
        }
        if html.contains("class=\"replay\"") {
            html = html.replacen("<main>", &format!("<main>\n{}", replay::patterns()), 1);
        }
        html
    }

    /// `src/bin/basic.rs fn main`, or a part of it: `src/bin/basic.rs fn main: drop( … draw`.
    fn item(&self, what: &str) -> Result<String, String> {
        let (file, item) = what.split_once(' ').ok_or("which item?")?;
        let (line, code) = self.find_item(file, item)?;
        // The script finds the lines of the file in it.
        Ok(format!(
            "<div class=\"code\" data-file=\"{file}\" data-line=\"{line}\">\n\n{code}\n\n</div>"
        ))
    }

    /// The number of its first line, and the code.
    fn find_item(&self, file: &str, item: &str) -> Result<(usize, String), String> {
        let (item, part) = part(item);
        let (line, code) = item::find(&self.text(file)?, item, part)?;
        Ok((line, format!("```rust\n{code}\n```")))
    }

    /// The same in Rust and in Go: `src/bin/basic.rs fn worker | basic worker`. The second half
    /// names a function of `book/go/basic/main.go`.
    fn beside(&self, what: &str) -> Result<String, String> {
        let (rust, go) = what.split_once(" | ").ok_or("which function in Go?")?;
        let (file, item) = rust.split_once(' ').ok_or("which item?")?;
        let (_, rust) = self.find_item(file, item)?;
        let (program, function) = go.split_once(' ').ok_or("which function in Go?")?;
        let (function, part) = part(function);
        let source = self.text(&format!("book/go/{program}/main.go"))?;
        let go = go::find(&source, function, part)?;
        // A wide one scrolls, so it must get the focus.
        let column = |name, code| {
            format!(
                "<figure tabindex=\"0\">\n<figcaption>{name}</figcaption>\n\n{code}\n\n</figure>\n"
            )
        };
        Ok(format!(
            "<div class=\"beside\">\n{}{}</div>\n",
            column("Rust", rust),
            column("Go", format!("```go\n{go}\n```")),
        ))
    }

    /// The lines below the title of a lesson's page.
    fn lesson(&self, name: &str) -> Result<String, String> {
        let lesson = all_lessons().find(|lesson| lesson.name == name);
        let section = lesson.ok_or("there is no such lesson")?.section;
        let section = match section.split_once(", ") {
            Some((article, section)) => format!("Article {article}, {section}"),
            None => capitalized(section),
        };
        let (heading, _) = self.teaching(name)?;
        let minutes: Vec<&str> = heading.split(", ").collect();
        let (_, minutes) = minutes[0].split_once(": ").ok_or("no minutes")?;
        let file = source_of(&self.repository, name);
        Ok(format!(
            "<p class=\"facts\">{section} · {minutes}, and the exercises · \
             <code>{file}</code></p>"
        ))
    }

    /// The heading of a lesson in the page for teachers, and the text below it.
    fn teaching(&self, lesson: &str) -> Result<(String, String), String> {
        let page = self.text("classroom/TEACHING.md")?;
        let begin = format!("\n### {lesson}: ");
        let (_, section) = page.split_once(&begin).ok_or("no notes for this lesson")?;
        let section = section.split("\n## ").next().unwrap_or(section);
        let section = section.split("\n### ").next().unwrap_or(section);
        let (heading, notes) = section.split_once('\n').ok_or("no notes")?;
        Ok((format!("{lesson}: {heading}"), notes.trim().to_string()))
    }

    fn teacher(&self, lesson: &str) -> Result<String, String> {
        let (_, notes) = self.teaching(lesson)?;
        Ok(details("Notes for teachers, with the answers", &notes))
    }

    /// The exercises of a lesson. Below each one, folded: the steps of its hint, one by one, and the
    /// answers that look right.
    fn exercises(&self, lesson: &str) -> Result<String, String> {
        let info = self.text("classroom/info.toml")?;
        let list: Exercises = toml::from_str(&info).map_err(|error| error.to_string())?;
        let page = self.text("classroom/README.md")?;
        let hints = self.text("classroom/HINTS.md")?;
        let looks_right = self.text("classroom/LOOKS_RIGHT.md")?;
        let mut html = String::new();
        for exercise in list.exercises.iter().filter(|it| it.dir == lesson) {
            let name = &exercise.name;
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| [{name}]")));
            let task = row.and_then(|row| row.trim_end_matches(" |").rsplit(" | ").next());
            let task = task.ok_or(format!("no row for {name} in classroom/README.md"))?;
            let task = capitalized(task);
            html += &format!("### {name}\n\nWhat is wrong, or missing? {task}.\n\n");
            let first = exercise.hint.split("\n\nThe next steps").next();
            let first = with_links(first.unwrap_or_default());
            html += &details(&format!("Hint 1 for {name}"), &first);
            for (file, text) in [("HINTS.md", &hints), ("LOOKS_RIGHT.md", &looks_right)] {
                let mut parts = text.split("\n## ");
                let part = parts.find_map(|part| part.strip_prefix(&format!("{name}\n")));
                html += part.ok_or(format!("classroom/{file} has nothing on {name}"))?;
            }
        }
        if html.is_empty() {
            return Err("there is no such exercise".to_string());
        }
        Ok(html)
    }
}

/// What comes before the colon, and the two ends of the part behind it, if any.
fn part(what: &str) -> (&str, Option<(&str, &str)>) {
    match what.split_once(": ") {
        None => (what, None),
        Some((what, part)) => {
            let ends = part.split_once(" … ").unwrap_or((part, part));
            (what, Some(ends))
        }
    }
}

fn placeholder(id: &str) -> String {
    format!("<div id=\"{id}\"></div>")
}

fn details(summary: &str, text: &str) -> String {
    format!("<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>\n")
}

fn all_lessons() -> impl Iterator<Item = Lesson> {
    LESSONS.into_iter().chain([MACHINES])
}

/// The source file of a lesson.
fn source_of(repository: &Path, lesson: &str) -> String {
    let in_folder = format!("src/bin/{lesson}/main.rs");
    let in_package = format!("{lesson}/src/main.rs");
    let found = [in_folder, in_package]
        .into_iter()
        .find(|it| repository.join(it).exists());
    found.unwrap_or(format!("src/bin/{lesson}.rs"))
}

fn table_of_lessons() -> String {
    let mut table = "| lesson | article, section | what it shows |\n|---|---|---|\n".to_string();
    for lesson in all_lessons() {
        let (name, section, shows) = (lesson.name, lesson.section, lesson.shows);
        table += &format!("| [`{name}`]({name}.md) | {section} | {shows} |\n");
    }
    table
}

/// A part of the comment at the top of a lesson, such as `Predict`, without its name.
fn header(source: &str, part: &str) -> Result<String, String> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let comment: Vec<&str> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let comment = comment.join("\n");
    let begin = format!("{part}:");
    let found = comment.split("\n\n").find_map(|it| it.strip_prefix(&begin));
    let found = found.ok_or("the lesson has no such part")?.trim();
    if found.is_empty() {
        return Err("it is empty".to_string());
    }
    Ok(capitalized(found))
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Each line that is an address becomes a link.
fn with_links(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| match line.strip_prefix("https://") {
            Some(_) => format!("<{line}>\n"),
            None => format!("{line}\n"),
        });
    lines.collect()
}

/// A question, with a reason under each of its answers:
///
/// ```text
/// ? How many?
/// + Two: because.
/// - Three: you forgot.
/// ~ where to look, for those who are not sure
/// ```
fn quiz_html(lines: &[&str]) -> Result<String, String> {
    let mut html = "<div class=\"quiz\">\n".to_string();
    let mut kinds = String::new();
    for line in lines {
        let (kind, text) = line
            .split_once(' ')
            .ok_or(format!("not a line of a quiz: {line}"))?;
        kinds += kind;
        html += "\n";
        html += &match kind {
            "?" => format!("**{text}**\n"),
            "~" => details("Not sure", text),
            _ => {
                let (answer, reason) = text.split_once(" :: ").ok_or("an answer has no reason")?;
                let verdict = if kind == "+" { "Yes." } else { "No." };
                details(&inline_code(answer), &format!("**{verdict}** {reason}"))
            }
        };
    }
    let answers = kinds.strip_prefix('?').and_then(|it| it.strip_suffix('~'));
    let is_quiz = answers.is_some_and(|it| it.matches('+').count() == 1 && it.contains('-'));
    if !is_quiz {
        let question = lines.first().unwrap_or(&"");
        return Err(format!(
            "a quiz is ?, one +, some - and ~, but not {kinds}: {question}"
        ));
    }
    Ok(html + "\n</div>\n")
}

/// Code between backticks as HTML. mdBook reads no Markdown in a summary.
fn inline_code(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    let parts = escaped.split('`').enumerate();
    parts
        .map(|(at, part)| match at % 2 {
            0 => part.to_string(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn the_book_has_every_lesson_in_reading_order() {
        let summary = text(&repository().join("book/pages/SUMMARY.md")).expect("the list");
        let (_, lessons) = summary.split_once("# The lessons\n").expect("the lessons");
        let (lessons, _) = lessons.split_once("\n# ").expect("what comes after them");
        let listed: Vec<&str> = lessons.lines().filter(|line| !line.is_empty()).collect();
        let expected = all_lessons().map(|it| format!("- [{0}]({0}.md)", it.name));
        assert_eq!(listed, expected.collect::<Vec<_>>());
    }

    /// What a page of a lesson has, in this order.
    #[test]
    fn a_page_of_a_lesson_asks_before_it_answers() {
        for lesson in all_lessons() {
            let name = lesson.name;
            let page = text(&repository().join(format!("book/pages/{name}.md"))).expect(name);
            let differences = match name {
                "machines" => "From one process to many",
                _ => "Go to Rust",
            };
            let mut rest = &page[..];
            for part in [
                format!("{{{{#lesson {name}}}}}"),
                "By the end, you will be able to".to_string(),
                format!("{{{{#header {name} Predict}}}}"),
                "<summary>Write down your prediction, then open</summary>".to_string(),
                format!("{{{{#replay {name}}}}}"),
                "\n### What it shows\n".to_string(),
                "\n</details>\n".to_string(),
                "\n## The code\n".to_string(),
                "{{#item ".to_string(),
                format!("{{{{#header {name} {differences}}}}}"),
                "\n## Traps\n".to_string(),
                format!("{{{{#header {name} Try}}}}"),
                format!("{{{{#exercises {name}}}}}"),
                "\n```quiz\n".to_string(),
                "\n```quiz\n".to_string(),
                "\n## Checkpoint\n".to_string(),
                format!("{{{{#teacher {name}}}}}"),
            ] {
                let (_, after) = rest.split_once(&part).unwrap_or_else(|| {
                    panic!("{name}: {part:?} is missing, or comes too early");
                });
                rest = after;
            }
        }
    }

    #[test]
    fn every_program_in_go_is_on_the_page_of_its_lesson() {
        let folder = fs::read_dir(repository().join("book/go")).expect("the programs");
        let programs = folder.map(|entry| entry.expect("a program").path());
        for program in programs.filter(|path| path.is_dir()) {
            let name = program.file_name().expect("a name").to_string_lossy();
            let page = text(&repository().join(format!("book/pages/{name}.md"))).expect(&name);
            let (_, go_to_rust) = page.split_once("\n## Go to Rust\n").expect(&name);
            let (go_to_rust, _) = go_to_rust.split_once("\n## Traps\n").expect(&name);
            assert!(go_to_rust.contains(&format!(" | {name} ")), "{name}");
        }
    }

    #[test]
    fn every_recording_is_a_figure_that_a_page_shows() {
        let pages = fs::read_dir(repository().join("book/pages")).expect("the pages");
        let pages = pages.map(|page| text(&page.expect("a page").path()).expect("text"));
        let pages: String = pages.collect();
        for (kind, folder) in [
            ("replay", "book/recordings"),
            ("story", "book/recordings/stories"),
        ] {
            let files = fs::read_dir(repository().join(folder)).expect(folder);
            let files = files.map(|file| file.expect("a file").path());
            let figures: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
            assert!(figures.len() >= 10, "{folder}: {}", figures.len());
            for file in figures {
                let name = file.file_stem().expect("a name").to_string_lossy();
                let directive = format!("{{{{#{kind} {name}}}}}");
                assert!(pages.contains(&directive), "{directive}");
                let figure = text(&file).expect("text");
                let begin = format!("<figure class=\"{kind}\"");
                assert!(figure.starts_with(&begin), "{name}");
                assert_eq!(figure.matches("</figure>").count(), 1, "{name}");
            }
        }
    }

    /// The moments and the lines of the output, which a recording has twice: as its output, and in its
    /// list of steps.
    #[test]
    fn the_output_of_a_recording_is_that_of_its_steps() {
        let files = fs::read_dir(repository().join("book/recordings")).expect("the recordings");
        let files = files.map(|file| file.expect("a file").path());
        for file in files.filter(|path| path.is_file()) {
            let figure = text(&file).expect("text");
            let (_, output) = figure.split_once("aria-label=\"Output\">").expect("output");
            let (output, _) = output.split_once("</pre>").expect("its end");
            let printed: Vec<(&str, &str)> = output
                .split_terminator("\n</span>")
                .map(|line| line.trim_start_matches("<span data-at=\""))
                .map(|line| line.split_once("\">").expect("a line"))
                .collect();
            let steps: Vec<(&str, &str)> = figure
                .lines()
                .filter_map(|line| line.strip_prefix("<li data-at=\""))
                .filter_map(|step| step.strip_suffix("</li>")?.split_once("\">"))
                .filter_map(|(at, step)| Some((at, step.split_once(" s: output: ")?.1)))
                .collect();
            assert_eq!(printed, steps, "{}", file.display());
            assert!(printed.len() >= 4, "{}", file.display());
        }
    }

    #[test]
    fn what_is_missing_fails_the_build() {
        let mut expansion = Expansion::new(&repository());
        for (page, error) in [
            (
                "{{#item src/bin/basic.rs fn nobody}}",
                "no item `fn nobody`",
            ),
            ("{{#item src/bin/nothing.rs fn main}}", "cannot read"),
            (
                "{{#beside src/bin/basic.rs fn main}}",
                "which function in Go?",
            ),
            (
                "{{#beside src/bin/basic.rs fn nobody | basic main}}",
                "no item `fn nobody`",
            ),
            (
                "{{#beside src/bin/basic.rs fn main | basic nobody}}",
                "no func `nobody`",
            ),
            (
                "{{#beside src/bin/basic.rs fn main | nothing main}}",
                "cannot read",
            ),
            ("{{#header basic Nothing}}", "the lesson has no such part"),
            ("{{#replay nothing}}", "cannot read"),
            ("{{#story nothing}}", "cannot read"),
            ("{{#exercises nothing}}", "there is no such exercise"),
            ("{{#teacher nothing}}", "no notes for this lesson"),
            ("{{#nothing}}", "there is no such directive"),
            ("```quiz\n? Why?\n+ So :: yes\n~ Look\n```", "a quiz is"),
        ] {
            let expanded = expansion.expand(page).expect_err(page);
            assert!(expanded.contains(error), "{page}: {expanded}");
        }
    }

    #[test]
    fn a_part_of_a_header_loses_its_name() {
        let source =
            "//! # A\n//!\n//! Predict: how\n//! long?\n//!\n//! Try:\n//! - `x`\n\nfn f() {}";
        assert_eq!(header(source, "Predict").as_deref(), Ok("How\nlong?"));
        assert_eq!(header(source, "Try").as_deref(), Ok("- `x`"));
    }
}
