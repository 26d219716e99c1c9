//! Data for noise that is given.

use super::{
    Coupling, Pairing,
    classes::{assign_within, rows_of_classes},
    pairing::Rule,
};
use crate::{Error, Result, Rng};

impl Pairing {
    /// For each of `starts`, points of the source, the data that the coupling pairs it with.
    ///
    /// An assignment is over a whole batch: `starts` fills batch after batch, and draws of the source
    /// fill up the last. Of an even batch only the data is drawn evenly, since the noise is given.
    ///
    /// # Errors
    /// [`Error::Unavailable`] for a fixed set of pairs, which has noise of its own.
    pub fn partners_of(&self, starts: &[[f32; 2]], rng: &mut Rng) -> Result<Vec<[f32; 2]>> {
        let Rule::Drawn(ends) = &self.rule else {
            return Err(Error::unavailable("data for given noise", "fixed pairs bring their own noise"));
        };
        let Coupling::MinibatchOt { batch_size, even, .. } = ends.coupling else {
            return Ok(ends.target.sample(rng, starts.len()));
        };
        let mut partners = Vec::with_capacity(starts.len());
        for given in starts.chunks(batch_size) {
            let (data, labels): (Vec<_>, Vec<_>) = if even {
                // Even draws come mode by mode; the given noise must not, neither by its order nor by where it ends.
                let (points, labels) = ends.target.sample_evenly(rng, batch_size);
                let order = rng.order(batch_size);
                (
                    order.iter().map(|&row| points[row]).collect(),
                    order.iter().map(|&row| labels[row]).collect(),
                )
            } else {
                ends.target.sample_labelled(rng, batch_size)
            };
            let mut noise = given.to_vec();
            if given.len() < batch_size {
                noise.extend(ends.source.sample(rng, batch_size - given.len()));
            }
            let classes =
                if ends.is_per_class { rows_of_classes(&labels) } else { vec![(0..batch_size).collect()] };
            let paired = assign_within(&classes, &noise, &data);
            partners.extend(paired[..given.len()].iter().map(|&row| data[row]));
        }
        Ok(partners)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DistributionSpec, coupling::Pairs, metric::energy_distance};

    fn pairing(coupling: Coupling) -> Pairing {
        let build = |name: &str| DistributionSpec::preset(name).build("test").unwrap();
        Pairing::new(coupling, build("gaussian"), build("five-modes"), 3).unwrap()
    }

    fn cost(x0: &[[f32; 2]], x1: &[[f32; 2]]) -> f64 {
        let square =
            |(a, b): (&[f32; 2], &[f32; 2])| f64::from((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2));
        x0.iter().zip(x1).map(square).sum::<f64>() / x0.len() as f64
    }

    /// However few there are, given noise meets the data that it meets in training.
    #[test]
    fn given_noise_meets_the_data_of_the_coupling() {
        for even in [false, true] {
            for is_per_class in [false, true] {
                let coupling = Coupling::MinibatchOt { batch_size: 256, reuse: 1, pool: 1, even };
                let plain = pairing(coupling);
                let mut pairing = if is_per_class { plain.per_class() } else { plain };
                let Pairs { x0, x1, .. } = pairing.whole_batches(8, 256);
                let trained = cost(&x0, &x1);
                let mut rng = Rng::stream(7, "test");
                let (mut noise, mut data) = (vec![], vec![]);
                for count in [30; 60] {
                    let starts: Vec<[f32; 2]> =
                        (0..count).map(|_| rng.normal_pair().map(|x| x as f32)).collect();
                    data.extend(pairing.partners_of(&starts, &mut rng).unwrap());
                    noise.extend(starts);
                }
                let found = cost(&noise, &data);
                let label = format!("even {even}, per class {is_per_class}: {found} {trained}");
                assert!((found / trained - 1.0).abs() < 0.15, "{label}");
                assert!(energy_distance(&data, &x1).unwrap() < 0.01, "{label}");
            }
        }
    }

    #[test]
    fn independent_data_is_drawn_and_fixed_pairs_are_refused() {
        let starts = [[0.0; 2]; 5];
        let mut rng = Rng::stream(1, "test");
        let drawn = pairing(Coupling::Independent).partners_of(&starts, &mut rng).unwrap();
        let target = DistributionSpec::preset("five-modes").build("test").unwrap();
        assert_eq!(drawn, target.sample(&mut Rng::stream(1, "test"), 5));
        let fixed = Pairs { x0: vec![[0.0; 2]], x1: vec![[1.0; 2]], labels: vec![0] };
        assert!(Pairing::fixed(fixed, 1).unwrap().partners_of(&starts, &mut rng).is_err());
    }
}
