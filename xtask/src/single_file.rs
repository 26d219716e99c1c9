//! `cargo xtask build --single-file`: the whole page in one HTML file that opens by double click.
//!
//! A file opened from disk may load no other file, start no module worker and import nothing. So the modules
//! become one (`bundle`), the styles and the icon move into the page, glue and worker script become one text from
//! which the page makes a classic worker, and the wasm is base64. A policy in the file itself admits exactly
//! this script and these styles, by their hashes.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::build::PACKAGE;
use crate::{bundle, media, workspace};

/// The module that finds wasm and worker beside the page, and the one that finds them inside it.
const ASSETS: [&str; 2] = ["www/assets.js", "www/assets.inlined.js"];

/// Writes the file from the page's sources and the built package, and returns where it is.
pub fn write() -> Result<PathBuf> {
    let page = Sources { root: workspace::root(), pkg: workspace::pkg() };
    let html = page.inlined()?;
    let file = workspace::dist().join("flow-matching-lab.html");
    fs::write(&file, html).with_context(|| format!("{} could not be written", file.display()))?;
    Ok(file)
}

struct Sources {
    root: PathBuf,
    pkg: PathBuf,
}

impl Sources {
    fn inlined(&self) -> Result<String> {
        let mut policy = Policy::default();
        let mut html = self.text("index.html")?;
        let mut entry = None;
        replace_tags(&mut html, "<link ", ">", |tag| {
            let target = attribute(tag, "href").unwrap_or_default();
            Ok(match attribute(tag, "rel") {
                Some("stylesheet") => {
                    let style = self.style(target)?;
                    policy.styles.insert(hash(&style));
                    format!("<style>{style}</style>")
                }
                Some("icon") => tag.replace(target, &self.data_address(target)?),
                Some("preload") => String::new(),
                _ => tag.to_owned(),
            })
        })?;
        replace_tags(&mut html, "<script ", "</script>", |tag| {
            let source = attribute(tag, "src").context("index.html has an inline script")?;
            ensure!(entry.is_none(), "index.html has more than one script");
            entry = Some(source.to_owned());
            Ok(String::new())
        })?;
        let entry = entry.context("index.html has no script")?;

        let script = bundle::bundle(&entry, |path| self.module(path))?;
        policy.scripts.insert(hash(&script));
        let glue = self.text(&format!("pkg/{PACKAGE}.classic.js"))?;
        let worker = format!("{glue}\n{}", self.text("www/worker.js")?).replace("</script", "<\\/script");
        let wasm = BASE64.encode(self.bytes(&format!("pkg/{PACKAGE}_bg.wasm"))?);
        let scripts = format!(
            "<script type=\"text/plain\" id=\"inlined-worker\">{worker}</script>\n\
             <script type=\"text/plain\" id=\"inlined-wasm\">{wasm}</script>\n\
             <script type=\"module\">{script}</script>\n"
        );
        insert(&mut html, "</body>", &scripts)?;
        let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n");
        // Ahead of everything that it governs.
        let charset = find(&html, "<meta charset", ">").context("index.html does not say its charset")?;
        html.insert_str(charset.end, &format!("\n  {meta}"));

        for folder in ["=\"www/", "=\"pkg/"] {
            ensure!(!html.contains(folder), "index.html still refers to a file beside it: {folder}…");
        }
        Ok(html)
    }

    /// The text of the module that serves as `path` in a single file.
    fn module(&self, path: &str) -> Result<String> {
        let file = if path == ASSETS[0] { ASSETS[1] } else { path };
        let text = self.text(file)?;
        if path.starts_with("pkg/") {
            // Only for a caller that passes no module, and ours always does.
            return Ok(text.replace("import.meta.url", "document.baseURI"));
        }
        ensure!(
            !text.contains("import.meta"),
            "{file} uses import.meta, which knows no neighbours in a single file"
        );
        Ok(text)
    }

    /// A style sheet with the files it refers to inside.
    fn style(&self, path: &str) -> Result<String> {
        let mut style = self.text(path)?;
        ensure!(!style.contains("@import"), "{path} imports another style sheet");
        ensure!(!style.contains("</style"), "{path} would end its own element");
        replace_tags(&mut style, "url(", ")", |reference| {
            let target = reference["url(".len()..reference.len() - 1].trim_matches(['"', '\'']);
            if target.starts_with(['#']) || target.starts_with("data:") {
                return Ok(reference.to_owned());
            }
            Ok(format!("url({})", self.data_address(&bundle::resolve(path, target)?)?))
        })?;
        Ok(style)
    }

    fn data_address(&self, path: &str) -> Result<String> {
        let kind = media::kind(Path::new(path)).replace(' ', "");
        Ok(format!("data:{kind};base64,{}", BASE64.encode(self.bytes(path)?)))
    }

    fn text(&self, path: &str) -> Result<String> {
        String::from_utf8(self.bytes(path)?).with_context(|| format!("{path} is not UTF-8"))
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>> {
        let file = match path.strip_prefix("pkg/") {
            Some(name) => self.pkg.join(name),
            None => self.root.join(path),
        };
        fs::read(&file).with_context(|| format!("{} could not be read", file.display()))
    }
}

/// What the file lets itself do.
#[derive(Default)]
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

/// The value of an attribute in a start tag that is written `name="value"`.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// Replaces everything from each `start` to the next `end`, both included.
fn replace_tags(
    text: &mut String,
    start: &str,
    end: &str,
    mut replacement: impl FnMut(&str) -> Result<String>,
) -> Result<()> {
    let mut from = 0;
    while let Some(found) = find(&text[from..], start, end) {
        let range = from + found.start..from + found.end;
        let new = replacement(&text[range.clone()])?;
        from = range.start + new.len();
        text.replace_range(range, &new);
    }
    Ok(())
}

fn find(text: &str, start: &str, end: &str) -> Option<Range<usize>> {
    let from = text.find(start)?;
    let length = text[from..].find(end)?;
    Some(from..from + length + end.len())
}

fn insert(text: &mut String, before: &str, what: &str) -> Result<()> {
    let at = text.rfind(before).with_context(|| format!("index.html has no {before}"))?;
    text.insert_str(at, what);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_attributes() {
        let tag = r#"<link rel="icon" href="www/icon.svg">"#;
        assert_eq!(attribute(tag, "href"), Some("www/icon.svg"));
        assert_eq!(attribute(tag, "rel"), Some("icon"));
        assert_eq!(attribute(tag, "type"), None);
    }

    #[test]
    fn replaces_each_tag_once() {
        let mut text = "a <b x> c <b y>".to_owned();
        let done = replace_tags(&mut text, "<b ", ">", |tag| Ok(format!("[{tag}]")));
        assert!(done.is_ok());
        assert_eq!(text, "a [<b x>] c [<b y>]");
    }

    #[test]
    fn hashes_as_policies_write_them() {
        assert_eq!(hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }
}
