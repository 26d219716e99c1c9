//! Beyond the plane: flow matching on the sphere.
//!
//! Everything carries over once straight lines become geodesics (Chen and Lipman 2024,
//! arXiv 2302.03660): the conditional path runs along the great circle from x0 to x1, its velocity
//! at x is `log_x(x1) / (1 - t)`, a tangent vector, and a solver's step follows the great circle in
//! that direction. The source is uniform on the sphere. For a target of finitely many points the
//! marginal velocity is known in closed form ([`SphereField`]), so the idea can be shown whole, without a network.
//!
//! Points are unit vectors `[x, y, z]`.

use std::f64::consts::{PI, TAU};

use crate::{Error, Result, Rng, solver::limits};

/// The angle between two points, in 0..=pi.
pub fn distance(x: [f64; 3], y: [f64; 3]) -> f64 {
    // Exact for near and for opposite points, where the arc cosine of the dot product is not.
    2.0 * libm::atan2(length(sub(x, y)), length(add(x, y)))
}

/// The point reached from `x` along the great circle in the direction of the tangent vector `v`,
/// after the distance |v|.
pub fn exp_map(x: [f64; 3], v: [f64; 3]) -> [f64; 3] {
    let angle = length(v);
    if angle == 0.0 {
        return x;
    }
    let (sin, cos) = libm::sincos(angle);
    normalised(add(scale(cos, x), scale(sin / angle, v)))
}

/// The tangent vector at `x` that leads to `y`: [`exp_map`] undone. Its length is the distance;
/// for the point opposite `x`, to which every direction leads, it is zero.
pub fn log_map(x: [f64; 3], y: [f64; 3]) -> [f64; 3] {
    let tangent = sub(y, scale(dot(x, y), x));
    let sin = length(tangent);
    if sin == 0.0 { [0.0; 3] } else { scale(distance(x, y) / sin, tangent) }
}

/// The point a fraction `t` of the way from `x0` to `x1` along the shorter great circle.
pub fn geodesic(x0: [f64; 3], x1: [f64; 3], t: f64) -> [f64; 3] {
    exp_map(x0, scale(t, log_map(x0, x1)))
}

/// A point uniform on the sphere.
pub fn uniform(rng: &mut Rng) -> [f64; 3] {
    // Archimedes: the height is uniform.
    let z = 2.0 * rng.uniform() - 1.0;
    let radius = (1.0 - z * z).max(0.0).sqrt();
    let (sin, cos) = libm::sincos(TAU * rng.uniform());
    [radius * cos, radius * sin, z]
}

/// A small target on the sphere: four equal caps around the corners of a tetrahedron, each a
/// von Mises-Fisher distribution of concentration 50 (a spread of about eight degrees).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FourCaps;

impl FourCaps {
    /// The centres, unit vectors.
    pub const CENTERS: [[f64; 3]; 4] = {
        let s = 0.577_350_269_189_625_8;
        [[s, s, s], [s, -s, -s], [-s, s, -s], [-s, -s, s]]
    };
    const CONCENTRATION: f64 = 50.0;
    /// 99 % of a cap lies within this angle of its centre, in radians.
    const HIT_ANGLE: f64 = 0.432;

    /// Draws `count` points.
    pub fn sample(self, rng: &mut Rng, count: usize) -> Vec<[f64; 3]> {
        (0..count)
            .map(|_| {
                let center = Self::CENTERS[rng.below(4)];
                // Ulrich 1984: the cosine to the centre has a closed inverse on this sphere.
                let u = 1.0 - rng.uniform();
                let smallest = libm::exp(-2.0 * Self::CONCENTRATION);
                let cos = 1.0 + libm::log(u + (1.0 - u) * smallest) / Self::CONCENTRATION;
                let (sin_turn, cos_turn) = libm::sincos(TAU * rng.uniform());
                let (e1, e2) = tangent_basis(center);
                let direction = add(scale(cos_turn, e1), scale(sin_turn, e2));
                exp_map(center, scale(libm::acos(cos.clamp(-1.0, 1.0)), direction))
            })
            .collect()
    }

    /// The cap (0..4) that `x` hits, or `None` for a miss.
    pub fn mode_at(self, x: [f64; 3]) -> Option<usize> {
        Self::CENTERS.iter().position(|&center| distance(x, center) <= Self::HIT_ANGLE)
    }
}

/// The exact marginal velocity from the uniform distribution to points of equal weight.
#[derive(Debug, Clone)]
pub struct SphereField {
    targets: Vec<[f64; 3]>,
}

