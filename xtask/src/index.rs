//! `index.html`, and how a build rewrites it.

use std::fs;
use std::ops::Range;

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// Its text, on the way to what is shipped.
pub struct Index {
    pub text: String,
    /// The page's only module.
    pub script: String,
    /// Classic scripts, which run before anything is painted.
    pub early: Vec<String>,
    /// Style sheets, grouped by where they stand together.
    pub styles: Vec<Vec<String>>,
}

impl Index {
    /// Reads the source. The white space that only its writers need is left out.
    pub fn read() -> Result<Self> {
        let source = fs::read_to_string(workspace::root().join("index.html"))
            .context("index.html could not be read")?;
        Self::of(&source)
    }

    fn of(source: &str) -> Result<Self> {
        let lines: Vec<&str> = source.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let text = lines.join("\n");
        let (mut modules, mut early) = (Vec::new(), Vec::new());
        for tag in found(&text, "<script ", ">").map(|range| &text[range]) {
            let kind = if attribute(tag, "type") == Some("module") { &mut modules } else { &mut early };
            kind.push(attribute(tag, "src").context("index.html has an inline script")?.to_owned());
        }
        ensure!(modules.len() == 1, "index.html has {} modules in place of one", modules.len());
        let styles = style_groups(&text).into_iter().map(|(_, sheets)| sheets).collect();
        Ok(Self { script: modules.remove(0), early, styles, text })
    }

    /// Puts something in the place of each group of style sheets.
    pub fn replace_styles(&mut self, replacement: impl Fn(usize) -> String) {
        for (number, (range, _)) in style_groups(&self.text).into_iter().enumerate().rev() {
            self.text.replace_range(range, &replacement(number));
        }
    }

    /// Replaces everything from each `start` to the next `end`, both included.
    pub fn replace_tags(
        &mut self,
        start: &str,
        end: &str,
        mut replacement: impl FnMut(&str) -> Result<String>,
    ) -> Result<()> {
        let ranges: Vec<_> = found(&self.text, start, end).collect();
        for range in ranges.into_iter().rev() {
            let new = replacement(&self.text[range.clone()])?;
            self.text.replace_range(range, &new);
        }
        Ok(())
    }

    pub fn insert_before(&mut self, tag: &str, what: &str) -> Result<()> {
        let at = self.text.rfind(tag).with_context(|| format!("index.html has no {tag}"))?;
        self.text.insert_str(at, what);
        Ok(())
    }
}

/// The value of an attribute in a start tag that is written `name="value"`.
pub fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// Where the links to style sheets stand, those with nothing between them together.
fn style_groups(text: &str) -> Vec<(Range<usize>, Vec<String>)> {
    let mut groups: Vec<(Range<usize>, Vec<String>)> = Vec::new();
    for range in found(text, "<link ", ">") {
        let tag = &text[range.clone()];
        let (Some("stylesheet"), Some(sheet)) = (attribute(tag, "rel"), attribute(tag, "href")) else {
            continue;
        };
        match groups.last_mut() {
            Some((group, sheets)) if text[group.end..range.start].trim().is_empty() => {
                group.end = range.end;
                sheets.push(sheet.to_owned());
            }
            _ => groups.push((range, vec![sheet.to_owned()])),
        }
    }
    groups
}

fn found<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    text.match_indices(start)
        .filter_map(move |(from, _)| Some(from..from + text[from..].find(end)? + end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<head>
  <link rel="icon" href="i.svg">
  <script src="early.js"></script>
  <link rel="stylesheet" href="a.css">
  <link rel="stylesheet" href="b.css">

  <noscript><link rel="stylesheet" href="c.css"></noscript>
  <script type="module" src="lab.js"></script>
</head>"#;

    #[test]
    fn reads_attributes() {
        let tag = r#"<link rel="icon" href="www/icon.svg">"#;
        assert_eq!(attribute(tag, "href"), Some("www/icon.svg"));
        assert_eq!(attribute(tag, "rel"), Some("icon"));
        assert_eq!(attribute(tag, "type"), None);
    }

    #[test]
    fn knows_its_scripts_and_its_groups_of_styles() {
        let index = Index::of(PAGE).unwrap();
        assert_eq!(index.script, "lab.js");
        assert_eq!(index.early, ["early.js"]);
        assert_eq!(index.styles, [vec!["a.css", "b.css"], vec!["c.css"]]);
    }

    #[test]
    fn replaces_groups_and_tags_and_keeps_the_rest() {
        let mut index = Index::of(PAGE).unwrap();
        index.replace_styles(|number| format!("[{number}]"));
        index
            .replace_tags("<script ", "</script>", |tag| {
                Ok(attribute(tag, "src").map_or_else(String::new, |src| format!("[{src}]")))
            })
            .unwrap();
        index.insert_before("</head>", "[last]").unwrap();
        let expected = "<head>\n<link rel=\"icon\" href=\"i.svg\">\n[early.js]\n[0]\n<noscript>[1]</noscript>\n[lab.js]\n[last]</head>";
        assert_eq!(index.text, expected);
    }
}
