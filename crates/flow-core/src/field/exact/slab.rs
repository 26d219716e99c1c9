//! One axis of a rectangle smeared by a Gaussian: `x = p y + s w`, y uniform on an interval, w
//! standard normal.
//!
//! Given x, the noise w is a standard normal variable confined to the interval from
//! `(p low - x)/s` to `(p high - x)/s`, up to its sign. Its moments have closed forms that lose all
//! their digits far out in the tail and for a narrow interval, so each regime has its own.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// What is known about y and w given x.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slab {
    /// Log density of x.
    pub log_density: f64,
    /// `E[y | x]`.
    pub mean: f64,
    /// `Var[y | x]`.
    pub variance: f64,
    /// `E[p y - x | x] / s`: where the confined noise is on average; the score is this over s.
    pub pull: f64,
    /// `d E[y | x] / dx`, which is `Var[w | x] / p`.
    pub slope: f64,
    /// `1 - Var[w | x]`: how much the interval confines the noise, 0 deep inside it.
    pub confinement: f64,
}

impl Slab {
    /// y uniform on `[low, high]` with `low < high`; p and s at least 0, one of them above.
    pub(super) fn new(p: f64, s: f64, [low, high]: [f64; 2], x: f64) -> Self {
        if s == 0.0 {
            return Self::sharp(p, [low, high], x);
        }
        // Where most of the interval lies on the left of x, mirror it: one tail to take care of.
        if p * (low + high) < 2.0 * x {
            let mirrored = Self::to_the_right(p, s, [-high, -low], -x);
            return Self { mean: -mirrored.mean, pull: -mirrored.pull, ..mirrored };
        }
        Self::to_the_right(p, s, [low, high], x)
    }

    /// Without noise x determines y.
    fn sharp(p: f64, [low, high]: [f64; 2], x: f64) -> Self {
        let is_inside = p * low <= x && x <= p * high;
        let log_density = if is_inside { -libm::log(p * (high - low)) } else { f64::NEG_INFINITY };
        Self { log_density, mean: x / p, variance: 0.0, pull: 0.0, slope: 1.0 / p, confinement: 0.0 }
    }

    fn to_the_right(p: f64, s: f64, interval: [f64; 2], x: f64) -> Self {
        let [low, high] = interval;
        let (near, far, width) = ((p * low - x) / s, (p * high - x) / s, p * (high - low) / s);
        if width < 2.0 && near * width < 20.0 {
            return Self::narrow(p, s, interval, x);
        }
        let (log_mass, excess, confinement) =
            if near > 5.0 { tail(near, far, width) } else { central(near, far) };
        let variance = 1.0 - confinement;
        Self {
            log_density: log_mass - libm::log(p * (high - low)),
            mean: low + s / p * excess,
            variance: (s / p) * (s / p) * variance,
            pull: near + excess,
            slope: variance / p,
            confinement,
        }
    }

    /// By quadrature over y: the density of w hardly changes, and closed forms in w would divide
    /// a cancelled difference by p, which may be 0.
    fn narrow(p: f64, s: f64, [low, high]: [f64; 2], x: f64) -> Self {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let exponent = |offset: f64| {
            let w = (p * (middle + half * offset) - x) / s;
            -0.5 * w * w
        };
        // The interval reaches over x or lies to the right of it: the nearest point has most weight.
        let nearest = if p > 0.0 { ((x / p - middle) / half).clamp(-1.0, 1.0) } else { 0.0 };
        let peak = exponent(nearest);
        let mut moments = [0.0; 3];
        for (node, weight) in GAUSS_LEGENDRE {
            for offset in [-node, node] {
                let mass = weight * libm::exp(exponent(offset) - peak);
                moments[0] += mass;
                moments[1] += mass * offset;
                moments[2] += mass * offset * offset;
            }
        }
        let [mass, first, second] = [moments[0], moments[1] / moments[0], moments[2] / moments[0]];
        let mean = middle + half * first;
        let variance = half * half * (second - first * first);
        let slope = p * variance / (s * s);
        Self {
            log_density: peak + libm::log(0.5 * mass / s) - 0.5 * libm::log(TAU),
            mean,
            variance,
            pull: (p * mean - x) / s,
            slope,
            confinement: 1.0 - p * slope,
        }
    }
}

