//! Drawing training pairs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ends::Ends;
use super::{Coupling, Pairs};
use crate::distribution::Distribution;
use crate::{Error, Result, Rng};

/// No training draws more batches; a count above it is damaged, and might not be counted on from.
const MOST_BATCHES: u64 = 1 << 53;

/// An endless supply of training pairs.
///
/// ```
/// use flow_core::{coupling::{Coupling, Pairing}, distribution::DistributionSpec};
/// let source = DistributionSpec::preset("gaussian").build("source")?;
/// let target = DistributionSpec::preset("five-modes").build("target")?;
/// let mut pairing = Pairing::new(Coupling::MINIBATCH_OT, source, target, 1)?;
/// assert_eq!(pairing.next_batch(128).len(), 128);
/// # Ok::<(), flow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pairing {
    pub(super) rule: Rule,
    state: PairingState,
}

#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// Drawn afresh, then paired.
    Drawn(Ends),
    /// Drawn from a fixed set.
    Fixed,
}

/// Everything in a [`Pairing`] that changes as pairs are drawn, for checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairingState {
    pub(super) source: Rng,
    pub(super) target: Rng,
    picks: Rng,
    batches_drawn: u64,
    /// Pairs to pick from: assigned batches, or the fixed set.
    pool: Pairs,
}

impl Pairing {
    /// Pairs of `source` and `target` under `coupling`, from the random streams of `seed`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the coupling's sizes are out of range.
    pub fn new(
        coupling: Coupling,
        source: Arc<dyn Distribution>,
        target: Arc<dyn Distribution>,
        seed: u64,
    ) -> Result<Self> {
        coupling.validate("coupling")?;
        let rule = Rule::Drawn(Ends::new(coupling, source, target));
        Ok(Self { rule, state: PairingState::new(seed, Pairs::default()) })
    }

    /// Pairs drawn at random from a fixed set: what reflow and distillation train on.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the set is empty, its lists differ in length, or a coordinate is
    /// not finite.
    pub fn fixed(pairs: Pairs, seed: u64) -> Result<Self> {
        if pairs.is_empty() {
            return Err(Error::invalid("pairs", "an empty list", "at least one pair"));
        }
        pairs.check()?;
        Ok(Self { rule: Rule::Fixed, state: PairingState::new(seed, pairs) })
    }

    /// Solves every assignment within each class (mode of the target) separately, which a network
    /// conditioned on the class needs: otherwise the noise that reaches it depends on the class
    /// (Cheng and Schwing 2025, arXiv 2503.10636). Nothing changes for other couplings.
    #[must_use]
    pub fn per_class(mut self) -> Self {
        if let Rule::Drawn(ends) = &mut self.rule {
            ends.is_per_class = true;
        }
        self
    }

    /// Draws the next `count` pairs.
    pub fn next_batch(&mut self, count: usize) -> Pairs {
        let state = &mut self.state;
        let batch = match &self.rule {
            Rule::Fixed => state.pool.draw(&mut state.picks, count),
            Rule::Drawn(ends) => match ends.coupling {
                Coupling::Independent => ends.pair(state, count),
                Coupling::MinibatchOt { batch_size, reuse, pool, .. } => {
                    // Growth follows the number of batches drawn, never a clock: same seed, same pairs.
                    let (round, is_due) = (
                        state.batches_drawn / reuse as u64,
                        state.batches_drawn.is_multiple_of(reuse as u64),
                    );
                    if is_due {
                        let assigned = ends.pair(state, batch_size);
                        state.pool.overwrite((round % pool as u64) as usize * batch_size, &assigned);
                    }
                    state.pool.draw(&mut state.picks, count)
                }
            },
        };
        state.batches_drawn += 1;
        batch
    }

    /// `count` batches of `size` pairs, each paired on its own, one after the other.
    pub(crate) fn whole_batches(&mut self, count: usize, size: usize) -> Pairs {
        let mut all = Pairs::default();
        for _ in 0..count {
            let batch = match &self.rule {
                Rule::Fixed => self.next_batch(size),
                Rule::Drawn(ends) => ends.pair(&mut self.state, size),
            };
            all.overwrite(all.len(), &batch);
        }
        all
    }

    /// The pairs that batches are picked from: assigned batches so far, or the fixed set. Empty
    /// where pairs are drawn afresh.
    pub fn pool(&self) -> &Pairs {
        &self.state.pool
    }

