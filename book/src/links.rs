//! Links: those of included files lead to the right page, and all links of the built book lead
//! somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The files that are pages, and the names of their pages.
pub const PAGES: [(&str, &str); 7] = [
    ("README.md", "welcome.md"),
    ("docs/faults.md", "faults.md"),
    ("models/README.md", "models.md"),
    ("bench/README.md", "benchmarks.md"),
    ("bench/TABLES.md", "benchmark_tables.md"),
    ("classroom/TEACHING.md", "teachers.md"),
    ("classroom/README.md", "exercises.md"),
];

/// Rewrites the links of the text of `file`, a path inside the repository. A link to a file that is
/// a page leads to the page. A link to any other file becomes plain text, because the book has no
/// copy of it. The pictures that the text shows are added to `pictures`.
pub fn rewrite(text: &str, file: &str, pictures: &mut BTreeSet<String>) -> String {
    let mut rewritten = String::new();
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        let Some(close) = rest[middle..].find(')').map(|at| middle + at) else {
            break;
        };
        let target = &rest[middle + 2..close];
        let open = opening(&rest[..middle]);
        let Some(open) = open.filter(|_| !is_elsewhere(target)) else {
            rewritten += &rest[..=close];
            rest = &rest[close + 1..];
            continue;
        };
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let path = in_repository(file, path);
        let page = PAGES.iter().find(|(of, _)| *of == path);
        let words = &rest[open + 1..middle];
        rewritten += &rest[..open];
        if let Some((_, page)) = page {
            let anchor = match anchor {
                "" => String::new(),
                anchor => format!("#{anchor}"),
            };
            rewritten += &format!("[{words}]({page}{anchor})");
        } else if rewritten.ends_with('!') {
            rewritten += &format!("[{words}]({path})");
            pictures.insert(path);
        } else if words.contains('`') {
            rewritten += words;
        } else {
            rewritten += &format!("`{words}`");
        }
        rest = &rest[close + 1..];
    }
    rewritten + rest
}

/// Where the text of a link begins that ends here.
fn opening(text: &str) -> Option<usize> {
    let mut open_brackets = 0;
    for (at, character) in text.char_indices().rev() {
        match character {
            ']' => open_brackets += 1,
            '[' if open_brackets == 0 => return Some(at),
            '[' => open_brackets -= 1,
            _ => {}
        }
    }
    None
}

fn is_elsewhere(target: &str) -> bool {
    target.starts_with('#') || target.contains("://") || target.starts_with("mailto:")
}

/// The path inside the repository of a link in `file`.
fn in_repository(file: &str, link: &str) -> String {
    let mut path = PathBuf::from(file);
    path.pop();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path.to_string_lossy().replace('\\', "/")
}

/// The links of the built pages that lead nowhere. `pages` has the path of each page inside the
/// book, and its text; `exists` says whether the book has this other file.
pub fn broken(pages: &BTreeMap<String, String>, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut broken = Vec::new();
    for (page, html) in pages {
        let links = attributes(html, "href").chain(attributes(html, "src"));
        for link in links.filter(|link| link.starts_with('#') || !is_elsewhere(link)) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = match path {
                "" => page.clone(),
                path => in_repository(page, path),
            };
            let leads_somewhere = match pages.get(&path) {
                None => exists(&path),
                Some(html) => anchor.is_empty() || attributes(html, "id").any(|id| id == anchor),
            };
            if !leads_somewhere {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    broken
}

/// The values of all attributes with this name.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!(" {name}=\"");
    let mut rest = html;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&begin)?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_pages_lead_there_and_links_to_source_are_text() {
        let mut pictures = BTreeSet::new();
        let text = "a [b](../docs/faults.md#c) [`d`](src/lib.rs) [e](e.rs) \
                    [f](#f) [g](https://g) ![h [i]](plots/h.svg) [0] (x)";
        assert_eq!(
            rewrite(text, "bench/README.md", &mut pictures),
            "a [b](faults.md#c) `d` `e` [f](#f) [g](https://g) ![h [i]](bench/plots/h.svg) [0] (x)"
        );
        assert_eq!(pictures, BTreeSet::from(["bench/plots/h.svg".to_string()]));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let pages = [
            (
                "a.html",
                r##"<a href="b.html#x"> <a href="#y"> <a href="https://z">"##,
            ),
            (
                "b.html",
                r#"<p id="x"> <img src="c.svg"> <a href="d/e.html">"#,
            ),
        ];
        let pages = pages.map(|(name, html)| (name.to_string(), html.to_string()));
        let found = broken(&pages.into(), |path| path == "c.svg");
        assert_eq!(found, ["a.html: #y", "b.html: d/e.html"]);
    }
}
