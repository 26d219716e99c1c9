//! What a field that cannot be read would have held.

use super::Decay;
use crate::{Coupling, Schedule, Solver, registry::Entry, solver::Diffusion};

/// What is accepted for the value at this path of a configuration, in words that complete "must be …".
pub(super) fn accepted(path: &str) -> String {
    let path = path.strip_suffix(".type").unwrap_or(path);
    let object = |example: &str, names: &str| format!("an object such as {example}; the types are {names}");
    match path.rsplit('.').next().unwrap_or(path) {
        "target" | "source" => r#"an object such as {"preset": "gaussian"}"#.to_owned(),
        "schedule" => object(r#"{"type": "cosine"}"#, &names(Schedule::ENTRIES)),
        "coupling" => object(r#"{"type": "minibatch-ot"}"#, &names(Coupling::ENTRIES)),
        "solver" => object(r#"{"type": "heun"}"#, &names(Solver::ENTRIES)),
        "decay" => object(r#"{"type": "cosine", "steps": 4000}"#, &names(Decay::ENTRIES)),
        "diffusion" => object(r#"{"type": "constant", "g": 0.5}"#, &names(Diffusion::ENTRIES)),
        "sampler" => object(r#"{"type": "ode", "solver": {"type": "midpoint"}}"#, "ode, ddim"),
        "lesson" => object(r#"{"type": "steps", "steps": 2}"#, "paths, steps"),
        _ => "as the documentation of Config says".to_owned(),
    }
}

fn names<T>(entries: &[Entry<T>]) -> String {
    entries.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use crate::Config;

    /// The field is put into `whole` in the place of `#`.
    fn refused(whole: &str, value: &str) -> String {
        Config::from_json(&whole.replace('#', value)).unwrap_err().to_string()
    }

    #[test]
    fn the_example_is_one_and_every_name_is_told() {
        for (whole, names) in [
            (r##"{"schedule": #}"##, "cond-ot, cosine, vp"),
            (r##"{"coupling": #}"##, "independent, minibatch-ot"),
            (r##"{"sampling": {"solver": #}}"##, "euler, midpoint, heun, rk4, dopri5"),
            (r##"{"sampling": {"diffusion": #}}"##, "constant, sqrt-sigma"),
            (r##"{"training": {"decay": #}}"##, "constant, power, cosine"),
            (r##"{"rounds": [{"sampler": #}]}"##, "ode, ddim"),
            (r##"{"rounds": [{"lesson": #}]}"##, "paths, steps"),
        ] {
            for wrong in [r#""cosine""#, "3", r#"{"type": "cosin"}"#] {
                let message = refused(whole, wrong);
                let (_, said) = message.split_once("must be an object such as ").expect(&message);
                let (example, types) = said.split_once("; the types are ").unwrap();
                assert_eq!(types, names, "{message}");
                Config::from_json(&whole.replace('#', example)).unwrap();
            }
        }
        let message = refused(r##"{"target": #}"##, r#""five-modes""#);
        assert!(message.ends_with(r#"must be an object such as {"preset": "gaussian"}"#), "{message}");
    }
}
