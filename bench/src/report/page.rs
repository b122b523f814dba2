//! Puts a table into a page, between two HTML comments that readers do not see.

/// Returns the text with `table` between the comments with this name, or `None` without them.
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

    const PAGE: &str = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";

    #[test]
    fn a_table_replaces_the_old_one() {
        let text = replace(PAGE, "x", "new\n").expect("the markers are there");
        assert_eq!(text, PAGE.replace("old", "new"));
    }

    #[test]
    fn a_table_without_its_markers_is_reported() {
        assert_eq!(replace(PAGE, "y", "new\n"), None);
    }
}
