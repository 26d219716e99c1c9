//! The most arithmetic that simd128 does here: `cargo xtask bench` compiles this alone and runs it
//! beside the page's wasm. Each turn adds products to sums that do not wait for one another, as a
//! matrix product does, with fewer reads than one and everything else in registers.
#![no_std]

use core::arch::wasm32::{f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, v128};

/// Vectors read in a turn.
const READ: usize = 4;

/// Numbers that each of them is multiplied with: the products' eight sums, these and what is under
/// way fit into sixteen registers.
const FACTORS: usize = 2;

/// Read over and over; it stays in the nearest cache.
static NUMBERS: [[f32; 4 * READ]; 64] = [[1e-3; 4 * READ]; 64];

/// Runs `turns` turns, [`operations`] single operations each; the sum only keeps them from being dropped.
#[unsafe(no_mangle)]
pub extern "C" fn run(turns: u32, factor: f32, step: f32) -> f32 {
    let factors: [v128; FACTORS] = core::array::from_fn(|k| f32x4_splat(factor + step * k as f32));
    let mut sums = [[f32x4_splat(0.0); FACTORS]; READ];
    for turn in 0..turns {
        let vectors = (&raw const NUMBERS[turn as usize % NUMBERS.len()]).cast::<v128>();
        for (k, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `k` is below READ, and WebAssembly reads at any address. Volatile, or the
            // compiler would see that all numbers are the same and multiply once.
            let vector = unsafe { vectors.add(k).read_volatile() };
            for (sum, factor) in sums.iter_mut().zip(factors) {
                *sum = f32x4_add(*sum, f32x4_mul(vector, factor));
            }
        }
    }
    sums.as_flattened().iter().map(|&sum| f32x4_extract_lane::<0>(sum)).sum()
}

/// Single-precision operations in a turn.
#[unsafe(no_mangle)]
pub extern "C" fn operations() -> u32 {
    (2 * 4 * READ * FACTORS) as u32
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
