//! Mixtures of Gaussians, the components grouped into modes.

use flow_kernels::normal_pairs;

use super::gaussian::{Gaussian, HIT_RADIUS};
use super::spec::{check_count, normalised};
use super::{Distribution, Family, Outline, index_at, running_sums};
use crate::{Error, Result};

/// A weighted sum of Gaussians.
///
/// Every component belongs to a mode. In a mixture given by its numbers each component is a mode
/// of its own; along a curve many narrow components make up one mode.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianMixture {
    components: Vec<Component>,
    cumulative: Vec<f64>,
    mode_weights: Vec<f64>,
    outline: Vec<Outline>,
}

/// One Gaussian of a mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Probability, above 0; the components' sum to 1.
    pub weight: f64,
    /// The distribution.
    pub gaussian: Gaussian,
    /// The mode it belongs to.
    pub mode: usize,
}

impl GaussianMixture {
    /// The mixture of the Gaussians with these weights, means and covariances, each its own mode.
    /// Weights need not sum to 1; components of weight 0 remain as modes without mass.
    ///
    /// # Errors
    /// [`Error::Invalid`] below `field` for empty or unequal lists, weights that are negative, not
    /// finite or all zero, and whatever [`Gaussian::new`] refuses.
    pub fn new(
        field: &str,
        weights: &[f64],
        means: &[[f64; 2]],
        covariances: &[[[f64; 2]; 2]],
    ) -> Result<Self> {
        check_count(&format!("{field}.means"), means.len())?;
        for (name, length) in [("weights", weights.len()), ("covs", covariances.len())] {
            if length != means.len() {
                return Err(Error::invalid(
                    format!("{field}.{name}"),
                    format!("a list of {length}"),
                    format!("as long as {field}.means, which has {}", means.len()),
                ));
            }
        }
        let weights = normalised(&format!("{field}.weights"), weights)?;
        let components = weights
            .iter()
            .zip(means.iter().zip(covariances))
            .enumerate()
            .map(|(mode, (&weight, (&mean, &covariance)))| {
                super::gaussian::check_point(&format!("{field}.means[{mode}]"), mean)?;
                let gaussian = Gaussian::new(&format!("{field}.covs[{mode}]"), mean, covariance)?;
                Ok(Component { weight, gaussian, mode })
            })
            .collect::<Result<Vec<_>>>()?;
        let outline = components
            .iter()
            .filter(|c| c.weight > 0.0)
            .map(|component| component.gaussian.outline())
            .collect();
        Ok(Self::assemble(components, outline))
    }

    /// The standard normal distribution, the usual source.
    pub fn standard_normal() -> Self {
        Self::equal_round(&[[0.0, 0.0]], 1.0)
    }

    /// Round Gaussians of equal weight and standard deviation `sd`, each its own mode.
    pub(super) fn equal_round(centers: &[[f64; 2]], sd: f64) -> Self {
        let weight = 1.0 / centers.len() as f64;
        let components: Vec<_> = centers
            .iter()
            .enumerate()
            .map(|(mode, &center)| Component { weight, gaussian: Gaussian::round(center, sd), mode })
            .collect();
        let outline = components.iter().map(|component| component.gaussian.outline()).collect();
        Self::assemble(components, outline)
    }

    /// The mixture of these components, whose numbers the caller vouches for.
    pub(super) fn assemble(components: Vec<Component>, outline: Vec<Outline>) -> Self {
        let mode_count = components.iter().map(|component| component.mode + 1).max().unwrap_or(0);
        let mut mode_weights = vec![0.0; mode_count];
        for component in &components {
            mode_weights[component.mode] += component.weight;
        }
        let cumulative = running_sums(components.iter().map(|component| component.weight));
        Self { components, cumulative, mode_weights, outline }
    }

    /// The components, in order.
    pub fn components(&self) -> &[Component] {
        &self.components
    }
}

impl Distribution for GaussianMixture {
    fn place(&self, [which, u, v]: [f64; 3]) -> ([f64; 2], usize) {
        let component = &self.components[index_at(&self.cumulative, which)];
        (component.gaussian.place([u, v]), component.mode)
    }

    fn place_all(&self, uniform: &[[f64; 3]]) -> (Vec<[f32; 2]>, Vec<usize>) {
        let count = uniform.len();
        let mut pairs = Vec::with_capacity(count);
        for &[_, u, v] in uniform {
            pairs.push([u, v]);
        }
        let mut normal = vec![[0.0; 2]; count];
        normal_pairs(&pairs, &mut normal);
        let (mut points, mut modes) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (&[which, ..], &normal) in uniform.iter().zip(&normal) {
            let component = &self.components[index_at(&self.cumulative, which)];
            let [x, y] = component.gaussian.shape(normal);
            points.push([x as f32, y as f32]);
            modes.push(component.mode);
        }
        (points, modes)
    }

