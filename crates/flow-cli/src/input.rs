//! Reading what the user gives: bytes, JSON, and points as JSON or CSV.

use std::{collections::BTreeMap, io::Read, path::Path};

use flow_core::{Config, distribution::import::read_table};
use serde::{Deserialize, de::DeserializeOwned};

use crate::failure::Failure;

/// The bytes of the file `path`, or of standard input for `-`; `field` names it in errors.
pub fn bytes(field: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Failure::input(field, path.display(), format!("a file that can be read ({error})"))
    })?;
    Ok(bytes)
}

/// The text of the file `path`, or of standard input for `-`; `field` names it in errors.
pub fn text(field: &str, path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes(field, path)?)
        .map_err(|error| Failure::input(field, path.display(), format!("a file of text ({error})")))
}

/// Refuses to read standard input for two purposes.
pub fn check_stdin(paths: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let mut readers = paths.iter().filter(|(_, path)| *path == Some(Path::new("-")));
    match (readers.next(), readers.next()) {
        (Some((first, _)), Some((second, _))) => {
            Err(Failure::input(second, "-", format!("a file, since {first} is standard input already")))
        }
        _ => Ok(()),
    }
}

/// The JSON value in `text`; errors give the path of the offending value below `field`, and what is
/// `accepted`.
pub fn parse<T: DeserializeOwned>(field: &str, accepted: &str, text: &str) -> Result<T, Failure> {
    let refuse = |place: &str, error: &serde_json::Error| {
        Failure::Input(format!("{place}: {error}; accepted is {accepted}"))
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let place = match error.path().to_string().as_str() {
            "." | "?" => field.to_owned(),
            index if index.starts_with('[') => format!("{field}{index}"),
            name => format!("{field}.{name}"),
        };
        refuse(&place, error.inner())
    })?;
    deserializer.end().map_err(|error| refuse(field, &error))?;
    Ok(value)
}

/// The configuration in the file `path`; `option` names it in errors.
pub fn config(option: &str, path: &Path) -> Result<Config, Failure> {
    let text = text(option, path)?;
    // Written as a list its fields would be read by their order.
    if text.trim_start().starts_with('[') {
        return Err(Failure::input(option, path.display(), "a file with a JSON object"));
    }
    Config::from_json(&text).map_err(|error| Failure::Input(format!("{option} {}: {error}", path.display())))
}

/// What a file of points may hold as JSON.
const JSON_POINTS: &str = "a list [[x, y], ..], or what `flow sample` wrote";

/// The points in a file: a JSON list of `[x, y]`, a result of `flow sample`, or a table (see
/// [`read_table`]). Of trajectories the end points.
pub fn points(option: &str, path: &Path) -> Result<Vec<[f64; 2]>, Failure> {
    #[derive(Deserialize)]
    struct Endpoints {
        endpoints: Vec<[f64; 2]>,
    }
    let (text, field) = (text(option, path)?, option.trim_start_matches('-'));
    let points = match text.trim_start().chars().next() {
        Some('[') => parse(field, JSON_POINTS, &text)?,
        Some('{') => parse::<Endpoints>(field, JSON_POINTS, &text)?.endpoints,
        _ => ends(&text, read_table(field, &text)?),
    };
    if points.is_empty() {
        return Err(Failure::input(field, "an empty list", "at least one point"));
    }
    Ok(points)
}

/// The last of each particle's points where the table `text` has the columns `particle` and `t`, and
/// otherwise all of its `points`.
fn ends(text: &str, points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let mut rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(cells);
    let names = rows.next().unwrap_or_default();
    let find = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let (Some(particle), Some(_)) = (find("particle"), find("t")) else { return points };
    let (mut ends, mut places) = (Vec::new(), BTreeMap::new());
    for (row, point) in rows.zip(points) {
        let place = *places.entry(row[particle]).or_insert(ends.len());
        if place == ends.len() { ends.push(point) } else { ends[place] = point }
    }
    ends
}

/// The cells of a row, set apart as [`read_table`] does.
fn cells(row: &str) -> Vec<&str> {
    match ['\t', ';', ','].into_iter().find(|&separator| row.contains(separator)) {
        Some(separator) => row.split(separator).map(|cell| cell.trim().trim_matches('"').trim()).collect(),
        None => row.split_whitespace().collect(),
    }
}
