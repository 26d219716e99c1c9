//! Fingerprints: one number that depends on every bit of many.

/// A number that depends on every bit of these points, and on nothing else: equal on every machine
/// when the points are.
pub fn fingerprint(points: &[[f32; 2]]) -> u64 {
    fnv_1a(points.as_flattened().iter().flat_map(|x| x.to_bits().to_le_bytes()))
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo).
pub(crate) fn fnv_1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_published_ones() {
        assert_eq!(fnv_1a([]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv_1a(*b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn every_bit_counts() {
        assert_ne!(fingerprint(&[[0.0, 1.0]]), fingerprint(&[[-0.0, 1.0]]));
        assert_ne!(fingerprint(&[[0.0, 1.0]]), fingerprint(&[[1.0, 0.0]]));
    }
}
