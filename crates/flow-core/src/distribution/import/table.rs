//! Points from a table: CSV, TSV or columns set apart by spaces.

use crate::{Error, Result};

/// What a line must be.
const ACCEPTED: &str = "two finite numbers, x,y";

/// Coordinates beyond this could not be subtracted from each other safely.
const LARGEST: f64 = 1e100;

/// The points of a table, one on each line; `field` names it in errors.
///
/// Columns are set apart by a tab, a semicolon, a comma or spaces. The first line may hold names;
/// if two of them are `x` and `y`, those columns are read and others ignored, otherwise there must
/// be exactly two columns. Empty lines and lines that begin with `#` are skipped, and so is a byte order
/// mark. Numbers may be quoted; of columns set apart by tabs or semicolons they may have decimal commas.
///
/// # Errors
/// [`Error::Invalid`] with the line that is not two finite numbers, and when there are no points.
pub fn read_table(field: &str, text: &str) -> Result<Vec<[f64; 2]>> {
    let mut points = Vec::new();
    let mut columns = Columns::Both;
    let mut is_first = true;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let cells = cells(line);
        let numbers: Vec<Option<f64>> = cells.iter().map(|cell| number(cell)).collect();
        if is_first && numbers.iter().all(Option::is_none) {
            columns = Columns::named(&cells);
        } else {
            points.push(columns.point(&numbers).ok_or_else(|| {
                Error::invalid(format!("{field} line {}", index + 1), shortened(line), columns.accepted())
            })?);
        }
        is_first = false;
    }
    if points.is_empty() {
        return Err(Error::invalid(field, "an empty list", "at least one point"));
    }
    Ok(points)
}

/// Which columns of a table are meant.
#[derive(Clone, Copy)]
enum Columns {
    /// The only two.
    Both,
    /// These two of this many.
    Named { x: usize, y: usize, count: usize },
}

impl Columns {
    fn named(names: &[&str]) -> Self {
        let find = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        match (find("x"), find("y")) {
            (Some(x), Some(y)) => Self::Named { x, y, count: names.len() },
            _ => Self::Both,
        }
    }

    fn point(self, numbers: &[Option<f64>]) -> Option<[f64; 2]> {
        match (self, numbers) {
            (Self::Both, &[Some(x), Some(y)]) => Some([x, y]),
            (Self::Named { x, y, count }, _) if numbers.len() == count => Some([numbers[x]?, numbers[y]?]),
            _ => None,
        }
    }

    fn accepted(self) -> String {
        match self {
            Self::Named { count: count @ 3.., .. } => {
                format!("a row of {count} columns with {ACCEPTED}, in those named x and y")
            }
            _ => ACCEPTED.to_owned(),
        }
    }
}

fn cells(line: &str) -> Vec<&str> {
    match ['\t', ';', ','].into_iter().find(|&separator| line.contains(separator)) {
        Some(separator) => line.split(separator).map(|cell| cell.trim().trim_matches('"').trim()).collect(),
        None => line.split_whitespace().collect(),
    }
}

/// The number in a cell. A comma can only be a decimal one, since columns at commas are split.
fn number(cell: &str) -> Option<f64> {
    let value: f64 = if cell.contains(',') { cell.replace(',', ".").parse() } else { cell.parse() }.ok()?;
    (-LARGEST..=LARGEST).contains(&value).then_some(value)
}

fn shortened(line: &str) -> String {
    let start: String = line.chars().take(40).collect();
    if start.len() < line.len() { format!("{start:?}…") } else { format!("{start:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_as_programs_write_them_are_read() {
        let expected = [[1.0, 2.5], [-3.0, 4e-1]];
        for text in [
            "1,2.5\n-3,0.4",
            "x,y\n1,2.5\n-3,.4\n",
            "\u{feff}X;Y\r\n1,0;2,5\r\n-3,0;0,4\r\n\r\n",
            "1\t2.5\n-3\t0.4",
            "# made by hand\n  1   2.5\n\n# more\n-3 4e-1",
            "id,\"y\",\"x\"\na,\"2.5\",\"1\"\nb,0.4,-3",
            "left, right\n1, 2.5\n-3, 0.4",
        ] {
            assert_eq!(read_table("points", text).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_broken_line_is_named() {
        for (text, expected) in [
            ("x,y\n1,2\n1,b", "points line 3 is \"1,b\", but must be two finite numbers, x,y"),
            ("1,2,3", "points line 1 is \"1,2,3\", but must be two finite numbers, x,y"),
            ("1,2\nx,y", "points line 2 is \"x,y\", but must be two finite numbers, x,y"),
            ("1", "points line 1 is \"1\", but must be"),
            ("1,inf", "points line 1 is \"1,inf\", but must be"),
            ("nan 1", "points line 1 is \"nan 1\", but must be"),
            ("x,y,z\n1,2", "points line 2 is \"1,2\", but must be a row of 3 columns"),
            ("", "points is an empty list, but must be at least one point"),
            ("x,y", "points is an empty list, but must be at least one point"),
        ] {
            let message = read_table("points", text).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{text:?}: {message}");
        }
    }
}
