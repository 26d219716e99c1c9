//! The one error type of this crate.

use std::fmt::Display;

/// Why a request could not be carried out.
///
/// Every variant is raised *before* any work is done on behalf of the request, except
/// [`Error::Diverged`], which stops work that has stopped making sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value lies outside what is accepted.
    #[error("{field} is {value}, but must be {accepted}")]
    Invalid {
        /// Path of the value, as in `target.weights[2]`.
        field: String,
        /// The value as it was given.
        value: String,
        /// What would have been accepted, in words that complete "must be …".
        accepted: String,
    },
    /// The quantity asked for does not exist here (a score without a Gaussian source, a velocity
    /// at an end of time where it is infinite).
    #[error("{quantity} is not available: {reason}")]
    Unavailable {
        /// The quantity, as in `score`.
        quantity: String,
        /// Why, in a sentence a reader of the page can act on.
        reason: String,
    },
    /// Training or integration produced a number that is not finite.
    #[error("{process} diverged at {place}: a value is no longer finite")]
    Diverged {
        /// `training` or `integration`.
        process: String,
        /// The training step or the time, as in `step 812` or `t = 0.25`.
        place: String,
    },
    /// Bytes that should hold a checkpoint do not.
    #[error("not a usable checkpoint: {0}")]
    Checkpoint(String),
    /// Bytes that should hold a saved page do not.
    #[error("not a usable experiment file: {0}")]
    Document(String),
    /// The training framework refused. Never expected; kept so that nothing fails in silence.
    #[error("the training framework failed: {0}")]
    Framework(String),
}

impl Error {
    /// An [`Error::Invalid`] for `field`.
    pub fn invalid(field: impl Into<String>, value: impl Display, accepted: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), value: value.to_string(), accepted: accepted.into() }
    }

    /// An [`Error::Unavailable`] for `quantity`.
    pub fn unavailable(quantity: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Unavailable { quantity: quantity.into(), reason: reason.into() }
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