    /// The state to keep in a checkpoint.
    pub fn state(&self) -> &PairingState {
        &self.state
    }

    /// Continues from a kept state; the pairs that follow are those that would have followed.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the state's pool is not what this pairing would have drawn so far.
    pub fn restore(&mut self, state: PairingState) -> Result<()> {
        let refuse = |reason: String| Err(Error::Checkpoint(format!("the pool of training pairs {reason}")));
        if let Err(error) = state.pool.check() {
            return refuse(format!("is none: {error}"));
        }
        let count = state.pool.len();
        if state.batches_drawn > MOST_BATCHES {
            return refuse(format!("is said to follow {} batches", state.batches_drawn));
        }
        match &self.rule {
            Rule::Fixed if count == 0 => return refuse("is empty".to_owned()),
            Rule::Fixed => {}
            Rule::Drawn(ends) => {
                let expected = ends.pool_size(state.batches_drawn);
                if count as u64 != expected {
                    return refuse(format!("has {count} pairs instead of {expected}"));
                }
                let classes = ends.target.mode_count();
                if let Some(label) = state.pool.labels.iter().find(|&&label| label >= classes) {
                    return refuse(format!("has the class {label} of {classes}"));
                }
            }
        }
        self.state = state;
        Ok(())
    }
}

impl PairingState {
    fn new(seed: u64, pool: Pairs) -> Self {
        Self {
            source: Rng::stream(seed, "pairs: source"),
            target: Rng::stream(seed, "pairs: target"),
            picks: Rng::stream(seed, "pairs: picks"),
            batches_drawn: 0,
            pool,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assignment::total_cost;
    use crate::distribution::{DistributionSpec, PRESETS};
    use crate::metric::energy_distance;

    fn pairing(coupling: Coupling) -> Pairing {
        let build = |name: &str| DistributionSpec::preset(name).build("spec").unwrap();
        Pairing::new(coupling, build("gaussian"), build("five-modes"), 3).unwrap()
    }

    const OT: Coupling = Coupling::MinibatchOt { batch_size: 64, reuse: 2, pool: 3, even: false };

    fn mean_cost(pairs: &Pairs) -> f64 {
        let identity: Vec<usize> = (0..pairs.len()).collect();
        total_cost(&pairs.x0, &pairs.x1, &identity) / pairs.len() as f64
    }

    #[test]
    fn every_coupling_keeps_both_ends() {
        let build = |name: &str| DistributionSpec::preset(name).build("spec").unwrap();
        let (source, target) = (build("ring"), build("two-moons"));
        let mut rng = Rng::stream(9, "test");
        let (noise, data) = (source.sample(&mut rng, 2000), target.sample(&mut rng, 2000));
        for entry in Coupling::ENTRIES {
            for is_per_class in [false, true] {
                let pairing = Pairing::new(entry.value, source.clone(), target.clone(), 1).unwrap();
                let mut pairing = if is_per_class { pairing.per_class() } else { pairing };
                let pairs = pairing.whole_batches(8, 256);
                // Twice the mean energy distance of two samples of 2,000.
                let (at_0, at_1) =
                    (energy_distance(&pairs.x0, &noise).unwrap(), energy_distance(&pairs.x1, &data).unwrap());
                assert!(at_0 < 0.004 && at_1 < 0.006, "{}: {at_0} {at_1}", entry.name);
                let modes = pairs.x1.iter().map(|x| target.mode_at(x.map(f64::from)));
                let agreeing =
                    modes.zip(&pairs.labels).filter(|(mode, label)| *mode == Some(**label)).count();
                assert!(agreeing > 1980, "{}: {agreeing} labels of 2048", entry.name);
            }
        }
    }

    #[test]
    fn optimal_transport_pairs_are_short() {
        // E|x1 - x0|^2 is 2 + 4.08 when independent; the transport cost is 0.97 and the bias of 64
        // points adds about 0.2.
        let mut independent = pairing(Coupling::Independent);
        let mut transport = pairing(OT);
        let cost =
            |pairing: &mut Pairing| (0..20).map(|_| mean_cost(&pairing.next_batch(256))).sum::<f64>() / 20.0;
        assert!((cost(&mut independent) - 6.08).abs() < 0.2);
        let cost = cost(&mut transport);
        assert!((0.8..1.6).contains(&cost), "{cost}");
    }

    #[test]
    fn the_pool_grows_by_the_count_of_batches_and_then_renews_itself() {
        let mut pairing = pairing(OT);
        let mut sizes = Vec::new();
        for _ in 0..8 {
            pairing.next_batch(10);
            sizes.push(pairing.state.pool.len());
        }
        assert_eq!(sizes, [64, 64, 128, 128, 192, 192, 192, 192]);
        let before = pairing.state.pool.clone();
        pairing.next_batch(10);
        let after = &pairing.state.pool;
        assert_ne!(before.x1[64..128], after.x1[64..128], "slot 4 mod 3 is renewed");
        assert_eq!(before.x1[..64], after.x1[..64]);
        assert_eq!(before.x1[128..], after.x1[128..]);
    }

    #[test]
    fn per_class_noise_does_not_depend_on_the_class() {
        let target = DistributionSpec::preset("five-modes").build("target").unwrap();
        for preset in PRESETS.iter().filter(|preset| preset.value.is_source) {
            let source = preset.value.distribution();
            let ([left, up], deviation) = (source.mean(), source.standard_deviation());
            for even in [false, true] {
                let coupling = Coupling::MinibatchOt { batch_size: 256, reuse: 1, pool: 1, even };
                let pairing = Pairing::new(coupling, source.clone(), target.clone(), 3).unwrap();
                let pairs = pairing.per_class().whole_batches(40, 256);
                let mut sums = [[0.0_f64; 3]; 5];
                for (x0, &label) in pairs.x0.iter().zip(&pairs.labels) {
                    sums[label][0] += f64::from(x0[0]) - left;
                    sums[label][1] += f64::from(x0[1]) - up;
                    sums[label][2] += 1.0;
                }
                // About 2,000 points in a class: five standard errors.
                for [x, y, count] in sums {
                    let offset = libm::hypot(x, y) / count / deviation;
                    assert!(offset < 0.12, "{} (even: {even}): {offset}", preset.name);
                }
            }
        }
    }

    #[test]
    fn a_restored_state_continues_bit_for_bit() {
        for coupling in [Coupling::Independent, OT] {
            let mut original = pairing(coupling);
            (0..5).for_each(|_| drop(original.next_batch(30)));
            let text = serde_json::to_string(original.state()).unwrap();
            let mut copy = pairing(coupling);
            copy.restore(serde_json::from_str(&text).unwrap()).unwrap();
            for _ in 0..5 {
                assert_eq!(original.next_batch(30), copy.next_batch(30));
            }
        }
    }

    #[test]
    fn a_state_that_does_not_fit_is_refused() {
        let mut original = pairing(OT);
        (0..5).for_each(|_| drop(original.next_batch(30)));
        let fixed = Pairing::fixed(original.pool().clone(), 1).unwrap();
        let changes: [fn(&mut PairingState); 5] = [
            |state| state.pool = Pairs::default(),
            |state| state.pool.x1.truncate(9),
            |state| state.pool.x0[3] = [0.0, f32::NAN],
            |state| state.pool.labels[0] = 5,
            |state| state.batches_drawn = 1,
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut state = original.state().clone();
            change(&mut state);
            let refused = |mut pairing: Pairing| matches!(pairing.restore(state.clone()), Err(Error::Checkpoint(reason)) if reason.len() > 30);
            assert!(refused(pairing(OT)), "change {index}");
            assert_eq!(refused(pairing(Coupling::Independent)), index > 0, "change {index}");
            assert_eq!(refused(fixed.clone()), index < 3, "change {index}");
        }
    }

    #[test]
    fn fixed_pairs_are_kept_together() {
        let pairs =
            Pairs { x0: vec![[1.0, 0.0], [2.0, 0.0]], x1: vec![[1.0, 5.0], [2.0, 5.0]], labels: vec![0, 1] };
        let batch = Pairing::fixed(pairs.clone(), 1).unwrap().next_batch(50);
        assert!(batch.x0.iter().zip(&batch.x1).all(|(a, b)| a[0].to_bits() == b[0].to_bits()));
        assert!(batch.labels.contains(&0) && batch.labels.contains(&1));
        assert!(Pairing::fixed(Pairs::default(), 1).is_err());
        assert!(Pairing::fixed(Pairs { labels: vec![0], ..pairs }, 1).is_err());
    }
}
