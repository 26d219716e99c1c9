//! Nearest neighbours on the plane.

/// For each point, its `count` nearest neighbours among the points of other groups, nearest first,
/// as (squared distance, index). Point i belongs to group `i / group_size`.
pub(super) fn neighbours(points: &[[f64; 2]], group_size: usize, count: usize) -> Vec<Vec<(f64, usize)>> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a][0].total_cmp(&points[b][0]));
    let mut found = vec![Vec::new(); points.len()];
    for (rank, &own) in order.iter().enumerate() {
        let mut nearest: Vec<(f64, usize)> = Vec::with_capacity(count + 1);
        // Outwards in x, one side after the other, until the gap in x alone is too wide.
        scan(points, own, order[..rank].iter().rev(), group_size, count, &mut nearest);
        scan(points, own, order[rank + 1..].iter(), group_size, count, &mut nearest);
        found[own] = nearest;
    }
    found
}

fn scan<'a>(
    points: &[[f64; 2]],
    own: usize,
    others: impl Iterator<Item = &'a usize>,
    group_size: usize,
    count: usize,
    nearest: &mut Vec<(f64, usize)>,
) {
    for &other in others {
        let (dx, dy) = (points[own][0] - points[other][0], points[own][1] - points[other][1]);
        let limit = if nearest.len() == count { nearest[count - 1].0 } else { f64::INFINITY };
        if dx * dx >= limit {
            return;
        }
        let distance = dx * dx + dy * dy;
        if distance < limit && own / group_size != other / group_size {
            let place = nearest.partition_point(|(known, _)| *known <= distance);
            nearest.insert(place, (distance, other));
            nearest.truncate(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn agrees_with_comparing_everything() {
        let mut rng = Rng::stream(1, "test");
        let points: Vec<_> = (0..200).map(|_| rng.normal_pair()).collect();
        for (own, found) in neighbours(&points, 10, 4).iter().enumerate() {
            let mut all: Vec<_> = (0..200)
                .filter(|other| other / 10 != own / 10)
                .map(|other| {
                    let (dx, dy) = (points[own][0] - points[other][0], points[own][1] - points[other][1]);
                    (dx * dx + dy * dy, other)
                })
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert_eq!(found[..], all[..4]);
        }
    }
}
