//! Finds code by its name, so that a page shows what really compiles. A name that no longer exists
//! fails the build of the book.

use syn::spanned::Spanned;
use syn::{ImplItem, Item, Type};

/// The lines of an item, such as `fn worker`, `struct Pool` or `fn Pool::submit`, and the number of
/// the first. With `part`, only those from the line that contains its first text to the next one
/// that contains its second; a `}` stands for the one that closes what the first line begins.
///
/// # Errors
///
/// If there is no such item, or no such part, or if it is not clear which line begins the part.
pub fn find(
    source: &str,
    name: &str,
    part: Option<(&str, &str)>,
) -> Result<(usize, String), String> {
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let mut found = file.items.iter().filter_map(|item| lines_of(item, name));
    let (mut first, last) = found.next().ok_or(format!("no item `{name}`"))?;
    let lines: Vec<&str> = source.lines().collect();
    let mut lines = &lines[first - 1..last];
    if let Some((from, to)) = part {
        let (begin, end) = cut(lines, from, to)?;
        first += begin;
        lines = &lines[begin..=end];
    }
    Ok((first, dedent(lines)))
}

/// The first and the last line of `item`, or of a function in it, if it has this name.
fn lines_of(item: &Item, name: &str) -> Option<(usize, usize)> {
    let lines = |item: &dyn Spanned| {
        let span = item.span();
        (span.start().line, span.end().line)
    };
    let own = match item {
        Item::Const(it) => format!("const {}", it.ident),
        Item::Enum(it) => format!("enum {}", it.ident),
        Item::Fn(it) => format!("fn {}", it.sig.ident),
        Item::Struct(it) => format!("struct {}", it.ident),
        Item::Type(it) => format!("type {}", it.ident),
        Item::Impl(it) => {
            let Type::Path(of) = &*it.self_ty else {
                return None;
            };
            let of = &of.path.segments.last()?.ident;
            return it.items.iter().find_map(|inner| match inner {
                ImplItem::Fn(function) => {
                    let own = format!("fn {of}::{}", function.sig.ident);
                    (own == name).then(|| lines(function))
                }
                _ => None,
            });
        }
        _ => return None,
    };
    (own == name).then(|| lines(item))
}

/// The indices of the first and the last line of a part.
pub fn cut(lines: &[&str], from: &str, to: &str) -> Result<(usize, usize), String> {
    let mut begins = (0..lines.len()).filter(|&line| lines[line].contains(from));
    let begin = begins.next().ok_or(format!("no line with `{from}`"))?;
    if begins.next().is_some() {
        return Err(format!("several lines with `{from}`"));
    }
    let indent = lines[begin].len() - lines[begin].trim_start().len();
    let brace = lines[begin][..indent].to_string() + "}";
    let is_end = |line: &str| match to {
        "}" => line == brace,
        to => line.contains(to),
    };
    let end = (begin..lines.len()).find(|&line| is_end(lines[line]));
    let end = end.ok_or(format!("no line with `{to}` after `{from}`"))?;
    Ok((begin, end))
}

/// Takes away the blanks that all lines begin with.
pub fn dedent(lines: &[&str]) -> String {
    let blanks = |line: &&str| line.len() - line.trim_start().len();
    let not_empty = lines.iter().filter(|line| !line.is_empty());
    let indent = not_empty.map(blanks).min().unwrap_or(0);
    let cut = |line: &&str| line.get(indent..).unwrap_or("").to_string();
    lines.iter().map(cut).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "
//! Top.
use std::thread;

/// A pool.
struct Pool<T> {
    jobs: T,
}

impl<T> Pool<T> {
    /// Submits.
    fn submit(&self) {
        // why
        one();

        two();
        one();
    }
}
";

    #[test]
    fn an_item_comes_with_its_comment() {
        let found = find(SOURCE, "struct Pool", None);
        let expected = "/// A pool.\nstruct Pool<T> {\n    jobs: T,\n}";
        assert_eq!(found, Ok((5, expected.to_string())));
    }

    #[test]
    fn a_part_of_a_method_moves_to_the_left() {
        let found = find(SOURCE, "fn Pool::submit", Some(("// why", "two")));
        assert_eq!(found, Ok((13, "// why\none();\n\ntwo();".to_string())));
    }

    #[test]
    fn a_brace_stands_for_the_one_that_closes_the_part() {
        let part = "for a in b {\n    if a {\n        c({});\n    }\n}";
        let source = format!("fn main() {{\n{part}").replace("\n", "\n    ") + "\n}";
        let found = find(&source, "fn main", Some(("for", "}")));
        assert_eq!(found, Ok((2, part.to_string())));
    }

    #[test]
    fn what_is_missing_or_unclear_is_an_error() {
        for (name, part, error) in [
            ("fn submit", None, "no item `fn submit`"),
            (
                "fn Pool::submit",
                Some(("three", "x")),
                "no line with `three`",
            ),
            (
                "fn Pool::submit",
                Some(("one", "two")),
                "several lines with `one`",
            ),
            (
                "fn Pool::submit",
                Some(("two", "why")),
                "no line with `why` after `two`",
            ),
        ] {
            assert_eq!(find(SOURCE, name, part), Err(error.to_string()));
        }
    }
}
