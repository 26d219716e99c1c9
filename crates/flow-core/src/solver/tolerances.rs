//! How exact an adaptive solver is to be.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How exact the adaptive solver is: the estimated error of each step stays below
/// `atol + rtol |x|` in the root mean square over a particle's coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tolerances {
    /// Relative tolerance, from 1e-13 to 0.1.
    pub rtol: f64,
    /// Absolute tolerance, from 1e-13 to 0.1.
    pub atol: f64,
}

impl Tolerances {
    /// Both tolerances 1e-5.
    pub const DEFAULT: Self = Self { rtol: 1e-5, atol: 1e-5 };

    pub(crate) fn validate(self, field: &str) -> Result<()> {
        for (name, value) in [("rtol", self.rtol), ("atol", self.atol)] {
            if !(1e-13..=0.1).contains(&value) {
                return Err(Error::invalid(format!("{field}.{name}"), value, "from 1e-13 to 0.1"));
            }
        }
        Ok(())
    }
}

impl Default for Tolerances {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_checked_by_name() {
        assert!(Tolerances::DEFAULT.validate("solver").is_ok());
        for bad in [0.0, 1e-14, 0.2, f64::NAN] {
            let message = |tolerances: Tolerances| tolerances.validate("solver").unwrap_err().to_string();
            assert!(message(Tolerances { rtol: bad, ..Tolerances::DEFAULT }).starts_with("solver.rtol is"));
            assert!(message(Tolerances { atol: bad, ..Tolerances::DEFAULT }).starts_with("solver.atol is"));
        }
    }
}
