//! The two inner loops, and the forms in which they read their operands.
//!
//! Each holds eight vector sums in registers and reads six numbers or vectors a turn. That is all
//! the sixteen registers of the common machines can take: a larger tile, or a loop unrolled over
//! its length, spills and runs at two thirds of the speed in V8.

use crate::simd::F32x4;

/// One feature of a block of eight rows.
pub(crate) type Rows = [F32x4; 2];

/// Outputs of a layer computed together.
pub(crate) const PANEL: usize = 4;

/// Four outputs of a layer for a block: `start` plus the sum over the inputs of weight times input.
///
/// `weights` holds the four weights of each input, `block` each input of the eight rows. The sum
/// runs over the inputs in order.
#[inline(always)]
pub(crate) fn multiply(start: [f32; PANEL], weights: &[[f32; PANEL]], block: &[Rows]) -> [Rows; PANEL] {
    let mut sums = [[F32x4::ZERO; 2]; PANEL];
    for (sum, start) in sums.iter_mut().zip(start) {
        *sum = [F32x4::splat(start); 2];
    }
    for (weights, &[low, high]) in weights.iter().zip(block) {
        for (sum, &weight) in sums.iter_mut().zip(weights) {
            let weight = F32x4::splat(weight);
            *sum = [weight.times_plus(low, sum[0]), weight.times_plus(high, sum[1])];
        }
    }
    sums
}

/// The sums over a batch of the products of four features with two others.
///
/// Each element of `a` and `b` holds four rows of its features. Four partial sums, one for each
/// lane, run over the batch in order and are added at the end.
#[inline(always)]
pub(crate) fn correlate(a: &[[F32x4; PANEL]], b: &[[F32x4; 2]]) -> [[f32; 2]; PANEL] {
    let mut sums = [[F32x4::ZERO; 2]; PANEL];
    for (a, &[left, right]) in a.iter().zip(b) {
        for (sum, &a) in sums.iter_mut().zip(a) {
            *sum = [a.times_plus(left, sum[0]), a.times_plus(right, sum[1])];
        }
    }
    lane_sums(&sums)
}

/// The sum of the lanes of each vector.
///
/// A call of its own, or the compiler sees through the sums and, on targets without vectors in
/// the language, shuffles the lanes in every turn of the loop before.
#[cfg_attr(not(target_arch = "wasm32"), inline(never))]
fn lane_sums(sums: &[[F32x4; 2]; PANEL]) -> [[f32; 2]; PANEL] {
    sums.map(|pair| pair.map(F32x4::sum))
}

/// The sums over a batch of two features.
#[inline(always)]
pub(crate) fn total(b: &[[F32x4; 2]]) -> [f32; 2] {
    let sums = b.iter().fold([F32x4::ZERO; 2], |sums, b| [sums[0] + b[0], sums[1] + b[1]]);
    sums.map(F32x4::sum)
}

/// Writes the row-major (`rows` x `columns`) matrix as panels of four columns: all rows of the
/// first panel, then of the next. Columns beyond the last are zero.
pub(crate) fn pack_columns(matrix: &[f32], rows: usize, columns: usize, panels: &mut [[f32; PANEL]]) {
    for (panel, out) in panels.chunks_exact_mut(rows).enumerate() {
        for (row, out) in matrix.chunks_exact(columns).zip(out) {
            let row = &row[panel * PANEL..];
            if let Some(full) = row.first_chunk() {
                *out = *full;
            } else {
                out[..row.len()].copy_from_slice(row);
            }
        }
    }
}

/// As [`pack_columns`] for the matrix's transpose: panels of four rows, all columns of each.
pub(crate) fn pack_rows(matrix: &[f32], columns: usize, panels: &mut [[f32; PANEL]]) {
    let rows = matrix.chunks(PANEL * columns);
    for (rows, out) in rows.zip(panels.chunks_exact_mut(columns)) {
        let mut row = rows.chunks_exact(columns);
        if let [Some(a), Some(b), Some(c), Some(d)] = [row.next(), row.next(), row.next(), row.next()] {
            for ((((out, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *out = [*a, *b, *c, *d];
            }
        } else {
            for (at, row) in rows.chunks_exact(columns).enumerate() {
                for (out, value) in out.iter_mut().zip(row) {
                    out[at] = *value;
                }
            }
        }
    }
}
