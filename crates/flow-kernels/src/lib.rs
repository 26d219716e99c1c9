//! The hot loops of Flow Matching Lab.

pub mod raster;
