//! Builds the book with mdBook, which runs inside this program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use timeline::replay;

use crate::links;
use crate::pages::Expansion;

/// Its search, print page and playground are off. The last one would ask a server.
const CONFIG: &str = r#"
[book]
title = "Worker pools in Rust"
language = "en"

[build]
create-missing = false
use-default-preprocessors = false

[output.html]
default-theme = "light"
preferred-dark-theme = "coal"
no-section-label = true
sidebar-header-nav = false
input-404 = ""
additional-css = ["replay.css", "stories.css", "book.css"]
additional-js = ["replay.js", "stories.js", "scroll.js", "here.js", "calculator.js"]
playground.runnable = false
print.enable = false
"#;

/// Read as files: the package `models` would bring all that it depends on.
const STORIES_SCRIPT: &str = include_str!("../../models/src/stories.js");
const STORIES_STYLES: &str = include_str!("../../models/src/stories.css");

/// Builds the book in `target/book` of this repository. Returns its first page.
///
/// # Errors
///
/// If a page is missing or names something that does not exist, if a link leads nowhere, or if a
/// file cannot be written.
pub fn build(repository: &Path) -> Result<PathBuf, String> {
    // What mdBook reads beside the pages.
    let root = repository.join("target/book-parts");
    let book = repository.join("target/book");
    write(&root.join("replay.js"), replay::SCRIPT)?;
    write(&root.join("replay.css"), replay::STYLES)?;
    write(&root.join("stories.js"), STORIES_SCRIPT)?;
    write(&root.join("stories.css"), STORIES_STYLES)?;
    write(&root.join("book.css"), include_str!("book.css"))?;
    write(&root.join("scroll.js"), include_str!("scroll.js"))?;
    write(&root.join("here.js"), include_str!("here.js"))?;
    write(&root.join("calculator.js"), include_str!("calculator.js"))?;
    // No fonts: the book takes those of the reader's system.
    write(&root.join("theme/fonts/fonts.css"), "/* none */\n")?;

    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| error.to_string());
    let mut config: Config = CONFIG.parse().map_err(in_one_line)?;
    config.book.src = absolute(&repository.join("book/pages"))?;
    config.build.build_dir = absolute(&book)?;
    let mut mdbook = MDBook::load_with_config(&root, config).map_err(in_one_line)?;

    let mut expansion = Expansion::new(repository);
    let mut errors = Vec::new();
    mdbook
        .book
        .for_each_chapter_mut(|page| match expansion.expand(&page.content) {
            Ok(content) => page.content = content,
            Err(error) => errors.push(format!("{}: {error}", page.name)),
        });
    fail_with(errors)?;
    mdbook.build().map_err(in_one_line)?;

    for picture in &expansion.pictures {
        let picture_bytes = read(&repository.join(picture))?;
        write(&book.join(picture), picture_bytes)?;
    }
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(&book).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.extension().is_none_or(|it| it != "html") {
            continue;
        }
        // A figure goes in after mdBook, which would change its drawing.
        let html = for_everybody(&expansion.add_figures(&text(&path)?));
        write(&path, &html)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        pages.insert(name.into_owned(), html);
    }
    let broken = links::broken(&pages, |path| book.join(path).exists());
    let leads_nowhere = |link| format!("this link leads nowhere: {link}");
    fail_with(broken.into_iter().map(leads_nowhere).collect())?;
    Ok(absolute(&book)?.join("index.html"))
}

/// What is left out for those who use a keyboard or a screen reader: a wide table scrolls, so it must
/// get the focus; an empty cell is not a heading; and only what has a role can have a label.
fn for_everybody(html: &str) -> String {
    [
        (
            "<div class=\"table-wrapper\">",
            "<div class=\"table-wrapper\" tabindex=\"0\">",
        ),
        ("<th></th>", "<td></td>"),
        (
            "<pre class=\"replay-output\" tab",
            "<pre class=\"replay-output\" role=\"group\" tab",
        ),
    ]
    .iter()
    .fold(html.to_string(), |html, (from, to)| html.replace(from, to))
}

fn fail_with(errors: Vec<String>) -> Result<(), String> {
    match &errors[..] {
        [] => Ok(()),
        errors => Err(errors.join("\nerror: ")),
    }
}

fn in_one_line(error: mdbook_driver::errors::Error) -> String {
    format!("{error:#}")
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The text of a file.
pub fn text(path: &Path) -> Result<String, String> {
    let text = String::from_utf8(read(path)?);
    let text = text.map_err(|_| format!("{} is not text", path.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, content));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}
