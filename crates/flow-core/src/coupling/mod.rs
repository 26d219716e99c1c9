//! Couplings: which noise is paired with which data.
//!
//! Flow matching learns a velocity from pairs `(x0, x1)`. Any joint distribution with the right
//! marginals will do; the choice decides how straight the learned trajectories are.

mod classes;
mod ends;
mod pairing;
mod pairs;
mod partners;

use serde::{Deserialize, Serialize};

pub use pairing::{Pairing, PairingState};
pub use pairs::Pairs;

use crate::{Error, Result, registry::Entry};

/// How noise and data are paired for training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Coupling {
    /// Each pair is an independent draw from source and target.
    #[default]
    Independent,
    /// Batches are paired by the assignment that makes the sum of squared distances least
    /// (Pooladian et al. 2023, arXiv 2304.14772; Tong et al. 2024, arXiv 2302.00482).
    ///
    /// An assignment takes several times as long as a training step, so assigned batches go into
    /// a pool from which training pairs are drawn at random. Every `reuse` training batches a
    /// new assigned batch joins the pool, in the place of the oldest once there are `pool`.
    MinibatchOt {
        /// Points in one assignment, 2..=2048.
        #[serde(default = "default_batch_size")]
        batch_size: usize,
        /// Training batches drawn for each assignment solved, 1..=1000; 1 solves every time.
        #[serde(default = "default_reuse")]
        reuse: usize,
        /// The most assigned batches kept, 1..=4096; at most 2^22 pairs in all.
        #[serde(default = "default_pool")]
        pool: usize,
        /// Whether the points of a batch are drawn [evenly](crate::distribution::Distribution::sample_evenly)
        /// rather than independently. Two even batches differ less from the distributions they
        /// stand for, so their assignment is that of a batch several times as large.
        #[serde(default = "default_even")]
        even: bool,
    },
}

fn default_batch_size() -> usize {
    256
}

fn default_reuse() -> usize {
    64
}

fn default_pool() -> usize {
    256
}

fn default_even() -> bool {
    true
}

impl Coupling {
    /// Minibatch optimal transport with the usual sizes.
    pub const MINIBATCH_OT: Self = Self::MinibatchOt { batch_size: 256, reuse: 64, pool: 256, even: true };

    /// Every coupling by name.
    pub const ENTRIES: &'static [Entry<Coupling>] = &[
        Entry {
            name: "independent",
            label: "Independent",
            summary: "Noise and data are paired at random.",
            value: Coupling::Independent,
        },
        Entry {
            name: "minibatch-ot",
            label: "Minibatch OT",
            summary: "Batches of 256, evenly drawn, each paired so that the sum of squared distances is least.",
            value: Coupling::MINIBATCH_OT,
        },
    ];

    /// Checks the parameters; errors name what is below `field`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a size outside its range.
    pub fn validate(self, field: &str) -> Result<()> {
        let Self::MinibatchOt { batch_size, reuse, pool, .. } = self else { return Ok(()) };
        for (name, value, largest) in [("reuse", reuse, 1000), ("pool", pool, 4096)] {
            if !(1..=largest).contains(&value) {
                return Err(Error::invalid(format!("{field}.{name}"), value, format!("from 1 to {largest}")));
            }
        }
        if !(2..=2048).contains(&batch_size) {
            return Err(Error::invalid(format!("{field}.batch_size"), batch_size, "from 2 to 2048"));
        }
        if pool * batch_size > 1 << 22 {
            let accepted = format!("at most {} for a batch_size of {batch_size}", (1 << 22) / batch_size);
            return Err(Error::invalid(format!("{field}.pool"), pool, accepted));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_valid_and_survive_a_round_trip() {
        for entry in Coupling::ENTRIES {
            entry.value.validate("coupling").unwrap();
            let text = serde_json::to_string(&entry.value).unwrap();
            assert!(text.starts_with(&format!(r#"{{"type":"{}""#, entry.name)), "{text}");
            assert_eq!(serde_json::from_str::<Coupling>(&text).unwrap(), entry.value);
        }
        let short: Coupling = serde_json::from_str(r#"{"type":"minibatch-ot"}"#).unwrap();
        assert_eq!(short, Coupling::ENTRIES[1].value);
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        for (batch_size, reuse, pool, field) in [
            (1, 16, 256, "coupling.batch_size is 1"),
            (256, 0, 256, "coupling.reuse is 0"),
            (256, 16, 0, "coupling.pool is 0"),
            (2048, 16, 4096, "coupling.pool is 4096, but must be at most 2048"),
        ] {
            let coupling = Coupling::MinibatchOt { batch_size, reuse, pool, even: true };
            let message = coupling.validate("coupling").unwrap_err().to_string();
            assert!(message.starts_with(field), "{message}");
        }
    }
}
