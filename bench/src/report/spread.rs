//! What several rounds have measured.

/// The median, the lowest and the highest of the rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// The spread of these numbers; `None` if there are none.
    pub fn of(mut numbers: Vec<f64>) -> Option<Spread> {
        numbers.sort_by(f64::total_cmp);
        let (&min, &max) = (numbers.first()?, numbers.last()?);
        let (low, high) = (numbers[(numbers.len() - 1) / 2], numbers[numbers.len() / 2]);
        Some(Spread {
            median: (low + high) / 2.0,
            min,
            max,
        })
    }

    /// The spread of `numbers` divided by `reference`, round by round. So a round that was slow for
    /// both does no harm. `None` when no round has both.
    pub fn of_ratios(numbers: &[Option<f64>], reference: &[Option<f64>]) -> Option<Spread> {
        let rounds = numbers.iter().zip(reference);
        let ratio =
            |(number, reference): (&Option<f64>, &Option<f64>)| Some((*number)? / (*reference)?);
        Spread::of(rounds.filter_map(ratio).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_within_its_round() {
        // In the second round the machine was busy with something else.
        // In each of the last two rounds, one number is missing.
        let numbers = [Some(20.0), Some(400.0), Some(30.0), None, Some(90.0)];
        let reference = [Some(10.0), Some(200.0), Some(10.0), Some(10.0), None];
        let spread = Spread {
            median: 2.0,
            min: 2.0,
            max: 3.0,
        };
        assert_eq!(Spread::of_ratios(&numbers, &reference), Some(spread));
    }

    #[test]
    fn without_a_common_round_there_is_no_ratio() {
        assert_eq!(Spread::of_ratios(&[None], &[Some(1.0)]), None);
    }
}
