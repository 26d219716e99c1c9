//! `cargo xtask build`: `dist/`, the site as it is uploaded to any static host.
//!
//! Its few files lie where the sources have them, so every relative address holds in both.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::build::PACKAGE;
use crate::bundle::bundle;
use crate::index::{Index, attribute};
use crate::{single_file, workspace};

/// What many style sheets become.
const STYLES: &str = "www/lab.css";

/// Writes the site from the page's sources and the built package, and returns where it is.
pub fn write() -> Result<PathBuf> {
    let mut index = Index::read()?;
    let bundle = bundle(&index.script, &index.styles, [])?;
    let wasm = format!("pkg/{PACKAGE}_bg.wasm");
    let mut files: Vec<(String, Vec<u8>)> =
        vec![(index.script.clone(), bundle.script.into()), (wasm.clone(), read(&wasm)?)];
    for early in &index.early {
        files.push((early.clone(), read(early)?));
    }
    let sheets: Vec<String> = index
        .styles
        .iter()
        .map(|group| if let [sheet] = &group[..] { sheet.clone() } else { STYLES.to_owned() })
        .collect();
    ensure!(
        sheets.iter().filter(|sheet| *sheet == STYLES).count() < 2,
        "index.html has style sheets in several places; {STYLES} can stand in one"
    );
    files.extend(sheets.iter().cloned().zip(bundle.styles.into_iter().map(String::into_bytes)));
    index.replace_styles(|group| format!("<link rel=\"stylesheet\" href=\"{}\">", sheets[group]));
    index.replace_tags("<link ", ">", |tag| {
        if let (Some("icon"), Some(icon)) = (attribute(tag, "rel"), attribute(tag, "href")) {
            files.push((icon.to_owned(), read(icon)?));
        }
        Ok(tag.to_owned())
    })?;
    files.push(("index.html".to_owned(), index.text.into()));

    let dist = workspace::dist();
    empty(&dist)?;
    for (path, content) in files {
        let file = dist.join(path);
        let folder = file.parent().unwrap_or(&dist);
        fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
        fs::write(&file, content).with_context(|| format!("{} could not be written", file.display()))?;
    }
    Ok(dist)
}

fn read(path: &str) -> Result<Vec<u8>> {
    fs::read(workspace::root().join(path)).with_context(|| format!("{path} could not be read"))
}

/// Removes an earlier site, so that no file of it outlives its source. The single file is another build's.
fn empty(dist: &std::path::Path) -> Result<()> {
    fs::create_dir_all(dist).with_context(|| format!("{} could not be made", dist.display()))?;
    for entry in fs::read_dir(dist).with_context(|| format!("{} could not be listed", dist.display()))? {
        let entry = entry?;
        if entry.file_name() == single_file::NAME {
            continue;
        }
        let path = entry.path();
        let removed =
            if entry.file_type()?.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("{} could not be removed", path.display()))?;
    }
    Ok(())
}
