//! Medians and percentiles.

use std::time::Duration;

/// The duration that this many of a thousand do not exceed. `sorted`: the shortest first.
pub fn percentile(sorted: &[Duration], of_thousand: usize) -> Duration {
    let rank = sorted.len().saturating_mul(of_thousand).div_ceil(1000);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle one; of an even number the mean of the two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    if values.len().is_multiple_of(2) {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    } else {
        at(middle)
    }
}

/// In milliseconds.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_occurred() {
        let values: Vec<_> = (1..=200).map(Duration::from_millis).collect();

        assert_eq!(percentile(&values, 500), Duration::from_millis(100));
        assert_eq!(percentile(&values, 990), Duration::from_millis(198));
        assert_eq!(percentile(&values, 999), Duration::from_millis(200));
        assert_eq!(percentile(&values[..1], 1), Duration::from_millis(1));
    }

    #[test]
    fn a_median_does_not_care_for_what_is_far_out() {
        assert_eq!(median(vec![1000.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1000.0, 1.0, 2.0]), 3.0);
    }
}
