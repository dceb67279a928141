//! Ranks with ties averaged.

/// Twice the average rank (from 1) of each value among all, so that ties stay integers; O(n log n).
///
/// Values must not be NaN (they sort last and tie with nothing).
pub(super) fn doubled_ranks(values: &[f64]) -> Vec<u64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let mut end = start + 1;
        // Neither is less: also joins 0 and −0, which the total order keeps apart.
        while end < order.len() && values[order[end]] <= value {
            end += 1;
        }
        for &i in &order[start..end] {
            // Ranks start+1 ..= end have the mean (start + 1 + end)/2.
            ranks[i] = (start + 1 + end) as u64;
        }
        start = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(
            doubled_ranks(&[3.0, 1.0, 3.0, 0.0, -0.0, 7.0]),
            [9, 6, 9, 3, 3, 12]
        );
        assert!(doubled_ranks(&[]).is_empty());
    }
}
