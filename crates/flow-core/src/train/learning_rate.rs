//! How the learning rate changes with the training step.

use crate::config::Decay;

/// The first steps run at a fraction of the rate: Adam's estimates of the gradient's size are
/// still noise there.
pub(crate) const WARM_UP_STEPS: f64 = 40.0;

/// The same for a planned end, as a share of the way there.
pub(crate) const WARM_UP_SHARE: f64 = 0.02;

/// At step n the average keeps n of n and this many parts of what it was.
pub(crate) const AVERAGE_DELAY: u64 = 9;

/// The learning rate of training step `step` (counted from 1).
pub fn learning_rate(peak: f64, decay: Decay, step: u64) -> f64 {
    let step = step as f64;
    match decay {
        Decay::Constant => peak * (step / WARM_UP_STEPS).min(1.0),
        Decay::Power { steps, exponent } => {
            peak * (step / WARM_UP_STEPS).min(1.0) * libm::pow(1.0 + step / steps as f64, -exponent)
        }
        Decay::Cosine { steps } => {
            let planned = steps as f64;
            let warm_up = (WARM_UP_SHARE * planned).max(1.0);
            let angle = std::f64::consts::PI * ((step - 1.0) / planned).min(1.0);
            peak * (step / warm_up).min(1.0) * 0.5 * (1.0 + libm::cos(angle))
        }
    }
}

/// The decay of the learning rate in a round with these planned steps.
pub fn decay_of_round(decay: Decay, training_steps: Option<u64>) -> Decay {
    match (decay, training_steps) {
        (Decay::Cosine { .. }, Some(steps)) => Decay::Cosine { steps },
        _ => decay,
    }
}

/// Where step `step` of a round is in the fall of its learning rate. A round may go on for longer than
/// anybody has planned: a cosine that has ended begins anew (Loshchilov and Hutter 2017, arXiv 1608.03983).
pub fn place_in_fall(decay: Decay, step: u64) -> u64 {
    decay.planned_end().map_or(step, |end| (step - 1) % end + 1)
}

/// The decay of the weights' moving average at training step `step` (counted from 1): its window
/// grows with the past, to a tenth of it, until `largest` bounds it.
pub fn average_decay(largest: f64, step: u64) -> f64 {
    let step = step as f64;
    largest.min(step / (step + AVERAGE_DELAY as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_warm_up_and_fall() {
        let rate = |decay, step| learning_rate(0.1, decay, step);
        let root = Decay::Power { steps: 100, exponent: 0.5 };
        let cosine = Decay::Cosine { steps: 1000 };
        assert!((rate(Decay::Constant, 1) - 0.1 / 40.0).abs() < 1e-12);
        assert!((rate(Decay::Constant, 9000) - 0.1).abs() < 1e-12);
        assert!((rate(root, 300) - 0.05).abs() < 1e-12);
        assert!((rate(cosine, 501) - 0.05).abs() < 1e-12);
        assert!(rate(cosine, 1000) < 1e-6 && rate(cosine, 5000) < 1e-6);
        assert!(rate(Decay::Cosine { steps: 1 }, 1) > 0.0);
    }

    #[test]
    fn a_round_goes_on_for_as_long_as_it_likes() {
        for entry in Decay::ENTRIES {
            let decay = decay_of_round(entry.value, Some(1000));
            let rate = |step| learning_rate(0.1, decay, place_in_fall(decay, step));
            assert!((1..=1000).all(|step| rate(step).to_bits() == learning_rate(0.1, decay, step).to_bits()));
            let rest = (1001..=2000).map(rate).sum::<f64>() / 1000.0;
            assert!(rest > 0.01, "{}: {rest}", entry.name);
        }
        let own = decay_of_round(Decay::Cosine { steps: 200 }, Some(1000));
        assert_eq!(own, Decay::Cosine { steps: 1000 });
        assert_eq!(decay_of_round(own, None), own);
    }

    #[test]
    fn the_average_begins_with_the_newest_and_grows_long() {
        assert!((average_decay(0.998, 1) - 0.1).abs() < 1e-12);
        assert!((average_decay(0.998, 91) - 0.91).abs() < 1e-12);
        assert!((average_decay(0.998, 1_000_000) - 0.998).abs() < 1e-12);
        assert!(average_decay(0.0, 100).abs() < 1e-12, "0 switches it off");
    }
}
