//! Numbers as people read them.

use super::spread::Spread;

/// Two decimals below 10, one below 100, and none above.
fn digits(number: f64) -> String {
    match number {
        ..9.995 => format!("{number:.2}"),
        ..99.95 => format!("{number:.1}"),
        _ => grouped(number.round() as u64),
    }
}

/// Groups the digits: 1,000,000.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: 1 worker, 1,000 workers.
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number as u64))
}

/// Nanoseconds, in the unit that fits.
pub fn time(nanos: f64) -> String {
    match nanos {
        ..999.5 => format!("{} ns", digits(nanos)),
        ..999.5e3 => format!("{} µs", digits(nanos / 1e3)),
        ..999.5e6 => format!("{} ms", digits(nanos / 1e6)),
        _ => format!("{} s", digits(nanos / 1e9)),
    }
}

/// Bytes, in the unit that fits.
pub fn memory(bytes: f64) -> String {
    match bytes {
        ..999.5 => format!("{bytes:.0} B"),
        ..999.5e3 => format!("{} kB", digits(bytes / 1e3)),
        _ => format!("{} MB", digits(bytes / 1e6)),
    }
}

/// The median ratio, or a dash when there is none.
pub fn ratio(ratio: Option<Spread>) -> String {
    ratio.map_or("–".into(), |it| digits(it.median))
}

/// The median ratio, and behind it the lowest and the highest of the rounds.
pub fn ratio_with_spread(ratio: Option<Spread>) -> String {
    let text = |it: Spread| {
        let [median, min, max] = [it.median, it.min, it.max].map(digits);
        if min == max {
            return median;
        }
        format!("{median} ({min} to {max})")
    };
    ratio.map_or("–".into(), text)
}

/// The median in this unit, or a dash when there is none.
pub fn median(spread: Option<Spread>, unit: fn(f64) -> String) -> String {
    spread.map_or("–".into(), |it| unit(it.median))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_get_the_unit_and_the_digits_that_fit() {
        assert_eq!(time(9.876), "9.88 ns");
        assert_eq!(time(999.9), "1.00 µs");
        assert_eq!(time(123_456.0), "123 µs");
        assert_eq!(time(2.5e9), "2.50 s");
        assert_eq!(memory(24.0), "24 B");
        assert_eq!(memory(1.5e6), "1.50 MB");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(100), "100");
    }
}