/// Log mass, mean less `near`, and 1 less the variance of a standard normal variable on `[near, far]`, for
/// `near <= 5`, `near + far >= 0` and an interval at least 2 wide.
fn central(near: f64, far: f64) -> (f64, f64, f64) {
    let tail = |x: f64| 0.5 * libm::erfc(x * FRAC_1_SQRT_2);
    let mass = if near > 0.0 {
        tail(near) - tail(far)
    } else {
        0.5 * (libm::erf(far * FRAC_1_SQRT_2) - libm::erf(near * FRAC_1_SQRT_2))
    };
    let (at_near, at_far) = (normal_density(near), normal_density(far));
    let mean = (at_near - at_far) / mass;
    // An infinite end has no density: 0, not 0 times infinity.
    let edge = |x: f64, density: f64| if density == 0.0 { 0.0 } else { x * density };
    let confinement = mean * mean + (edge(far, at_far) - edge(near, at_near)) / mass;
    (libm::log(mass), mean - near, confinement)
}

/// As [`central`], for `near > 5`: by integrals over the distance v from `near`,
/// `J_n(a) = integral of v^n exp(-a v - v^2/2)` from 0, less those from `far` on.
fn tail(near: f64, far: f64, width: f64) -> (f64, f64, f64) {
    let decay = libm::exp(-0.5 * width * (near + far));
    let [n0, n1, n2] = tail_integrals(near);
    let [f0, f1, f2] = tail_integrals(far);
    let zeroth = n0 - decay * f0;
    let first = (n1 - decay * (width * f0 + f1)) / zeroth;
    let second = (n2 - decay * (width * (width * f0 + 2.0 * f1) + f2)) / zeroth;
    let log_mass = -0.5 * near * near - 0.5 * libm::log(TAU) + libm::log(zeroth);
    (log_mass, first, 1.0 - (second - first * first))
}

/// `J_0`, `J_1`, `J_2` at a > 5. Integration by parts gives `n J_(n-1) = a J_n + J_(n+1)`, hence a
/// continued fraction for the ratio of neighbours, and `1 = a J_0 + J_1`.
fn tail_integrals(a: f64) -> [f64; 3] {
    // Terms that give the last digit at the left end of each range, found by trial.
    let terms = if a < 10.0 {
        32
    } else if a < 100.0 {
        12
    } else {
        5
    };
    let ratio = |from: i32, start: f64| (0..from).fold(start, |ratio, i| f64::from(terms - i) / (a + ratio));
    // J_2 / J_1, then J_1 / J_0.
    let second = ratio(terms - 1, 0.0);
    let first = 1.0 / (a + second);
    let zeroth = 1.0 / (a + first);
    [zeroth, zeroth * first, zeroth * first * second]
}

fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / libm::sqrt(TAU)
}

/// Positive nodes and weights of the 24-point Gauss-Legendre rule on [-1, 1].
#[expect(clippy::unreadable_literal, reason = "a table of digits")]
const GAUSS_LEGENDRE: [(f64, f64); 12] = [
    (0.06405689286260563, 0.12793819534675216),
    (0.1911188674736163, 0.1258374563468283),
    (0.3150426796961634, 0.12167047292780339),
    (0.4337935076260451, 0.1155056680537256),
    (0.5454214713888396, 0.10744427011596563),
    (0.6480936519369755, 0.09761865210411388),
    (0.7401241915785544, 0.08619016153195327),
    (0.820001985973903, 0.0733464814110803),
    (0.8864155270044011, 0.05929858491543678),
    (0.9382745520027328, 0.04427743881741981),
    (0.9747285559713095, 0.028531388628933663),
    (0.9951872199970213, 0.0123412297999872),
];
