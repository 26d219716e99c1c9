//! Points that are drawn where a field's conditional paths are at some time.

use flow_core::{Rng, coupling::Pairing};

use crate::{failure::Failure, field::Field};

/// `count` points at time `t` of the paths that belong to `field`: at 0 the source's, later those
/// between the ends of pairs made as its coupling says. They come from the random streams of `seed`.
pub fn drawn(field: &Field, t: f64, count: usize, seed: u64) -> Result<Vec<[f64; 2]>, Failure> {
    let config = field.config();
    let source = config.source.build("source")?;
    let noise = source.sample(&mut Rng::stream(seed, "particles"), count);
    let widened = |x: [f32; 2]| x.map(f64::from);
    if t == 0.0 {
        return Ok(noise.into_iter().map(widened).collect());
    }
    let refused = |reason: &str| {
        Failure::input(
            "--from",
            t,
            format!("0 for points that are drawn ({reason}); `flow sample --starts` takes others"),
        )
    };
    let (path, class_count) = match field {
        Field::Exact(..) => (config.path(0), 0),
        Field::Shown(_) if config.sampling.guidance.is_some() => {
            return Err(refused("a guided flow follows no path of distributions"));
        }
        Field::Shown(experiment) => (experiment.path(), experiment.class_count()),
    };
    let Some(coupling) = path.coupling else {
        return Err(refused("a later round’s paths join pairs that a network made"));
    };
    let mut pairing = Pairing::new(coupling, source, config.target.build("target")?, seed)?;
    if class_count > 0 {
        pairing = pairing.per_class();
    }
    let data = pairing.partners_of(&noise, &mut Rng::stream(seed, "partners"))?;
    let at = path.schedule.at(t);
    let between = |(x0, x1)| {
        let [x0, x1] = [x0, x1].map(widened);
        std::array::from_fn(|axis| at.alpha * x1[axis] + at.sigma * x0[axis])
    };
    Ok(noise.into_iter().zip(data).map(between).collect())
}
