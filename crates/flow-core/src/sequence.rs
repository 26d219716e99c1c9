//! Numbers that fill a square or a cube more evenly than random ones would: the R sequences of
//! Roberts 2018, *The unreasonable effectiveness of quasirandom sequences*.

/// The strides in two dimensions: powers of the inverse of the root of `x^3 = x + 1`, the plastic number.
pub(crate) const R2: [f64; 2] = [0.754_877_666_246_692_7, 0.569_840_290_998_053_2];

/// The strides in six: powers of the inverse of the root of `x^7 = x + 1`.
pub(crate) const R6: [f64; 6] = [
    0.898_653_712_628_699_3,
    0.807_578_495_221_344_8,
    0.725_733_412_969_759_8,
    0.652_183_025_943_971_7,
    0.586_086_697_577_969_5,
    0.526_688_986_700_735_9,
];

/// The place at `index` of the sequence with these strides that begins at `shift`. With a random
/// shift each place is uniform on [0, 1) along every axis (Cranley and Patterson 1976, *SIAM J.
/// Numer. Anal.* 13:904).
pub(crate) fn place<const AXES: usize>(
    strides: [f64; AXES],
    shift: [f64; AXES],
    index: usize,
) -> [f64; AXES] {
    std::array::from_fn(|axis| (shift[axis] + index as f64 * strides[axis]) % 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each axis is a Weyl sequence of its own; a stride mistyped shows in the power it should be.
    #[test]
    fn strides_are_powers_of_one_root() {
        let check = |strides: &[f64], degree: i32| {
            let inverse = strides[0];
            assert!((inverse.powi(-degree) - 1.0 - 1.0 / inverse).abs() < 1e-14 * inverse.powi(-degree));
            for (stride, power) in strides.iter().zip(1..) {
                assert!((stride - inverse.powi(power)).abs() < 1e-15, "power {power}");
            }
        };
        check(&R2, 3);
        check(&R6, 7);
    }

    #[test]
    fn a_square_is_filled_evenly() {
        let mut counts = [0_u32; 64];
        for index in 0..6400 {
            let [x, y] = place(R2, [0.3, 0.9], index);
            counts[(8.0 * x) as usize * 8 + (8.0 * y) as usize] += 1;
        }
        // Random points would leave the range 70..130.
        assert!(counts.iter().all(|count| (94..=106).contains(count)), "{counts:?}");
    }
}