impl SphereField {
    /// The field towards `targets`, unit vectors.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are none or one is not of length 1 (within 1e-9).
    pub fn new(targets: Vec<[f64; 3]>) -> Result<Self> {
        check_points("targets", &targets)?;
        Ok(Self { targets })
    }

    /// The velocity at the point `x` and time `t` in [0, 1), tangent to the sphere. At t = 1 there is
    /// none, and no number is finite.
    ///
    /// Each target y draws with `log_x(y) / (1-t)` and counts in proportion to the density with
    /// which its paths pass here. A path that is at the angle a from y at time t began at the
    /// angle a/(1-t), so a uniform source gives the density
    /// `sin(a/(1-t)) / (4 pi (1-t) sin a)` for `a < pi (1-t)`, and 0 beyond. Where no path
    /// passes, which only a solver's error can reach, the nearest target draws alone.
    pub fn velocity(&self, t: f64, x: [f64; 3]) -> [f64; 3] {
        let left = 1.0 - t;
        let (mut total, mut sum) = (0.0, [0.0; 3]);
        let mut nearest = (f64::INFINITY, x);
        for &target in &self.targets {
            let angle = distance(x, target);
            let weight = path_density(angle, left);
            if weight > 0.0 {
                total += weight;
                sum = add(sum, scale(weight, log_map(x, target)));
            }
            if angle < nearest.0 {
                nearest = (angle, target);
            }
        }
        if total > 0.0 { scale(1.0 / (total * left), sum) } else { scale(1.0 / left, log_map(x, nearest.1)) }
    }

    /// Moves `starts` from t = 0 to t = 1 by `steps` Euler steps along great circles and returns
    /// every state, `steps + 1` of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `steps` is 0 or above
    /// [`STEP_LIMIT`](crate::solver::STEP_LIMIT), a start is not of length 1, or the states do
    /// not fit in memory.
    pub fn integrate(&self, steps: usize, starts: &[[f64; 3]]) -> Result<Vec<Vec<[f64; 3]>>> {
        check_points("starts", starts)?;
        // Three coordinates take half as much again as two.
        limits::check_steps::<f64>(steps, steps.saturating_add(1).saturating_mul(3) / 2, starts.len())?;
        let dt = 1.0 / steps as f64;
        let mut states = vec![starts.to_vec()];
        for index in 0..steps {
            let t = index as f64 / steps as f64;
            let next = states[index].iter().map(|&x| exp_map(x, scale(dt, self.velocity(t, x))));
            states.push(next.collect());
        }
        Ok(states)
    }
}

/// Density at the angle `angle` from a target, per solid angle, of the paths to it that have the
/// fraction `left` of their time left.
fn path_density(angle: f64, left: f64) -> f64 {
    let began = angle / left;
    if began >= PI {
        return 0.0;
    }
    // Both sines vanish together at the target itself.
    let ratio = if angle < 1e-8 { 1.0 / left } else { libm::sin(began) / libm::sin(angle) };
    ratio / (4.0 * PI * left)
}

fn check_points(field: &str, points: &[[f64; 3]]) -> Result<()> {
    if points.is_empty() {
        return Err(Error::invalid(field, "empty", "at least one point"));
    }
    // Written so that NaN is refused too.
    let is_unit = |x: &[f64; 3]| (length(*x) - 1.0).abs() <= 1e-9;
    match points.iter().position(|x| !is_unit(x)) {
        Some(index) => {
            let value = format!("{:?}", points[index]);
            Err(Error::invalid(format!("{field}[{index}]"), value, "a vector of length 1"))
        }
        None => Ok(()),
    }
}

fn add(x: [f64; 3], y: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|d| x[d] + y[d])
}

fn sub(x: [f64; 3], y: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|d| x[d] - y[d])
}

fn scale(factor: f64, x: [f64; 3]) -> [f64; 3] {
    x.map(|x| factor * x)
}

fn dot(x: [f64; 3], y: [f64; 3]) -> f64 {
    x[0] * y[0] + x[1] * y[1] + x[2] * y[2]
}

fn length(x: [f64; 3]) -> f64 {
    dot(x, x).sqrt()
}

fn normalised(x: [f64; 3]) -> [f64; 3] {
    scale(1.0 / length(x), x)
}

