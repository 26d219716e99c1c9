//! Adam (Kingma and Ba 2015) and the moving average of the weights, over flat slices.

use crate::simd::F32x4;

/// The numbers of one step of Adam, with the corrections for the moments' start at zero worked in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStep {
    /// Decays of the first and the second moment.
    keep: [f32; 2],
    /// One minus those.
    take: [f32; 2],
    /// Learning rate times sqrt(1 - keep[1]^n) / (1 - keep[0]^n).
    rate: f32,
    /// Epsilon times sqrt(1 - keep[1]^n).
    epsilon: f32,
}

impl AdamStep {
    /// The n-th step, counted from 1, of Adam with the usual decays 0.9 and 0.999 and epsilon 1e-8.
    pub fn new(n: u64, learning_rate: f64) -> Self {
        Self::with(n, learning_rate, [0.9, 0.999], 1e-8)
    }

    /// The n-th step, counted from 1, with these decays of the moments and this epsilon.
    ///
    /// Equal to dividing the first moment by 1 - `betas[0]`^n and the second by 1 - `betas[1]`^n,
    /// with `epsilon` added to the root of the latter.
    pub fn with(n: u64, learning_rate: f64, betas: [f64; 2], epsilon: f64) -> Self {
        let [first, second] = betas.map(|beta| 1.0 - power(beta, n));
        let root = second.sqrt();
        Self {
            keep: betas.map(|beta| beta as f32),
            take: betas.map(|beta| (1.0 - beta) as f32),
            rate: (learning_rate * root / first) as f32,
            epsilon: (epsilon * root) as f32,
        }
    }

    /// Moves the parameters one step along the `gradient` and updates both moments.
    ///
    /// # Panics
    /// If the slices differ in length.
    #[inline(never)]
    pub fn apply(&self, parameters: &mut [f32], gradient: &[f32], moments: [&mut [f32]; 2]) {
        let [first, second] = moments;
        let count = parameters.len();
        assert!(
            [gradient.len(), first.len(), second.len()] == [count; 3],
            "a gradient and two moments for each of {count} parameters"
        );
        let (parameters, parameters_end) = parameters.as_chunks_mut::<4>();
        let (gradient, gradient_end) = gradient.as_chunks::<4>();
        let (first, first_end) = first.as_chunks_mut::<4>();
        let (second, second_end) = second.as_chunks_mut::<4>();
        for (((p, g), m), v) in parameters.iter_mut().zip(gradient).zip(first).zip(second) {
            [*p, *m, *v] = self.update([*p, *g, *m, *v].map(F32x4::from_array)).map(F32x4::to_array);
        }
        for (((p, g), m), v) in parameters_end.iter_mut().zip(gradient_end).zip(first_end).zip(second_end) {
            [*p, *m, *v] = self.update([*p, *g, *m, *v].map(F32x4::splat)).map(|x| x.to_array()[0]);
        }
    }

    /// Parameter, gradient and both moments before the step; parameter and moments after it.
    #[inline(always)]
    fn update(&self, [p, g, m, v]: [F32x4; 4]) -> [F32x4; 3] {
        let [keep_m, keep_v] = self.keep.map(F32x4::splat);
        let [take_m, take_v] = self.take.map(F32x4::splat);
        let m = keep_m * m + take_m * g;
        let v = keep_v * v + take_v * (g * g);
        let p = p - F32x4::splat(self.rate) * m / (v.sqrt() + F32x4::splat(self.epsilon));
        [p, m, v]
    }
}

/// Moves each of `averages` towards its parameter: `decay` times itself plus 1 - `decay` times the
/// parameter.
///
/// # Panics
/// If the slices differ in length.
pub fn average(averages: &mut [f32], parameters: &[f32], decay: f32) {
    assert_eq!(averages.len(), parameters.len(), "an average for every parameter");
    let take = 1.0 - decay;
    for (average, parameter) in averages.iter_mut().zip(parameters) {
        *average = decay * *average + take * parameter;
    }
}

/// x to the n by repeated squaring: the same bits on every machine, which `powi` does not promise.
fn power(mut x: f64, mut n: u64) -> f64 {
    let mut result = 1.0;
    while n > 0 {
        if n % 2 == 1 {
            result *= x;
        }
        x *= x;
        n /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;

    #[test]
    fn steps_follow_the_paper() {
        let (count, rate) = (11, 8e-3);
        let mut parameters = numbers(1, count);
        let mut moments = [vec![0.0_f32; count], vec![0.0; count]];
        let mut exact: Vec<[f64; 3]> = parameters.iter().map(|&p| [f64::from(p), 0.0, 0.0]).collect();
        for n in 1..=50 {
            let gradient = numbers(100 + n, count);
            let [first, second] = &mut moments;
            AdamStep::new(n, rate).apply(&mut parameters, &gradient, [first, second]);
            for ([p, m, v], &g) in exact.iter_mut().zip(&gradient) {
                let g = f64::from(g);
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                let m = *m / (1.0 - 0.9_f64.powi(n as i32));
                let v = *v / (1.0 - 0.999_f64.powi(n as i32));
                *p -= rate * m / (v.sqrt() + 1e-8);
            }
        }
        for (at, (got, [exact, ..])) in parameters.iter().zip(exact).enumerate() {
            assert!((f64::from(*got) - exact).abs() < 1e-6, "parameter {at}: {got} instead of {exact}");
        }
    }

    #[test]
    fn a_zero_gradient_moves_nothing() {
        let mut parameters = [1.0, -2.0, 3.0, 4.0, 5.0];
        AdamStep::new(1, 0.1).apply(&mut parameters, &[0.0; 5], [&mut [0.0; 5], &mut [0.0; 5]]);
        assert_eq!(parameters, [1.0, -2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn averages_move_by_their_share() {
        let mut averages = [1.0, 2.0, 0.0];
        average(&mut averages, &[3.0, 2.0, -4.0], 0.75);
        assert_eq!(averages, [1.5, 2.0, -1.0]);
    }

    #[test]
    fn powers_match_the_logarithm() {
        for (x, n) in [(0.9, 0), (0.9, 1), (0.999, 1_000), (0.999, 4_000)] {
            assert!((power(x, n) - libm::pow(x, n as f64)).abs() < 1e-13);
        }
    }
}
