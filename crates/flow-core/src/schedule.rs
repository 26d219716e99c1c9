//! Schedules: how much source and how much data a conditional path holds at time t.

use std::f64::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, registry::Entry};

/// The weights of data and source in `x_t = alpha(t) x1 + sigma(t) x0`, t = 0 being the source.
///
/// Lipman et al. 2023 (arXiv 2210.02747), section 4; alpha and sigma are the scheduler of the
/// affine conditional flows of Lipman et al. 2024 (arXiv 2412.06264).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// `alpha = t`, `sigma = 1 - t`: each pair is joined by a straight line at constant speed.
    #[default]
    CondOt,
    /// `alpha = sin(pi t / 2)`, `sigma = cos(pi t / 2)`: each pair is joined by an arc of an
    /// ellipse, and unit variance stays unit variance.
    Cosine,
    /// The variance-preserving diffusion of Song et al. 2021 (arXiv 2011.13456) with a linear
    /// rate, run backwards: `alpha = exp(-T/2)`, `sigma = sqrt(1 - exp(-T))` with
    /// `T = (1-t)^2 (beta_max - beta_min)/2 + (1-t) beta_min`.
    Vp {
        /// Rate at the data end, at least 0.
        #[serde(default = "default_beta_min")]
        beta_min: f64,
        /// Rate at the noise end, above `beta_min`.
        #[serde(default = "default_beta_max")]
        beta_max: f64,
    },
}

fn default_beta_min() -> f64 {
    0.1
}

fn default_beta_max() -> f64 {
    20.0
}

/// A schedule's values at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// Weight of the data.
    pub alpha: f64,
    /// Weight of the source.
    pub sigma: f64,
    /// Derivative of `alpha` by t.
    pub d_alpha: f64,
    /// Derivative of `sigma` by t; infinite for the VP schedule at t = 1.
    pub d_sigma: f64,
    /// `sigma * d_sigma`, finite at both ends for every schedule.
    pub sigma_d_sigma: f64,
}

impl Schedule {
    /// Every schedule by name.
    pub const ENTRIES: &'static [Entry<Schedule>] = &[
        Entry {
            name: "cond-ot",
            label: "CondOT",
            summary: "Straight lines at constant speed between noise and data.",
            value: Schedule::CondOt,
        },
        Entry {
            name: "cosine",
            label: "Cosine",
            summary: "Arcs that keep the variance constant, as cosine diffusion does.",
            value: Schedule::Cosine,
        },
        Entry {
            name: "vp",
            label: "VP",
            summary: "The variance-preserving diffusion with a linear rate.",
            value: Schedule::Vp { beta_min: 0.1, beta_max: 20.0 },
        },
    ];

    /// The values and derivatives at time `t` in [0, 1].
    ///
    /// ```
    /// use flow_core::Schedule;
    /// let quarter = Schedule::CondOt.at(0.25);
    /// assert_eq!((quarter.alpha, quarter.sigma), (0.25, 0.75));
    /// ```
    pub fn at(self, t: f64) -> Coefficients {
        match self {
            Self::CondOt => {
                Coefficients { alpha: t, sigma: 1.0 - t, d_alpha: 1.0, d_sigma: -1.0, sigma_d_sigma: t - 1.0 }
            }
            Self::Cosine => {
                // cos(pi t / 2) written as sin(pi (1-t) / 2) is exactly 0 at t = 1.
                let (alpha, sigma) = (libm::sin(FRAC_PI_2 * t), libm::sin(FRAC_PI_2 * (1.0 - t)));
                let (d_alpha, d_sigma) = (FRAC_PI_2 * sigma, -FRAC_PI_2 * alpha);
                Coefficients { alpha, sigma, d_alpha, d_sigma, sigma_d_sigma: sigma * d_sigma }
            }
            Self::Vp { beta_min, beta_max } => {
                let back = 1.0 - t;
                let big_t = back * (0.5 * back * (beta_max - beta_min) + beta_min);
                let d_big_t = -(back * (beta_max - beta_min) + beta_min);
                let alpha = libm::exp(-0.5 * big_t);
                let sigma = (-libm::expm1(-big_t)).sqrt();
                let sigma_d_sigma = 0.5 * d_big_t * libm::exp(-big_t);
                Coefficients {
                    alpha,
                    sigma,
                    d_alpha: -0.5 * d_big_t * alpha,
                    d_sigma: sigma_d_sigma / sigma,
                    sigma_d_sigma,
                }
            }
        }
    }

    /// The latest time that networks are trained for and asked about: 1, or just before it where
    /// the conditional velocity is infinite at 1 (VP).
    pub fn last_time(self) -> f64 {
        if matches!(self, Self::Vp { .. }) { 1.0 - 1e-4 } else { 1.0 }
    }

    /// `t`, or the [last time](Self::last_time) before it.
    pub(crate) fn finite_time(self, t: f64) -> f64 {
        t.min(self.last_time())
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a VP rate is negative, not finite, or the two are out of order.
    pub fn validate(self, field: &str) -> Result<()> {
        let Self::Vp { beta_min, beta_max } = self else { return Ok(()) };
        if !(beta_min >= 0.0 && beta_min.is_finite()) {
            return Err(Error::invalid(
                format!("{field}.beta_min"),
                beta_min,
                "a finite number of at least 0",
            ));
        }
        if !(beta_max > beta_min && beta_max <= 1000.0) {
            return Err(Error::invalid(
                format!("{field}.beta_max"),
                beta_max,
                format!("above beta_min ({beta_min}) and at most 1000"),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_match_central_differences() {
        for entry in Schedule::ENTRIES {
            for i in 1..100 {
                let (t, h) = (f64::from(i) / 100.0, 1e-6);
                let (here, before, after) = (entry.value.at(t), entry.value.at(t - h), entry.value.at(t + h));
                let slope_alpha = (after.alpha - before.alpha) / (2.0 * h);
                let slope_sigma = (after.sigma - before.sigma) / (2.0 * h);
                assert!((here.d_alpha - slope_alpha).abs() < 1e-7, "{} alpha at {t}", entry.name);
                assert!((here.d_sigma - slope_sigma).abs() < 1e-7, "{} sigma at {t}", entry.name);
                assert!((here.sigma_d_sigma - here.sigma * here.d_sigma).abs() < 1e-12, "{}", entry.name);
            }
        }
    }

    #[test]
    fn paths_run_from_source_to_data() {
        for entry in Schedule::ENTRIES {
            let (start, end) = (entry.value.at(0.0), entry.value.at(1.0));
            assert!(start.alpha < 0.01 && (start.sigma - 1.0).abs() < 1e-4, "{}", entry.name);
            assert_eq!((end.alpha, end.sigma), (1.0, 0.0), "{}", entry.name);
            assert_eq!(end.d_sigma.is_finite(), entry.value.last_time() >= 1.0, "{}", entry.name);
        }
    }
}
