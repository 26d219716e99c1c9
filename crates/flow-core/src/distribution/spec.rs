//! Distributions as data: what a configuration and a `SPEC.json` hold.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Distribution, GaussianMixture, Points, Rectangles};
use crate::{Error, Result};

/// The most components or rectangles a distribution may have.
const LARGEST_COUNT: usize = 10_000;

/// A description of a distribution, checked only when it is [built](Self::build).
///
/// ```
/// use flow_core::distribution::DistributionSpec;
/// let spec: DistributionSpec = serde_json::from_str(r#"{"preset":"five-modes"}"#)?;
/// assert_eq!(spec.build("target")?.mode_count(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub enum DistributionSpec {
    /// `{"preset": NAME}`: an entry of [`PRESETS`](super::PRESETS), or own data by its code (see
    /// [`named`](super::named)).
    Preset(String),
    /// `{"type": "standard_normal"}`.
    StandardNormal,
    /// `{"type": "gaussian_mixture", "weights": [..], "means": [[x, y]..], "covs": [[[a, b], [c, d]]..]}`.
    GaussianMixture {
        /// Weights of the components; need not sum to 1.
        weights: Vec<f64>,
        /// Means, one for each weight.
        means: Vec<[f64; 2]>,
        /// Covariances, row by row, one for each weight.
        covs: Vec<[[f64; 2]; 2]>,
    },
    /// `{"type": "uniform_rectangles", "weights": [..], "rects": [[left, right, bottom, top]..]}`.
    UniformRectangles {
        /// Weights of the rectangles; need not sum to 1.
        weights: Vec<f64>,
        /// `[left, right, bottom, top]`, one for each weight.
        rects: Vec<[f64; 4]>,
    },
    /// `{"type": "points", "points": [[x, y]..]}`.
    Points {
        /// The points, of equal weight.
        points: Vec<[f64; 2]>,
    },
}

impl DistributionSpec {
    /// The distribution called `name`.
    pub fn preset(name: &str) -> Self {
        Self::Preset(name.to_owned())
    }

    /// Checks the description and builds the distribution; errors name what is below `field`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the path of the offending value, as in `target.weights[2]`.
    pub fn build(&self, field: &str) -> Result<Arc<dyn Distribution>> {
        Ok(match self {
            Self::Preset(name) => return super::named(&format!("{field}.preset"), name),
            Self::StandardNormal => Arc::new(GaussianMixture::standard_normal()),
            Self::GaussianMixture { weights, means, covs } => {
                Arc::new(GaussianMixture::new(field, weights, means, covs)?)
            }
            Self::UniformRectangles { weights, rects } => Arc::new(Rectangles::new(field, weights, rects)?),
            Self::Points { points } => Arc::new(Points::new(field, points)?),
        })
    }
}

/// Every field that some form has, from which the one form meant is read.
///
/// An untagged enum would do the same, but its errors say no more than "did not match".
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "an object with \"preset\" or \"type\"")]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    means: Option<Vec<[f64; 2]>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    covs: Option<Vec<[[f64; 2]; 2]>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rects: Option<Vec<[f64; 4]>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Vec<[f64; 2]>>,
}

const KINDS: &str = "\"gaussian_mixture\", \"uniform_rectangles\", \"points\" or \"standard_normal\"";

impl TryFrom<Fields> for DistributionSpec {
    type Error = Error;

    fn try_from(mut fields: Fields) -> Result<Self> {
        let (kind, preset) = (fields.kind.take(), fields.preset.take());
        let spec = match (kind.as_deref(), preset) {
            (None, Some(name)) => Self::Preset(name),
            (Some("standard_normal"), None) => Self::StandardNormal,
            (Some("gaussian_mixture"), None) => Self::GaussianMixture {
                weights: required("weights", &mut fields.weights)?,
                means: required("means", &mut fields.means)?,
                covs: required("covs", &mut fields.covs)?,
            },
            (Some("uniform_rectangles"), None) => Self::UniformRectangles {
                weights: required("weights", &mut fields.weights)?,
                rects: required("rects", &mut fields.rects)?,
            },
            (Some("points"), None) => Self::Points { points: required("points", &mut fields.points)? },
            (Some(kind), None) => return Err(Error::invalid("type", format!("{kind:?}"), KINDS)),
            (Some(_), Some(_)) => {
                return Err(Error::invalid("preset", "given with \"type\"", "given alone, or left out"));
            }
            (None, None) => {
                return Err(Error::invalid("type", "missing", format!("{KINDS}, or \"preset\" given")));
            }
        };
        let left_over = [
            ("weights", fields.weights.is_some()),
            ("means", fields.means.is_some()),
            ("covs", fields.covs.is_some()),
            ("rects", fields.rects.is_some()),
            ("points", fields.points.is_some()),
        ];
        match left_over.iter().find(|(_, given)| *given) {
            Some((name, _)) => Err(Error::invalid(
                *name,
                "given",
                format!("left out of {}", kind.as_deref().unwrap_or("a preset")),
            )),
            None => Ok(spec),
        }
    }
}

