#!/bin/sh
# Cargo's RUSTC_WORKSPACE_WRAPPER for `cargo xtask bench --relaxed-simd`: our own crates get the feature. burn's must not hear
# of it, not even when cargo asks the compiler what the target has (macerator 0.5.2 does not compile with it).
case " $* " in
    *" --crate-name flow_"*" wasm32-unknown-unknown "*) exec "$@" -C target-feature=+relaxed-simd ;;
    *) exec "$@" ;;
esac
