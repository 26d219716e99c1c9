//! `cargo xtask build --single-file`: the whole page in one HTML file that opens by double click.
//!
//! A file opened from disk may load no other file, start no module worker and import nothing. So the bundled
//! script, the styles and the icon move into the page, and the wasm is base64. A policy in the file itself admits exactly this script and these
//! styles, by their hashes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::build::PACKAGE;
use crate::bundle::bundle;
use crate::index::{Index, attribute};
use crate::{media, workspace};

/// The file's name in `dist/`.
pub const NAME: &str = "flow-matching-lab.html";

/// The module that finds the wasm beside the page, and the one that finds it inside.
const ASSETS: (&str, &str) = ("www/assets.js", "www/assets.inlined.js");

/// Writes the file from the page's sources and the built package, and returns where it is.
pub fn write() -> Result<PathBuf> {
    let html = inlined()?;
    let dist = workspace::dist();
    fs::create_dir_all(&dist).with_context(|| format!("{} could not be made", dist.display()))?;
    let file = dist.join(NAME);
    fs::write(&file, html).with_context(|| format!("{} could not be written", file.display()))?;
    Ok(file)
}

fn inlined() -> Result<String> {
    let mut index = Index::read()?;
    let bundle = bundle(&index.script, &index.styles, [ASSETS])?;
    for (text, end) in [(&bundle.script, "</script"), (&bundle.styles.concat(), "</style")] {
        ensure!(!text.contains(end), "a text of the page has {end} in it and would end its own element");
    }
    ensure!(
        !bundle.script.contains("import.meta"),
        "a module uses import.meta, which knows no neighbours in a single file"
    );
    let mut scripts = BTreeSet::from([hash(&bundle.script)]);
    index.replace_tags("<script ", "</script>", |tag| {
        // The module comes last; what runs before it stays where it is.
        if attribute(tag, "type") == Some("module") {
            return Ok(String::new());
        }
        let early = String::from_utf8(bytes(attribute(tag, "src").unwrap_or_default())?)?;
        scripts.insert(hash(&early));
        Ok(format!("<script>{early}</script>"))
    })?;
    let policy = Policy { scripts, styles: bundle.styles.iter().map(|style| hash(style)).collect() };

    index.replace_styles(|group| format!("<style>{}</style>", bundle.styles[group]));
    index.replace_tags("<link ", ">", |tag| {
        let target = attribute(tag, "href").unwrap_or_default();
        Ok(match attribute(tag, "rel") {
            Some("icon") => tag.replace(target, &data_address(target)?),
            Some("preload") => String::new(),
            _ => tag.to_owned(),
        })
    })?;
    let wasm = BASE64.encode(bytes(&format!("pkg/{PACKAGE}_bg.wasm"))?);
    let scripts = format!(
        "<script type=\"text/plain\" id=\"inlined-wasm\">{wasm}</script>\n\
         <script type=\"module\">{}</script>\n",
        bundle.script
    );
    index.insert_before("</body>", &scripts)?;
    // Ahead of everything that it governs.
    let meta = format!("\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    let mut charsets = 0;
    index.replace_tags("<meta charset", ">", |tag| {
        charsets += 1;
        Ok(format!("{tag}{meta}"))
    })?;
    ensure!(charsets == 1, "index.html does not say its charset");

    for folder in ["=\"www/", "=\"pkg/"] {
        ensure!(!index.text.contains(folder), "index.html still refers to a file beside it: {folder}…");
    }
    Ok(index.text)
}

fn data_address(path: &str) -> Result<String> {
    let kind = media::kind(Path::new(path)).replace(' ', "");
    Ok(format!("data:{kind};base64,{}", BASE64.encode(bytes(path)?)))
}

fn bytes(path: &str) -> Result<Vec<u8>> {
    fs::read(workspace::root().join(path)).with_context(|| format!("{path} could not be read"))
}

/// What the file lets itself do.
struct Policy {
    scripts: BTreeSet<String>,
    styles: BTreeSet<String>,
}

impl std::fmt::Display for Policy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |hashes: &BTreeSet<String>| hashes.iter().cloned().collect::<Vec<_>>().join(" ");
        write!(
            formatter,
            "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; worker-src blob:; \
             img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'",
            list(&self.scripts),
            list(&self.styles)
        )
    }
}

fn hash(content: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_policies_write_them() {
        assert_eq!(hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }
}
