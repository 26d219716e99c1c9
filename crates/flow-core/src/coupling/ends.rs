//! Fresh pairs: draws of both ends, and the assignment of one to the other.

use std::sync::Arc;

use super::classes::{assign_within, rows_of_classes};
use super::{Coupling, PairingState, Pairs};
use crate::Rng;
use crate::assignment::{Guide, assign};
use crate::distribution::Distribution;

/// Points of each side that a guide is learnt from.
const GUIDE_POINTS: usize = 256;

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
    pub(super) fn new(
        coupling: Coupling,
        source: Arc<dyn Distribution>,
        target: Arc<dyn Distribution>,
    ) -> Self {
        let guide = matches!(coupling, Coupling::MinibatchOt { .. }).then(|| {
            // Its points follow from the distributions alone, so that a restored pairing has the same guide.
            let mut rng = Rng::stream(0, "pairs: guide");
            let [data, noise] = [&target, &source].map(|ends| ends.sample_evenly(&mut rng, GUIDE_POINTS).0);
            Guide::new(&data, &noise)
        });
        Self { coupling, source, target, is_per_class: false, guide }
    }

    /// How many pairs the pool holds once so many batches were drawn.
    pub(super) fn pool_size(&self, batches_drawn: u64) -> u64 {
        let Coupling::MinibatchOt { batch_size, reuse, pool, .. } = self.coupling else { return 0 };
        batches_drawn.div_ceil(reuse as u64).min(pool as u64) * batch_size as u64
    }

    /// A fresh batch of `count` pairs.
    pub(super) fn pair(&self, state: &mut PairingState, count: usize) -> Pairs {
        let is_even = matches!(self.coupling, Coupling::MinibatchOt { even: true, .. });
        let draw = |from: &dyn Distribution, rng: &mut Rng| {
            if is_even { from.sample_evenly(rng, count) } else { from.sample_labelled(rng, count) }
        };
        let (x1, labels) = draw(&*self.target, &mut state.target);
        let (x0, _) = draw(&*self.source, &mut state.source);
        match self.coupling {
            Coupling::Independent => Pairs { x0, x1, labels },
            Coupling::MinibatchOt { .. } if self.is_per_class => {
                // Even draws come mode by mode, on both sides. In random order noise number i knows
                // nothing of the class of datum i, so it may as well belong to it.
                let order = state.source.order(count);
                let x0: Vec<_> = order.iter().map(|&row| x0[row]).collect();
                let partners = assign_within(&rows_of_classes(&labels), &x1, &x0);
                Pairs { x0: partners.iter().map(|&partner| x0[partner]).collect(), x1, labels }
            }
            Coupling::MinibatchOt { .. } => {
                let partners =
                    self.guide.as_ref().map_or_else(|| assign(&x1, &x0), |guide| guide.assign(&x1, &x0));
                Pairs { x0: partners.iter().map(|&partner| x0[partner]).collect(), x1, labels }
            }
        }
    }
}
