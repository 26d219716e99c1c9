//! The library's tables of named choices, for the page's menus.

use flow_core::config::{FieldKind, Round};
use flow_core::distribution::{PRESETS, named};
use flow_core::registry::Entry;
use flow_core::solver::Diffusion;
use flow_core::{Coupling, Result, Rng, Schedule, Solver};
use serde::Serialize;

/// Every choice a reader can make by name.
#[derive(Debug, Serialize)]
pub struct Registry {
    targets: Vec<Choice>,
    sources: Vec<Choice>,
    schedules: Vec<Choice>,
    couplings: Vec<Choice>,
    fields: Vec<Choice>,
    solvers: Vec<SolverChoice>,
    diffusions: Vec<Choice>,
    rounds: Vec<RoundChoice>,
}

/// A solver in its menu.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SolverChoice {
    #[serde(flatten)]
    choice: Choice,
    evaluations_per_step: usize,
    is_adaptive: bool,
}

/// A kind of round in its menu, with its configuration.
#[derive(Debug, Serialize)]
struct RoundChoice {
    #[serde(flatten)]
    choice: Choice,
    value: Round,
}

/// One entry of a menu.
#[derive(Debug, Serialize)]
struct Choice {
    name: &'static str,
    label: &'static str,
    summary: &'static str,
}

/// A target's support and the part of the plane that holds it.
#[derive(Debug, Serialize)]
pub struct Scene {
    bounds: [f64; 4],
    shapes: Vec<flow_core::distribution::Outline>,
    /// How many modes there are to guide towards.
    modes: usize,
}

impl Registry {
    /// The tables as they are in the library.
    pub fn read() -> Self {
        Self {
            targets: choices(PRESETS.iter().filter(|preset| preset.value.is_target)),
            sources: choices(PRESETS.iter().filter(|preset| preset.value.is_source)),
            schedules: choices(Schedule::ENTRIES),
            couplings: choices(Coupling::ENTRIES),
            fields: choices(FieldKind::ENTRIES),
            solvers: Solver::ENTRIES
                .iter()
                .map(|entry| SolverChoice {
                    choice: Choice::from(entry),
                    evaluations_per_step: entry.value.evaluations_per_step(),
                    is_adaptive: entry.value.is_adaptive(),
                })
                .collect(),
            diffusions: choices(Diffusion::ENTRIES),
            rounds: Round::ENTRIES
                .iter()
                .map(|entry| RoundChoice { choice: Choice::from(entry), value: entry.value })
                .collect(),
        }
    }
}

fn choices<T: 'static>(entries: impl IntoIterator<Item = &'static Entry<T>>) -> Vec<Choice> {
    entries.into_iter().map(Choice::from).collect()
}

impl<T> From<&'static Entry<T>> for Choice {
    fn from(&Entry { name, label, summary, .. }: &'static Entry<T>) -> Self {
        Self { name, label, summary }
    }
}

/// The support of the distribution called `target`.
///
/// # Errors
/// When there is no such distribution.
pub fn scene(target: &str) -> Result<Scene> {
    let target = named("target", target)?;
    Ok(Scene { bounds: target.bounds(), shapes: target.outline(), modes: target.mode_count() })
}

/// `count` points of the distribution called `target`, drawn by its sampler.
///
/// # Errors
/// When there is no such distribution.
pub fn target_points(target: &str, count: usize) -> Result<Vec<[f32; 2]>> {
    Ok(named("target", target)?.sample(&mut Rng::stream(1, "thumbnail"), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_label_points_and_a_support_inside_its_bounds() {
        for choice in Registry::read().targets {
            assert!(!choice.label.is_empty() && choice.summary.ends_with('.'), "{}", choice.name);
            let [left, right, bottom, top] = scene(choice.name).unwrap().bounds;
            let points = target_points(choice.name, 500).unwrap();
            assert_eq!(points.len(), 500);
            let inside = |[x, y]: [f32; 2]| {
                (left..=right).contains(&f64::from(x)) && (bottom..=top).contains(&f64::from(y))
            };
            let share = points.into_iter().filter(|&point| inside(point)).count() as f64 / 500.0;
            assert!(share > 0.97, "{}: {share} of the points are in the picture", choice.name);
        }
    }

    #[test]
    fn the_page_reads_shapes_by_their_kind() {
        let json = serde_json::to_string(&scene("five-modes").unwrap()).unwrap();
        assert!(json.contains(r#"{"circle":{"center":["#), "{json}");
        let json = serde_json::to_string(&scene("checkerboard").unwrap()).unwrap();
        assert!(json.contains(r#"{"polygon":[["#), "{json}");
        assert!(scene("tea").is_err());
    }
}