    fn mean(&self) -> [f64; 2] {
        [0, 1].map(|axis| self.components.iter().map(|c| c.weight * c.gaussian.mean()[axis]).sum())
    }

    fn standard_deviation(&self) -> f64 {
        let mean = self.mean();
        let variance: f64 = self
            .components
            .iter()
            .map(|c| {
                let (center, covariance) = (c.gaussian.mean(), c.gaussian.covariance());
                let between = (center[0] - mean[0]).powi(2) + (center[1] - mean[1]).powi(2);
                c.weight * (covariance[0][0] + covariance[1][1] + between)
            })
            .sum();
        libm::sqrt(0.5 * variance)
    }

    fn log_density(&self, x: [f64; 2]) -> f64 {
        let terms: Vec<f64> =
            self.components.iter().map(|c| libm::log(c.weight) + c.gaussian.log_density(x)).collect();
        log_sum_exp(&terms)
    }

    fn mode_count(&self) -> usize {
        self.mode_weights.len()
    }

    fn mode_weights(&self) -> Vec<f64> {
        self.mode_weights.clone()
    }

    /// The mode of the nearest component, if it is within three standard deviations (Mahalanobis).
    fn mode_at(&self, x: [f64; 2]) -> Option<usize> {
        let mut nearest = (HIT_RADIUS * HIT_RADIUS, None);
        for component in self.components.iter().filter(|component| component.weight > 0.0) {
            let distance = component.gaussian.squared_distance(x);
            if distance <= nearest.0 {
                nearest = (distance, Some(component.mode));
            }
        }
        nearest.1
    }

    fn bounds(&self) -> [f64; 4] {
        let mut bounds = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
        for component in &self.components {
            let (mean, covariance) = (component.gaussian.mean(), component.gaussian.covariance());
            for axis in [0, 1] {
                let reach = HIT_RADIUS * libm::sqrt(covariance[axis][axis]);
                bounds[2 * axis] = bounds[2 * axis].min(mean[axis] - reach);
                bounds[2 * axis + 1] = bounds[2 * axis + 1].max(mean[axis] + reach);
            }
        }
        bounds
    }

    fn outline(&self) -> Vec<Outline> {
        self.outline.clone()
    }

    fn family(&self) -> Family<'_> {
        Family::GaussianMixture(self)
    }
}

/// The logarithm of the sum of the exponentials, without overflow; minus infinity for none.
pub(crate) fn log_sum_exp(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + libm::log(terms.iter().map(|&term| libm::exp(term - largest)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_field() {
        let unit = [[1.0, 0.0], [0.0, 1.0]];
        let message = |weights: &[f64], means: &[[f64; 2]], covariances: &[[[f64; 2]; 2]]| {
            GaussianMixture::new("target", weights, means, covariances).unwrap_err().to_string()
        };
        assert!(message(&[], &[], &[]).starts_with("target.means is an empty list"));
        assert!(message(&[1.0], &[[0.0; 2]; 2], &[unit; 2]).starts_with("target.weights is a list of 1"));
        assert!(message(&[1.0], &[[0.0; 2]], &[]).starts_with("target.covs is a list of 0"));
        assert!(message(&[1.0], &[[f64::NAN, 0.0]], &[unit]).starts_with("target.means[0] is [NaN"));
        assert!(message(&[-1.0], &[[0.0; 2]], &[unit]).starts_with("target.weights[0] is -1"));
        assert!(message(&[0.0], &[[0.0; 2]], &[unit]).starts_with("target.weights is"));
    }

    #[test]
    fn hits_go_to_the_nearest_component_within_three_deviations() {
        let mixture = GaussianMixture::equal_round(&[[0.0, 0.0], [2.0, 0.0]], 0.5);
        assert_eq!(mixture.mode_at([0.9, 0.0]), Some(0));
        assert_eq!(mixture.mode_at([1.1, 0.0]), Some(1));
        assert_eq!(mixture.mode_at([3.49, 0.0]), Some(1));
        assert_eq!(mixture.mode_at([3.51, 0.0]), None);
        assert_eq!(mixture.mode_at([f64::NAN, 0.0]), None);
    }
}
