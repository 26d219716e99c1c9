//! Drawing training pairs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Coupling;
use crate::assignment::{Guide, assign};
use crate::distribution::Distribution;
use crate::{Error, Result, Rng};

/// Pairs of noise and data with the mode of each datum: three lists of one length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pairs {
    /// Noise, at t = 0.
    pub x0: Vec<[f32; 2]>,
    /// Data, at t = 1.
    pub x1: Vec<[f32; 2]>,
    /// The mode of `x1`, for class conditioning.
    pub labels: Vec<usize>,
}

impl Pairs {
    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.x0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.x0.is_empty()
    }

    /// # Errors
    /// [`Error::Invalid`] when the lists differ in length or a coordinate is not finite.
    fn check(&self) -> Result<()> {
        let count = self.len();
        if self.x1.len() != count || self.labels.len() != count {
            let lengths = format!("{count}, {} and {} long", self.x1.len(), self.labels.len());
            return Err(Error::invalid("pairs", lengths, "lists x0, x1 and labels of one length"));
        }
        let not_finite = |p: &&[f32; 2]| !p.iter().all(|x| x.is_finite());
        if let Some(point) = self.x0.iter().chain(&self.x1).find(not_finite) {
            return Err(Error::invalid("pairs", format!("with the point {point:?}"), "finite"));
        }
        Ok(())
    }

    /// `count` pairs drawn with replacement.
    fn draw(&self, rng: &mut Rng, count: usize) -> Self {
        let rows: Vec<usize> = (0..count).map(|_| rng.below(self.len())).collect();
        Self {
            x0: rows.iter().map(|&row| self.x0[row]).collect(),
            x1: rows.iter().map(|&row| self.x1[row]).collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
        }
    }

    /// Writes `other` over the pairs from `start` on, growing as needed.
    fn overwrite(&mut self, start: usize, other: &Self) {
        let end = start + other.len();
        self.x0.resize(self.x0.len().max(end), [0.0; 2]);
        self.x1.resize(self.x1.len().max(end), [0.0; 2]);
        self.labels.resize(self.labels.len().max(end), 0);
        self.x0[start..end].copy_from_slice(&other.x0);
        self.x1[start..end].copy_from_slice(&other.x1);
        self.labels[start..end].copy_from_slice(&other.labels);
    }
}

/// No training draws more batches; a count above it is damaged, and might not be counted on from.
const MOST_BATCHES: u64 = 1 << 53;

/// Points of each side that a guide is learnt from.
const GUIDE_POINTS: usize = 256;

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

/// What pairs are drawn from, and how they are paired.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    pub(super) coupling: Coupling,
    pub(super) source: Arc<dyn Distribution>,
    pub(super) target: Arc<dyn Distribution>,
    pub(super) is_per_class: bool,
    /// Speeds up the assignments of whole batches.
    guide: Option<Guide>,
}

impl Ends {
    fn new(coupling: Coupling, source: Arc<dyn Distribution>, target: Arc<dyn Distribution>) -> Self {
        let guide = matches!(coupling, Coupling::MinibatchOt { .. }).then(|| {
            // Its points follow from the distributions alone, so that a restored pairing has the same guide.
            let mut rng = Rng::stream(0, "pairs: guide");
            let [data, noise] = [&target, &source].map(|ends| ends.sample_evenly(&mut rng, GUIDE_POINTS).0);
            Guide::new(&data, &noise)
        });
        Self { coupling, source, target, is_per_class: false, guide }
    }

    /// How many pairs the pool holds once so many batches were drawn.
    fn pool_size(&self, batches_drawn: u64) -> u64 {
        let Coupling::MinibatchOt { batch_size, reuse, pool, .. } = self.coupling else { return 0 };
        batches_drawn.div_ceil(reuse as u64).min(pool as u64) * batch_size as u64
    }

    /// A fresh batch of `count` pairs.
    fn pair(&self, state: &mut PairingState, count: usize) -> Pairs {
        let is_even = matches!(self.coupling, Coupling::MinibatchOt { even: true, .. });
        let draw = |from: &dyn Distribution, rng: &mut Rng| {
            if is_even { from.sample_evenly(rng, count) } else { from.sample_labelled(rng, count) }
        };
        let (x1, labels) = draw(&*self.target, &mut state.target);
        let (mut x0, _) = draw(&*self.source, &mut state.source);
        match self.coupling {
            Coupling::Independent => Pairs { x0, x1, labels },
            Coupling::MinibatchOt { .. } if self.is_per_class => {
                // Even draws come mode by mode, on both sides.
                shuffle(&mut x0, &mut state.source);
                assign_per_class(&x0, x1, labels)
            }
            Coupling::MinibatchOt { .. } => {
                let partners =
                    self.guide.as_ref().map_or_else(|| assign(&x1, &x0), |guide| guide.assign(&x1, &x0));
                Pairs { x0: partners.iter().map(|&partner| x0[partner]).collect(), x1, labels }
            }
        }
    }
}

/// Everything in a [`Pairing`] that changes as pairs are drawn, for checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairingState {
    source: Rng,
    target: Rng,
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

/// Puts `points` in random order (Fisher and Yates 1938; Durstenfeld 1964, *Commun. ACM* 7:420).
fn shuffle(points: &mut [[f32; 2]], rng: &mut Rng) {
    for last in (1..points.len()).rev() {
        points.swap(last, rng.below(last + 1));
    }
}

/// Pairs noise with data by the cheapest assignment within each class, in the order of the data.
/// The noise has to be in random order: row i then knows nothing of the class of row i, so it may
/// as well belong to it.
fn assign_per_class(x0: &[[f32; 2]], x1: Vec<[f32; 2]>, labels: Vec<usize>) -> Pairs {
    let mut paired = x0.to_vec();
    let class_count = labels.iter().max().map_or(0, |largest| largest + 1);
    for class in 0..class_count {
        let rows: Vec<usize> = (0..x1.len()).filter(|&row| labels[row] == class).collect();
        let data: Vec<_> = rows.iter().map(|&row| x1[row]).collect();
        let noise: Vec<_> = rows.iter().map(|&row| x0[row]).collect();
        for (&row, partner) in rows.iter().zip(assign(&data, &noise)) {
            paired[row] = noise[partner];
        }
    }
    Pairs { x0: paired, x1, labels }
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
            let source = preset.value.build();
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