/// Two unit vectors orthogonal to `x` and to each other.
fn tangent_basis(x: [f64; 3]) -> ([f64; 3], [f64; 3]) {
    // The axis least aligned with x is never parallel to it.
    let axis = if x[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let e1 = normalised(sub(axis, scale(dot(axis, x), x)));
    (e1, [x[1] * e1[2] - x[2] * e1[1], x[2] * e1[0] - x[0] * e1[2], x[0] * e1[1] - x[1] * e1[0]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(x: [f64; 3], y: [f64; 3], tolerance: f64) -> bool {
        length(sub(x, y)) < tolerance
    }

    #[test]
    fn the_logarithm_undoes_the_exponential() {
        let mut rng = Rng::stream(1, "test");
        for _ in 0..1_000 {
            let (x, y) = (uniform(&mut rng), uniform(&mut rng));
            let v = log_map(x, y);
            assert!(dot(v, x).abs() < 1e-12, "tangent");
            assert!((length(v) - distance(x, y)).abs() < 1e-12, "length");
            assert!(near(exp_map(x, v), y, 1e-9));
            let middle = geodesic(x, y, 0.5);
            assert!((distance(x, middle) - distance(middle, y)).abs() < 1e-9, "half way");
        }
        let x = [0.0, 0.0, 1.0];
        assert!(near(log_map(x, x), [0.0; 3], 1e-300) && near(exp_map(x, [0.0; 3]), x, 1e-300));
    }

    #[test]
    fn the_density_of_the_paths_is_normalised_at_every_time() {
        for left in [1.0, 0.6, 0.2, 0.05] {
            // Integral over the sphere of a density that depends on the angle alone.
            let cells = 20_000;
            let step = PI * left / f64::from(cells);
            let mass: f64 = (0..cells)
                .map(|i| (f64::from(i) + 0.5) * step)
                .map(|angle| path_density(angle, left) * TAU * libm::sin(angle) * step)
                .sum();
            assert!((mass - 1.0).abs() < 1e-6, "{left}: {mass}");
        }
    }

    #[test]
    fn the_marginal_velocity_is_the_mean_of_the_conditional_ones() {
        // Among simulated pairs, those that pass near x at time t have the field's mean velocity.
        let mut rng = Rng::stream(3, "test");
        let targets = vec![[1.0, 0.0, 0.0], [0.0, 0.6, 0.8], [0.0, -1.0, 0.0]];
        let field = SphereField::new(targets.clone()).unwrap();
        let (t, x) = (0.4, normalised([0.5, 0.3, 0.6]));
        let (mut count, mut sum) = (0.0, [0.0; 3]);
        for _ in 0..400_000 {
            let (x0, x1) = (uniform(&mut rng), targets[rng.below(3)]);
            let here = geodesic(x0, x1, t);
            if distance(here, x) < 0.08 {
                count += 1.0;
                sum = add(sum, scale(1.0 / (1.0 - t), log_map(here, x1)));
            }
        }
        let (mean, exact) = (scale(1.0 / count, sum), field.velocity(t, x));
        assert!(count > 300.0 && near(mean, exact, 0.08), "{mean:?} {exact:?} from {count}");
    }

    #[test]
    fn the_flow_carries_the_uniform_sphere_onto_the_caps() {
        let mut rng = Rng::stream(1, "test");
        let field = SphereField::new(FourCaps.sample(&mut rng, 200)).unwrap();
        let starts: Vec<_> = (0..400).map(|_| uniform(&mut rng)).collect();
        let states = field.integrate(40, &starts).unwrap();
        assert_eq!(states.len(), 41);
        let mut counts = [0_u32; 4];
        for &x in &states[40] {
            assert!((length(x) - 1.0).abs() < 1e-12, "on the sphere");
            if let Some(mode) = FourCaps.mode_at(x) {
                counts[mode] += 1;
            }
        }
        assert!(counts.iter().sum::<u32>() >= 390, "hits {counts:?}");
        assert!(counts.iter().all(|&count| (65..140).contains(&count)), "masses {counts:?}");
    }

    #[test]
    fn caps_hold_what_the_hit_test_says() {
        let mut rng = Rng::stream(1, "test");
        let points = FourCaps.sample(&mut rng, 10_000);
        let hits = points.iter().filter(|&&x| FourCaps.mode_at(x).is_some()).count();
        assert!((9_870..9_930).contains(&hits), "{hits} of 10000");
    }

    #[test]
    fn bad_points_are_refused() {
        let refused = |points: Vec<[f64; 3]>| SphereField::new(points).unwrap_err().to_string();
        assert!(refused(vec![]).starts_with("targets is empty"));
        assert!(refused(vec![[1.0, 0.0, 0.0], [0.5, 0.0, 0.0]]).starts_with("targets[1] is"));
        assert!(refused(vec![[f64::NAN, 0.0, 0.0]]).starts_with("targets[0] is"));
        let field = SphereField::new(vec![[1.0, 0.0, 0.0]]).unwrap();
        assert!(field.integrate(0, &[[0.0, 1.0, 0.0]]).unwrap_err().to_string().starts_with("steps is 0"));
    }
}
