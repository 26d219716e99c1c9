//! The browser's face of [`flow_core`]: nothing is computed here that the library does not compute.
//!
//! A worker drives one `Lab`, an experiment that trains and is sampled. The page's main thread
//! holds one `Painter` for each panel and draws charts; it never trains. What needs no browser
//! ([`registry`], [`frame`], [`chart`]) is plain Rust, tested natively.

pub mod chart;
pub mod frame;
pub mod origin;
pub mod registry;

#[cfg(target_arch = "wasm32")]
mod answer;
#[cfg(target_arch = "wasm32")]
mod lab;
#[cfg(target_arch = "wasm32")]
mod own_data;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod painter;
#[cfg(target_arch = "wasm32")]
mod queries;
#[cfg(target_arch = "wasm32")]
mod take;