/// Takes the value of a field that the form needs.
fn required<T>(name: &str, value: &mut Option<T>) -> Result<T> {
    value.take().ok_or_else(|| Error::invalid(name, "missing", "given"))
}

impl From<DistributionSpec> for Fields {
    fn from(spec: DistributionSpec) -> Self {
        let kind = |name: &str| Some(name.to_owned());
        match spec {
            DistributionSpec::Preset(name) => Self { preset: Some(name), ..Self::default() },
            DistributionSpec::StandardNormal => Self { kind: kind("standard_normal"), ..Self::default() },
            DistributionSpec::GaussianMixture { weights, means, covs } => Self {
                kind: kind("gaussian_mixture"),
                weights: Some(weights),
                means: Some(means),
                covs: Some(covs),
                ..Self::default()
            },
            DistributionSpec::UniformRectangles { weights, rects } => Self {
                kind: kind("uniform_rectangles"),
                weights: Some(weights),
                rects: Some(rects),
                ..Self::default()
            },
            DistributionSpec::Points { points } => {
                Self { kind: kind("points"), points: Some(points), ..Self::default() }
            }
        }
    }
}

/// Checks the number of components or rectangles.
pub(super) fn check_count(field: &str, count: usize) -> Result<()> {
    match count {
        0 => Err(Error::invalid(field, "an empty list", format!("a list of 1 to {LARGEST_COUNT}"))),
        1..=LARGEST_COUNT => Ok(()),
        _ => Err(Error::invalid(
            field,
            format!("a list of {count}"),
            format!("a list of 1 to {LARGEST_COUNT}"),
        )),
    }
}

/// The weights divided by their sum.
pub(super) fn normalised(field: &str, weights: &[f64]) -> Result<Vec<f64>> {
    for (i, &weight) in weights.iter().enumerate() {
        if !(0.0..=1e100).contains(&weight) {
            return Err(Error::invalid(format!("{field}[{i}]"), weight, "a number from 0 to 1e100"));
        }
    }
    let sum: f64 = weights.iter().sum();
    if sum < 1e-100 {
        return Err(Error::invalid(field, format!("a list with the sum {sum}"), "a list with a sum above 0"));
    }
    Ok(weights.iter().map(|weight| weight / sum).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_survives_a_round_trip() {
        for text in [
            r#"{"preset":"two-moons"}"#,
            r#"{"type":"standard_normal"}"#,
            r#"{"type":"gaussian_mixture","weights":[1.0],"means":[[0.5,1.0]],"covs":[[[1.0,0.25],[0.25,2.0]]]}"#,
            r#"{"type":"uniform_rectangles","weights":[2.0],"rects":[[-1.0,1.0,0.0,3.0]]}"#,
            r#"{"type":"points","points":[[1.0,2.0],[3.0,4.0]]}"#,
        ] {
            let spec: DistributionSpec = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&spec).unwrap(), text);
            spec.build("target").unwrap();
        }
    }

    #[test]
    fn errors_say_what_is_accepted() {
        for (text, expected) in [
            (r#"{"preset":"nonsense"}"#, "target.preset is \"nonsense\", but must be one of five-modes,"),
            (r#"{"type":"gaussian"}"#, "type is \"gaussian\", but must be \"gaussian_mixture\","),
            (r"{}", "type is missing, but must be"),
            (r#"{"type":"points"}"#, "points is missing, but must be given"),
            (
                r#"{"type":"points","points":[[0,0]],"rects":[]}"#,
                "rects is given, but must be left out of points",
            ),
            (
                r#"{"type":"points","preset":"ring"}"#,
                "preset is given with \"type\", but must be given alone",
            ),
            (r#"{"type":"points","points":[[0,2e6]]}"#, "target.points[0] is [0.0, 2000000.0], but must be"),
            (
                r#"{"type":"uniform_rectangles","weights":[0],"rects":[[0,1,0,1]]}"#,
                "target.weights is a list with the sum 0, but must be",
            ),
            (r#""ring""#, "expected an object with \"preset\" or \"type\""),
        ] {
            let message = match serde_json::from_str::<DistributionSpec>(text) {
                Ok(spec) => spec.build("target").unwrap_err().to_string(),
                Err(error) => error.to_string(),
            };
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
