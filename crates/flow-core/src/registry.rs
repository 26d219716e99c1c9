//! Named entries: how a new dataset, schedule or solver reaches every menu at once.

use crate::{Error, Result};

/// One choice that a reader can make by name.
///
/// The tables of entries (`distribution::PRESETS`, `Schedule::ENTRIES`, `Solver::ENTRIES` …) are
/// what the program's help, the page's menus and the property tests walk.
#[derive(Debug, Clone, Copy)]
pub struct Entry<T: 'static> {
    /// The name in configurations, permalinks and on the command line: `five-modes`.
    pub name: &'static str,
    /// The name on the page: `Five modes`.
    pub label: &'static str,
    /// One sentence that says what it is.
    pub summary: &'static str,
    /// What it stands for.
    pub value: T,
}

/// Finds the entry called `name`, or says which names there are.
///
/// # Errors
/// [`Error::Invalid`] for `field` when no entry has that name.
pub fn find<'a, T>(entries: &'a [Entry<T>], field: &str, name: &str) -> Result<&'a Entry<T>> {
    entries.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
        Error::invalid(field, format!("{name:?}"), format!("one of {}", names.join(", ")))
    })
}
