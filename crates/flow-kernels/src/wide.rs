//! The same loops with wider instructions, on machines that have them.

/// Declares functions that call an `#[inline(always)]` function of the same arguments, compiled a
/// second time for AVX2 and chosen while the program runs, as programs for x86-64 may not assume
/// AVX2. WebAssembly has one set of vectors, and no choice.
///
/// Wider instructions never change a bit: they compute the same operations, more at a time.
macro_rules! wide {
    ($($(#[$attribute:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) = $inner:path;)*) => {
        $($(#[$attribute])*
        $visibility fn $name($($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn with_avx2($($argument: $type),*) {
                    $inner($($argument),*);
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the machine has just been found to have AVX2.
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            $inner($($argument),*);
        })*
    };
}
pub(crate) use wide;
