//! What many tests begin with.

use crate::Config;

/// The default configuration with a network and a crowd that are quick to move.
pub(crate) fn small() -> Config {
    let mut config = Config::default();
    config.network.width = 16;
    config.sampling.particles = 300;
    config
}
