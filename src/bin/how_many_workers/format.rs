//! How numbers are printed.

use std::time::Duration;

use timeline::format_duration;

/// Rounds neither to nothing nor to all.
pub fn percent(share: f64) -> String {
    let rounded = (share * 100.0).round();
    match rounded {
        0.0 if share > 0.0 => " <1 %".to_string(),
        100.0 if share < 1.0 => ">99 %".to_string(),
        _ => format!("{rounded:>3} %"),
    }
}

/// Milliseconds, where they say enough: so the rows are easy to compare.
pub fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis {
        0.0 => "0 ms".to_string(),
        0.0..0.05 => "<0.1 ms".to_string(),
        0.0..9.95 => format!("{millis:.1} ms"),
        9.95..9_999.5 => format!("{millis:.0} ms"),
        _ => format_duration(time),
    }
}

/// "1 worker", "2 workers".
pub fn plural(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
