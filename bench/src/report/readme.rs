//! Where a table belongs in the README: between two comments that nobody sees.

/// The text with something new between the comments with this name; `None` if they are not there.
pub fn replace(text: &str, name: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(&format!("<!-- begin {name} -->\n"))?;
    let (_, after) = rest.split_once(&format!("<!-- end {name} -->"))?;
    Some(format!(
        "{before}<!-- begin {name} -->\n{table}<!-- end {name} -->{after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";

    #[test]
    fn a_table_replaces_the_one_before() {
        let text = replace(README, "x", "new\n").expect("the markers are there");
        assert_eq!(text, README.replace("old", "new"));
    }

    #[test]
    fn a_table_without_its_markers_is_not_dropped_silently() {
        assert_eq!(replace(README, "y", "new\n"), None);
    }
}
