//! The cheapest one-to-one assignment between two equally large sets of points.

/// For each point of `from`, the index of its partner in `to`, such that every partner is taken
/// once and the sum of squared distances is the smallest there is. Both sets have the same size.
///
/// Shortest augmenting paths (Crouse 2016, *IEEE Trans. Aerosp. Electron. Syst.* 52:1679) by the
/// crate `lsap`; the work grows like n^3.
///
/// # Panics
/// If the sets differ in size or a coordinate is not finite; callers check both.
pub(crate) fn assign(from: &[[f32; 2]], to: &[[f32; 2]]) -> Vec<usize> {
    assert_eq!(from.len(), to.len(), "an assignment needs two sets of one size");
    let count = from.len();
    let costs = from.iter().flat_map(|&a| to.iter().map(move |&b| squared_distance(a, b))).collect();
    #[expect(clippy::expect_used, reason = "finite square costs always have an assignment")]
    let (_, partners) = lsap::solve(count, count, &costs, false).expect("finite costs");
    partners
}

/// The sum of the squared distances of an assignment.
pub(crate) fn total_cost(from: &[[f32; 2]], to: &[[f32; 2]], partners: &[usize]) -> f64 {
    from.iter().zip(partners).map(|(&a, &partner)| squared_distance(a, to[partner])).sum()
}

fn squared_distance(a: [f32; 2], b: [f32; 2]) -> f64 {
    let (dx, dy) = (f64::from(a[0]) - f64::from(b[0]), f64::from(a[1]) - f64::from(b[1]));
    dx * dx + dy * dy
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The smallest total over all permutations.
    fn brute_force(from: &[[f32; 2]], to: &[[f32; 2]], partners: &mut Vec<usize>) -> f64 {
        if partners.len() == from.len() {
            return total_cost(from, to, partners);
        }
        let mut lowest = f64::INFINITY;
        for partner in 0..to.len() {
            if !partners.contains(&partner) {
                partners.push(partner);
                lowest = lowest.min(brute_force(from, to, partners));
                partners.pop();
            }
        }
        lowest
    }

    fn point() -> impl Strategy<Value = [f32; 2]> {
        // A coarse lattice makes ties and coincident points common.
        prop_oneof![[-4_i8..4, -4_i8..4].prop_map(|p| p.map(f32::from)), [-4.0_f32..4.0, -4.0_f32..4.0]]
    }

    proptest! {
        #[test]
        fn no_permutation_is_cheaper(pairs in prop::collection::vec((point(), point()), 0..=7)) {
            let (from, to): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let partners = assign(&from, &to);
            let mut sorted = partners.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..from.len()).collect::<Vec<_>>());
            let lowest = brute_force(&from, &to, &mut Vec::new());
            prop_assert!((total_cost(&from, &to, &partners) - lowest).abs() <= 1e-9);
        }
    }
}
