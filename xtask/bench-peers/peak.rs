//! The most arithmetic that simd128 does here: `cargo xtask bench` compiles this alone and runs it
//! beside the page's wasm. Multiplications and additions go on in chains that do not wait for one
//! another, with everything in registers.
#![no_std]

use core::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat, v128};

/// Chains of each kind: enough to hide an operation's latency, few enough for sixteen registers.
const CHAINS: usize = 6;

/// Runs `turns` turns, [`operations`] single operations each; the sum only keeps them from being dropped.
#[unsafe(no_mangle)]
pub extern "C" fn run(turns: u32, factor: f32, step: f32) -> f32 {
    let (factor, step) = (f32x4_splat(factor), f32x4_splat(step));
    let mut products = [f32x4_splat(1.0); CHAINS];
    let mut sums = [f32x4_splat(0.0); CHAINS];
    for _ in 0..turns {
        for (product, sum) in products.iter_mut().zip(&mut sums) {
            *product = f32x4_mul(*product, factor);
            *sum = f32x4_add(*sum, step);
        }
    }
    let add = |total: v128, &x: &v128| f32x4_add(total, x);
    let total = sums.iter().fold(products.iter().fold(f32x4_splat(0.0), add), add);
    core::arch::wasm32::f32x4_extract_lane::<0>(total)
}

/// Single-precision operations in a turn.
#[unsafe(no_mangle)]
pub extern "C" fn operations() -> u32 {
    2 * 4 * CHAINS as u32
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
