//! One axis of a chart: linear or logarithmic, with ticks at round numbers.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use serde::{Deserialize, Serialize};

/// An axis as the page asks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What is measured, with its unit if it has one.
    pub label: String,
    /// Smallest value shown; above 0 on a logarithmic axis.
    pub min: f64,
    /// Largest value shown, above `min`.
    pub max: f64,
    /// Whether equal distances are equal ratios.
    #[serde(default)]
    pub log: bool,
    /// Values to mark instead of round numbers.
    #[serde(default)]
    pub ticks: Vec<f64>,
}

impl Axis {
    /// The same axis with limits that can be drawn: finite, in order and, if logarithmic, positive.
    #[must_use]
    pub fn mended(mut self) -> Self {
        let floor = if self.log { 1e-9 } else { -1e12 };
        self.min = if self.min.is_finite() { self.min.max(floor) } else { floor.max(0.0) };
        if !(self.max.is_finite() && self.max > self.min) {
            self.max = if self.log { self.min * 10.0 } else { self.min + 1.0 };
        }
        self
    }

    /// Where `value` lies between `min` (0) and `max` (1).
    fn share(&self, value: f64) -> f64 {
        if self.log {
            let value = value.max(f64::MIN_POSITIVE);
            libm::log(value / self.min) / libm::log(self.max / self.min)
        } else {
            (value - self.min) / (self.max - self.min)
        }
    }

    /// Round numbers inside the limits, at most `count` of them.
    fn round_ticks(&self, count: usize) -> Vec<f64> {
        let inside = |value: &f64| (self.min..=self.max).contains(value);
        if !self.ticks.is_empty() {
            return self.ticks.iter().copied().filter(inside).collect();
        }
        if self.log {
            let decades =
                libm::floor(libm::log10(self.min)) as i32..=libm::ceil(libm::log10(self.max)) as i32;
            let among = |steps: &[f64]| -> Vec<f64> {
                decades
                    .clone()
                    .flat_map(|decade| steps.iter().map(move |step| step * libm::exp10(f64::from(decade))))
                    .filter(inside)
                    .collect()
            };
            let fine = among(&[1.0, 2.0, 5.0]);
            return if fine.len() <= count { fine } else { among(&[1.0]) };
        }
        let rough = (self.max - self.min) / count.max(1) as f64;
        let decade = libm::exp10(libm::floor(libm::log10(rough)));
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * decade).into_iter().find(|&step| step >= rough);
        let step = step.unwrap_or(10.0 * decade);
        let first = libm::ceil(self.min / step) as i64;
        let last = libm::floor(self.max / step) as i64;
        (first..=last).map(|multiple| multiple as f64 * step).collect()
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        // Far outside the frame every position looks the same; keep it inside i32.
        let share = self.share(*value).clamp(-4.0, 5.0);
        limit.0 + libm::round(f64::from(limit.1 - limit.0) * share) as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.round_ticks(hint.max_num_points())
    }

    fn range(&self) -> Range<f64> {
        self.min..self.max
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let size = value.abs();
        match size {
            0.0 => "0".into(),
            1_000.0.. => grouped(*value),
            0.001.. => {
                let text = format!("{value:.3}");
                text.trim_end_matches('0').trim_end_matches('.').into()
            }
            _ => format!("{value:.0e}"),
        }
    }
}

/// A whole number as the page writes it: with a comma before every three digits.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(min: f64, max: f64, log: bool) -> Axis {
        Axis { label: String::new(), min, max, log, ticks: vec![] }
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(axis(0.0, 1_000.0, false).round_ticks(5), [0.0, 200.0, 400.0, 600.0, 800.0, 1_000.0]);
        assert_eq!(axis(1.8, 2.9, false).round_ticks(4), [2.0, 2.5]);
        assert_eq!(axis(0.003, 2.0, true).round_ticks(4), [0.01, 0.1, 1.0]);
    }

    #[test]
    fn values_map_to_their_share_of_the_pixels() {
        assert_eq!(axis(0.0, 10.0, false).map(&2.5, (100, 200)), 125);
        assert_eq!(axis(1.0, 100.0, true).map(&10.0, (200, 0)), 100);
        assert_eq!(axis(1.0, 100.0, true).map(&-3.0, (0, 100)), -400, "clamped, not lost");
    }

    #[test]
    fn limits_are_mended() {
        let mended = axis(f64::NAN, f64::NAN, true).mended();
        assert!(mended.min > 0.0 && mended.max > mended.min);
        let mended = axis(3.0, 3.0, false).mended();
        assert_eq!((mended.min, mended.max), (3.0, 4.0));
    }

    #[test]
    fn numbers_are_short_and_written_as_on_the_page() {
        let axis = axis(0.0, 1.0, false);
        let texts =
            [0.0, 0.25, 1.0, 150.0, 1_000.0, 20_000.0, 1e6, 0.0002].map(|value| axis.format_ext(&value));
        assert_eq!(texts, ["0", "0.25", "1", "150", "1,000", "20,000", "1,000,000", "2e-4"]);
    }
}
