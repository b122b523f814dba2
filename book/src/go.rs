//! Finds a function in a Go file by its name, so that a page shows what really compiles. `gofmt`
//! lets a function begin and end at the left edge, so lines are enough to see where it ends.

use crate::item::{cut, dedent};

/// The lines of a function, such as `worker` or `Pool.Submit`, with its comment. With `part`, only
/// some of them, as in [`item::find`](crate::item::find).
///
/// # Errors
///
/// If there is no such function, or no such part, or if it is not clear which line begins the part.
pub fn find(source: &str, name: &str, part: Option<(&str, &str)>) -> Result<String, String> {
    let lines: Vec<&str> = source.lines().collect();
    let function = lines
        .iter()
        .position(|line| name_of(line) == Some(name.into()));
    let function = function.ok_or(format!("no func `{name}`"))?;
    let end = lines[function..].iter().position(|line| *line == "}");
    let end = function + end.ok_or(format!("no end of func `{name}`"))?;
    if let Some((from, to)) = part {
        let lines = &lines[function..=end];
        let (first, last) = cut(lines, from, to)?;
        return Ok(dedent(&lines[first..=last]));
    }
    let above = lines[..function].iter().rev();
    let comment = above.take_while(|line| line.starts_with("//")).count();
    Ok(lines[function - comment..=end].join("\n"))
}

/// The name of the function that this line begins, if it does.
fn name_of(line: &str) -> Option<String> {
    let function = line.strip_prefix("func ")?;
    let Some(method) = function.strip_prefix('(') else {
        return Some(function.split_once('(')?.0.to_string());
    };
    let (receiver, method) = method.split_once(") ")?;
    let (_, of) = receiver.split_once(' ')?;
    let (name, _) = method.split_once('(')?;
    Some(format!("{}.{name}", of.trim_start_matches('*')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "package main

// Submit waits.
func (p *Pool) Submit(job func()) {
	if p.closed {
		return
	}
	p.jobs <- job
}

// nothing to do with it

func main() {
	for job := range 3 {
		work(job)
	}
}
";

    #[test]
    fn a_function_comes_with_its_comment() {
        let main = "func main() {\n\tfor job := range 3 {\n\t\twork(job)\n\t}\n}";
        assert_eq!(find(SOURCE, "main", None).as_deref(), Ok(main));
        let submit = find(SOURCE, "Pool.Submit", None).expect("it is there");
        assert!(submit.starts_with("// Submit waits.\nfunc (p"), "{submit}");
        assert!(submit.ends_with("\n\tp.jobs <- job\n}"), "{submit}");
    }

    #[test]
    fn a_part_moves_to_the_left() {
        let part = find(SOURCE, "main", Some(("for", "}")));
        let expected = "for job := range 3 {\n\twork(job)\n}";
        assert_eq!(part.as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_missing_is_an_error() {
        for (name, part, error) in [
            ("Submit", None, "no func `Submit`"),
            ("main", Some(("three", "}")), "no line with `three`"),
        ] {
            assert_eq!(find(SOURCE, name, part), Err(error.to_string()));
        }
    }
}
