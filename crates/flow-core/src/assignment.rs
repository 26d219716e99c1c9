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
    solve(from, to, |_, _| 0.0)
}

/// What one assignment teaches about the next between the same two distributions.
///
/// Subtracting a number from a whole row or column of costs changes no assignment's rank. With the
/// dual potentials (prices) of a solved problem, carried over to the new points by the c-transform
/// (Villani 2009, *Optimal Transport*, definition 5.2), nearly every row's cheapest partner becomes
/// the right one, and augmenting paths become short: 256 points take a fifth of the time.
#[derive(Debug, Clone)]
pub(crate) struct Guide {
    points: Vec<[f32; 2]>,
    prices: Vec<f64>,
}

impl Guide {
    /// Learns from the assignment of two sets, of which `from` stands for its distribution ever after.
    ///
    /// # Panics
    /// As [`assign`].
    pub(crate) fn new(from: &[[f32; 2]], to: &[[f32; 2]]) -> Self {
        let partners = assign(from, to);
        // Prices support the assignment when no row gains by taking the partner of another one:
        // price(i) - price(k) <= cost(i, partner of k) - cost(k, partner of k). The shortest paths
        // over these differences are such prices, and Bellman and Ford find them in a few rounds.
        let mut prices = vec![0.0_f64; from.len()];
        for _ in 0..from.len() {
            let mut has_settled = true;
            for (k, &partner) in partners.iter().enumerate() {
                let offer = prices[k] - squared_distance(from[k], to[partner]);
                for (price, &point) in prices.iter_mut().zip(from) {
                    let limit = offer + squared_distance(point, to[partner]);
                    // Rounding could lower prices for ever around a cycle of length zero.
                    if limit < *price - 1e-9 {
                        *price = limit;
                        has_settled = false;
                    }
                }
            }
            if has_settled {
                break;
            }
        }
        Self { points: from.to_vec(), prices }
    }

    /// As [`assign`], faster for points like those the guide was learnt from, and right for any.
    /// Only between assignments of equal cost may the choice be another.
    ///
    /// # Panics
    /// As [`assign`].
    pub(crate) fn assign(&self, from: &[[f32; 2]], to: &[[f32; 2]]) -> Vec<usize> {
        let to_prices = c_transform(&self.points, &self.prices, to);
        let from_prices = c_transform(to, &to_prices, from);
        solve(from, to, |row, column| from_prices[row] + to_prices[column])
    }
}

/// For each of the points `at`, the lowest squared distance to one of `points` less that one's price.
fn c_transform(points: &[[f32; 2]], prices: &[f64], at: &[[f32; 2]]) -> Vec<f64> {
    let lowest = |x: &[f32; 2]| {
        let mut lowest = f64::INFINITY;
        for (&point, price) in points.iter().zip(prices) {
            let cost = squared_distance(point, *x) - price;
            // Not `f64::min`, which is a function call in WebAssembly.
            if cost < lowest {
                lowest = cost;
            }
        }
        lowest
    };
    at.iter().map(lowest).collect()
}

/// The cheapest assignment for squared distances less the `discount` of each row and column.
fn solve(from: &[[f32; 2]], to: &[[f32; 2]], discount: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    assert_eq!(from.len(), to.len(), "an assignment needs two sets of one size");
    let count = from.len();
    let mut costs = Vec::with_capacity(count * count);
    for (row, &a) in from.iter().enumerate() {
        costs
            .extend(to.iter().enumerate().map(|(column, &b)| squared_distance(a, b) - discount(row, column)));
    }
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

        #[test]
        fn a_guide_changes_no_cost(
            pairs in prop::collection::vec((point(), point()), 0..=40),
            known in prop::collection::vec((point(), point()), 1..=40),
        ) {
            let (from, to): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let (known_from, known_to): (Vec<_>, Vec<_>) = known.into_iter().unzip();
            let cost = |partners: &[usize]| total_cost(&from, &to, partners);
            let guided = Guide::new(&known_from, &known_to).assign(&from, &to);
            prop_assert!((cost(&guided) - cost(&assign(&from, &to))).abs() <= 1e-9);
        }

        #[test]
        fn prices_support_the_assignment(pairs in prop::collection::vec((point(), point()), 1..=40)) {
            let (from, to): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let Guide { prices, .. } = Guide::new(&from, &to);
            // No pair costs less than its two prices, and the prices pay for the assignment.
            let to_price = |b: [f32; 2]| {
                from.iter().zip(&prices).map(|(&a, price)| squared_distance(a, b) - price).fold(f64::INFINITY, f64::min)
            };
            let dual = prices.iter().sum::<f64>() + to.iter().map(|&b| to_price(b)).sum::<f64>();
            prop_assert!((dual - total_cost(&from, &to, &assign(&from, &to))).abs() <= 1e-6);
        }
    }
}
