//! Assignments class by class.

use crate::assignment::assign;

/// For each point of `from` the row of its partner in `to`, by the cheapest assignment within each
/// of these lists of rows, which together are all.
pub(super) fn assign_within(classes: &[Vec<usize>], from: &[[f32; 2]], to: &[[f32; 2]]) -> Vec<usize> {
    let mut partners = vec![0; from.len()];
    for rows in classes {
        let [from, to] = [from, to].map(|all| rows.iter().map(|&row| all[row]).collect::<Vec<_>>());
        for (&row, partner) in rows.iter().zip(assign(&from, &to)) {
            partners[row] = rows[partner];
        }
    }
    partners
}

/// The rows of each class.
pub(super) fn rows_of_classes(labels: &[usize]) -> Vec<Vec<usize>> {
    let count = labels.iter().max().map_or(0, |largest| largest + 1);
    let mut classes = vec![vec![]; count];
    for (row, &label) in labels.iter().enumerate() {
        classes[label].push(row);
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partners_are_of_ones_own_class() {
        let labels = [1, 0, 1, 3];
        let classes = rows_of_classes(&labels);
        assert_eq!(classes, [vec![1], vec![0, 2], vec![], vec![3]]);
        let from = [[0.0, 0.0], [5.0, 0.0], [1.0, 0.0], [9.0, 0.0]];
        let to = [[1.0, 1.0], [0.0, 0.0], [0.0, 1.0], [5.0, 0.0]];
        assert_eq!(assign_within(&classes, &from, &to), [2, 1, 0, 3]);
    }
}
