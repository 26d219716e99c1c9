//! What a field that cannot be read would have held.

/// How a path ends, what an object there may hold, and which types there are.
const OBJECTS: &[[&str; 3]] = &[
    ["schedule", r#""cosine""#, "cond-ot, cosine, vp"],
    ["coupling", r#""minibatch-ot""#, "independent, minibatch-ot"],
    ["solver", r#""heun""#, "euler, midpoint, heun, rk4, dopri5"],
    ["decay", r#""cosine", "steps": 4000"#, "constant, power, cosine"],
    ["diffusion", r#""constant", "g": 0.5"#, "constant, sqrt-sigma"],
    ["sampler", r#""ode", "solver": {"type": "midpoint"}"#, "ode, ddim"],
    ["lesson", r#""steps", "steps": 2"#, "paths, steps"],
];

/// What is accepted for the value at this path of a configuration, in words that complete "must be …".
pub(super) fn accepted(path: &str) -> String {
    let path = path.strip_suffix(".type").unwrap_or(path);
    match OBJECTS.iter().find(|[name, ..]| path.ends_with(name)) {
        Some([_, example, types]) => {
            format!(r#"an object such as {{"type": {example}}}; the types are {types}"#)
        }
        None if path == "target" || path == "source" => {
            r#"an object such as {"preset": "gaussian"}"#.to_owned()
        }
        None => "as the documentation of Config says".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Config, Coupling, Schedule, Solver, config::Decay, registry::Entry, solver::Diffusion};

    fn names<T>(entries: &[Entry<T>]) -> String {
        entries.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
    }

    /// The field is put into `whole` in the place of `#`.
    fn refused(whole: &str, value: &str) -> String {
        Config::from_json(&whole.replace('#', value)).unwrap_err().to_string()
    }

    #[test]
    fn the_example_is_one_and_every_name_is_told() {
        for (whole, names) in [
            (r#"{"schedule": #}"#, names(Schedule::ENTRIES)),
            (r#"{"coupling": #}"#, names(Coupling::ENTRIES)),
            (r#"{"sampling": {"solver": #}}"#, names(Solver::ENTRIES)),
            (r#"{"sampling": {"diffusion": #}}"#, names(Diffusion::ENTRIES)),
            (r#"{"training": {"decay": #}}"#, names(Decay::ENTRIES)),
            (r#"{"rounds": [{"sampler": #}]}"#, "ode, ddim".to_owned()),
            (r#"{"rounds": [{"lesson": #}]}"#, "paths, steps".to_owned()),
        ] {
            for wrong in [r#""cosine""#, "3", r#"{"type": "cosin"}"#] {
                let message = refused(whole, wrong);
                let (_, said) = message.split_once("must be an object such as ").expect(&message);
                let (example, types) = said.split_once("; the types are ").unwrap();
                assert_eq!(types, names, "{message}");
                Config::from_json(&whole.replace('#', example)).unwrap();
            }
        }
        let message = refused(r#"{"target": #}"#, r#""five-modes""#);
        assert!(message.ends_with(r#"must be an object such as {"preset": "gaussian"}"#), "{message}");
    }
}
