//! The distributions: functions that draw noise and data.

use super::{DistributionSpec, Script, fill, when};
use crate::distribution::{Distribution, Family, GaussianMixture};

impl Script<'_> {
    /// The functions `target` and, unless it is the standard normal, `source`.
    pub(super) fn data(&self) -> String {
        let mut text = draw("target", &self.config.target, self.target, self.classes() > 0);
        if !self.has_normal_source() {
            text = draw("source", &self.config.source, self.source, false) + "\n" + &text;
        }
        text
    }

    /// The expression for `count` points of noise.
    pub(super) fn noise(&self, count: &str) -> String {
        if self.has_normal_source() { format!("torch.randn({count}, 2)") } else { format!("source({count})") }
    }

    fn has_normal_source(&self) -> bool {
        is_normal(&self.source.family())
    }
}

fn is_normal(family: &Family) -> bool {
    matches!(family, Family::GaussianMixture(mixture) if **mixture == GaussianMixture::standard_normal())
}

/// The function `end` with the numbers it uses; it also gives the mode of each point if `has_modes`.
fn draw(end: &str, spec: &DistributionSpec, distribution: &dyn Distribution, has_modes: bool) -> String {
    let given = |key: &str| format!("CONFIG[\"{end}\"][\"{key}\"]");
    match distribution.family() {
        Family::GaussianMixture(mixture) => {
            let means = matches!(spec, DistributionSpec::GaussianMixture { .. }).then(|| given("means"));
            gaussians(end, mixture, means, has_modes)
        }
        Family::Rectangles(rectangles) => {
            let (weights, sides): (Vec<_>, Vec<_>) =
                rectangles.rectangles().iter().map(|r| (r.weight, r.sides.as_flattened().to_vec())).unzip();
            let (weights, choice) = choice(end, &weights);
            let modes = when(has_modes, ", k");
            weights
                + &fill(
                    RECTANGLES,
                    &[("END", end.to_owned()), ("SIDES", list(&sides)), ("CHOICE", choice), ("MODES", modes)],
                )
        }
        Family::Points(points) => {
            let points = match spec {
                DistributionSpec::Points { .. } => given("points"),
                _ => list(points.points()),
            };
            let modes = when(has_modes, ", torch.zeros(n, dtype=torch.long)");
            fill(POINTS, &[("END", end.to_owned()), ("LIST", points), ("MODES", modes)])
        }
    }
}

#[expect(clippy::float_cmp, reason = "factors that are the same were made from the same numbers")]
fn gaussians(end: &str, mixture: &GaussianMixture, means: Option<String>, has_modes: bool) -> String {
    let components = mixture.components();
    let means = means.unwrap_or_else(|| {
        list(&components.iter().map(|c| c.gaussian.mean().map(|x| x as f32)).collect::<Vec<_>>())
    });
    let (weights, choice) = choice(end, &components.iter().map(|c| c.weight).collect::<Vec<_>>());
    let mut text = weights + &format!("{end}_means = torch.tensor({means})\n");
    let factors: Vec<_> = components.iter().map(|c| c.gaussian.cholesky().map(|x| x as f32)).collect();
    let noise = match factors[0] {
        [a, b, c] if a == c && b == 0.0 && factors.iter().all(|other| *other == factors[0]) => {
            format!("{a:?} * torch.randn(n, 2)")
        }
        _ => {
            let factors: Vec<_> = factors.iter().map(|&[a, b, c]| [[a, 0.0], [b, c]]).collect();
            text +=
                &format!("{end}_factors = torch.tensor({})  # of Cholesky, one for each\n", list(&factors));
            format!("({end}_factors[k] @ torch.randn(n, 2, 1))[..., 0]")
        }
    };
    let modes: Vec<_> = components.iter().map(|c| c.mode).collect();
    let modes = if modes.iter().enumerate().all(|(i, mode)| i == *mode) {
        "k".to_owned()
    } else {
        format!("torch.tensor({})[k]", list(&modes))
    };
    let modes = if has_modes { format!(", {modes}") } else { String::new() };
    text + &fill(
        GAUSSIANS,
        &[("END", end.to_owned()), ("CHOICE", choice), ("NOISE", noise), ("MODES", modes)],
    )
}

/// The line that says the weights, where they differ, and how one of them is chosen for each point.
fn choice(end: &str, weights: &[f64]) -> (String, String) {
    if weights.iter().all(|weight| (weight - weights[0]).abs() < 1e-12) {
        return (String::new(), format!("torch.randint({}, (n,))", weights.len()));
    }
    let weights: Vec<_> = weights.iter().map(|weight| *weight as f32).collect();
    let line = format!("{end}_weights = torch.tensor({})\n", list(&weights));
    (line, format!("torch.multinomial({end}_weights, n, replacement=True)"))
}

/// A Python list; equal items are written once.
fn list<T: std::fmt::Debug + PartialEq>(items: &[T]) -> String {
    match items {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|item| item == first) => {
            format!("[{first:?}] * {}", items.len())
        }
        _ => format!("{items:?}"),
    }
}

const GAUSSIANS: &str = "\
def END(n):  # draws from a mixture of Gaussians
    k = CHOICE
    return END_means[k] + NOISEMODES
";

const RECTANGLES: &str = "\
END_sides = torch.tensor(SIDES)  # left, right, bottom, top
def END(n):  # draws from the rectangles
    k = CHOICE
    low, high = END_sides[k, ::2], END_sides[k, 1::2]
    return low + (high - low) * torch.rand(n, 2)MODES
";

const POINTS: &str = "\
END_points = torch.tensor(LIST, dtype=torch.float32)
def END(n):  # draws points with replacement
    return END_points[torch.randint(len(END_points), (n,))]MODES
";
