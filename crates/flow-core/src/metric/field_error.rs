//! How far a learned field is from the exact one.

use super::Estimate;
use crate::{
    Error, Result, Rng, Scalar,
    distribution::Distribution,
    field::{VelocityField, exact::ExactField},
    scalar::rounded,
};

/// Times at which the fields are compared: the middles of equal parts of [0, 1].
const TIMES: usize = 50;

/// The mean of `|v - u|^2 / 2` over t uniform on [0, 1] and x from the marginal at t: the squared
/// error per axis of `field` against `exact`. For the field of the weights that a training loss is
/// of, it is that loss without its floor; the moving average of the weights is usually nearer.
///
/// `source` and `target` must be the ends of the exact field; `count` points are drawn from each.
///
/// # Errors
/// [`Error::Invalid`] when `count` is below 100 or above a million, and the errors of both fields.
pub fn field_error<F: VelocityField + ?Sized>(
    field: &F,
    exact: &ExactField,
    source: &dyn Distribution,
    target: &dyn Distribution,
    count: usize,
    rng: &mut Rng,
) -> Result<Estimate> {
    if !(100..=1_000_000).contains(&count) {
        return Err(Error::invalid("count", count, "from 100 to 1000000"));
    }
    let per_time = count.div_ceil(TIMES);
    let mut squares = Vec::with_capacity(per_time * TIMES);
    for i in 0..TIMES {
        let t = (i as f64 + 0.5) / TIMES as f64;
        let at = exact.schedule().at(t);
        let (x0, x1) = (source.sample(rng, per_time), target.sample(rng, per_time));
        let points: Vec<[f64; 2]> = x0
            .iter()
            .zip(&x1)
            .map(|(x0, x1)| [0, 1].map(|d| at.alpha * f64::from(x1[d]) + at.sigma * f64::from(x0[d])))
            .collect();
        let places: Vec<[F::Scalar; 2]> = points.iter().copied().map(rounded).collect();
        let mut learned = vec![[F::Scalar::from_f64(0.0); 2]; per_time];
        let mut known = vec![[0.0; 2]; per_time];
        field.velocity(t, &places, &mut learned)?;
        exact.velocity(t, &points, &mut known)?;
        squares.extend(learned.iter().zip(&known).map(|(v, u)| {
            let (dx, dy) = (v[0].to_f64() - u[0], v[1].to_f64() - u[1]);
            0.5 * (dx * dx + dy * dy)
        }));
    }
    Ok(Estimate::of(&squares))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Schedule, distribution::DistributionSpec};

    /// A field that is off by (0.3, 0.4) everywhere.
    struct Shifted<'a>(&'a ExactField);

    impl VelocityField for Shifted<'_> {
        type Scalar = f64;
        fn velocity(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
            self.0.velocity(t, x, out)?;
            for v in out {
                *v = [v[0] + 0.3, v[1] - 0.4];
            }
            Ok(())
        }
    }

    #[test]
    fn a_known_error_is_found() {
        let target = DistributionSpec::preset("checkerboard").build("target").unwrap();
        let source = DistributionSpec::preset("gaussian").build("source").unwrap();
        let exact = ExactField::new(Schedule::Cosine, &*source, &*target).unwrap();
        let mut rng = Rng::stream(1, "test");
        let none = field_error(&exact, &exact, &*source, &*target, 200, &mut rng).unwrap();
        assert!(none.value < 1e-20, "{none:?}");
        let shifted = field_error(&Shifted(&exact), &exact, &*source, &*target, 200, &mut rng).unwrap();
        assert!((shifted.value - 0.125).abs() < 1e-12 && shifted.standard_error < 1e-9, "{shifted:?}");
    }
}
