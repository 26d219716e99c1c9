//! Many ES modules into one.
//!
//! Each module becomes a function that runs once and returns what it exports; an import becomes a look at what
//! such a function returned. This understands the forms that our modules and wasm-bindgen's glue use, written as
//! they write them (statements at the start of a line, names in braces), and refuses every other.

use std::fmt::Write;

use anyhow::{Context, Result, bail, ensure};

/// One module out of `entry` and all that it imports, whose texts `read` gives by path.
///
/// The entry alone may wait (`await`) at its top level.
pub fn bundle(entry: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut bundle = Bundle { read, done: Vec::new(), begun: Vec::new(), text: String::new() };
    bundle.add(entry)?;
    // The text ends up in an HTML element of its own, which it must not end.
    Ok(bundle.text.replace("</script", "<\\/script"))
}

/// The path from the top that `relative` means in the file `from`.
pub fn resolve(from: &str, relative: &str) -> Result<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." if parts.pop().is_some() => {}
            ".." => bail!("{from} refers to {relative}, which lies outside the page"),
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

struct Bundle<R> {
    read: R,
    /// Paths of the modules in `text`; their place is their number.
    done: Vec<String>,
    /// Paths of the modules being read, each importing the next.
    begun: Vec<String>,
    text: String,
}

impl<R: Fn(&str) -> Result<String>> Bundle<R> {
    /// Appends the module at `path`, after those it imports, and returns its number.
    fn add(&mut self, path: &str) -> Result<usize> {
        if let Some(number) = self.done.iter().position(|done| done == path) {
            return Ok(number);
        }
        ensure!(
            !self.begun.iter().any(|begun| begun == path),
            "{path} imports itself through {}",
            self.begun.join(", ")
        );
        self.begun.push(path.to_owned());
        let is_entry = self.begun.len() == 1;

        let source = (self.read)(path)?;
        let mut body = String::new();
        let mut exports = Vec::new();
        let mut rest = source.as_str();
        while !rest.is_empty() {
            let statement = rest;
            let taken = if begins(statement, "import") {
                let (clause, specifier, length) = import(statement)
                    .with_context(|| format!("{path}: unknown form: {}", first_line(statement)))?;
                let number = self.add(&resolve(path, specifier)?)?;
                body.push_str(&bindings(clause, number)?);
                length
            } else if begins(statement, "export") {
                let (names, length) = export(statement)
                    .with_context(|| format!("{path}: unknown form: {}", first_line(statement)))?;
                exports.extend(names);
                length
            } else {
                let length = statement.find('\n').map_or(statement.len(), |end| end + 1);
                body.push_str(&statement[..length]);
                length
            };
            rest = &rest[taken..];
        }

        let number = self.done.len();
        self.done.push(path.to_owned());
        self.begun.pop();
        if is_entry {
            let _ = write!(self.text, "// {path}\n{body}");
        } else {
            let exports: Vec<String> =
                exports.iter().map(|(name, local)| format!("get {name}() {{ return {local}; }}")).collect();
            let exports = exports.join(", ");
            let _ = write!(
                self.text,
                "// {path}\nconst module{number} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"
            );
        }
        Ok(number)
    }
}

fn begins(statement: &str, keyword: &str) -> bool {
    statement.strip_prefix(keyword).is_some_and(|rest| rest.starts_with([' ', '{', '"', '*']))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Reads `import CLAUSE from "SPECIFIER";`, with what follows up to the end of the line.
fn import(statement: &str) -> Option<(&str, &str, usize)> {
    let end = statement.find(";\n")? + 2;
    let inner = statement[..end].strip_prefix("import")?.strip_suffix(";\n")?.strip_suffix('"')?;
    let (clause, specifier) = inner.rsplit_once('"')?;
    let clause = clause.trim();
    let clause = if clause.is_empty() { clause } else { clause.strip_suffix("from")?.trim() };
    specifier.starts_with('.').then_some((clause, specifier, end))
}

/// The declaration that stands for the clause of an import.
fn bindings(clause: &str, number: usize) -> Result<String> {
    if clause.is_empty() {
        return Ok(String::new());
    }
    if let Some(name) = clause.strip_prefix("* as ") {
        return Ok(format!("const {name} = module{number};\n"));
    }
    if let Some(names) = clause.strip_prefix('{').and_then(|names| names.strip_suffix('}')) {
        return Ok(format!("const {{ {} }} = module{number};\n", names.trim().replace(" as ", ": ")));
    }
    ensure!(clause.chars().all(is_name), "unknown form of import: {clause}");
    Ok(format!("const {clause} = module{number}.default;\n"))
}

/// Reads an export: the names it exports, each with its local name, and how much text to drop.
fn export(statement: &str) -> Option<(Vec<(String, String)>, usize)> {
    let rest = statement.strip_prefix("export ")?;
    if let Some(list) = rest.strip_prefix('{') {
        let end = list.find('}')?;
        let tail = list[end + 1..].strip_prefix(";\n")?;
        let names = list[..end].split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| {
            let (local, name) = name.split_once(" as ").unwrap_or((name, name));
            (name.to_owned(), local.to_owned())
        });
        return Some((names.collect(), statement.len() - tail.len()));
    }
    let keywords = ["async function ", "function ", "class ", "const ", "let "];
    let name = keywords.iter().find_map(|keyword| rest.strip_prefix(keyword))?;
    let name = &name[..name.find(|character| !is_name(character))?];
    (!name.is_empty()).then(|| (vec![(name.to_owned(), name.to_owned())], "export ".len()))
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(path: &str) -> Result<String> {
        Ok(match path {
            "www/lab.js" => {
                "import \"./side.js\";\nimport {\n  a,\n  b as c,\n} from \"./a.js\";\nimport init from \"../pkg/glue.js\";\nawait init(a, c);\n"
            }
            "www/a.js" => {
                "import * as glue from \"../pkg/glue.js\";\nexport const a = glue.default;\nexport async function b() {\n  return \"</script>\";\n}\n"
            }
            "www/side.js" => "export class Side {}\n/** @type {import(\"./lab.js\").Lab} */\nlet x;\n",
            "pkg/glue.js" => "function start() {}\nexport { start as default };\n",
            "www/loop.js" => "import { x } from \"./loop.js\";\n",
            "www/all.js" => "export * from \"./a.js\";\n",
            "www/out.js" => "import { x } from \"../../x.js\";\n",
            other => bail!("no {other}"),
        }
        .to_owned())
    }

    #[test]
    fn importers_come_after_what_they_import_and_each_module_comes_once() {
        let text = bundle("www/lab.js", modules).unwrap();
        let order: Vec<&str> = text.lines().filter(|line| line.starts_with("// ")).collect();
        assert_eq!(order, ["// www/side.js", "// pkg/glue.js", "// www/a.js", "// www/lab.js"]);
    }

    #[test]
    fn imports_and_exports_become_plain_bindings() {
        let text = bundle("www/lab.js", modules).unwrap();
        for line in [
            "const { a,\n  b: c, } = module2;",
            "const init = module1.default;",
            "const glue = module1;",
            "return { get default() { return start; } };",
            "return { get a() { return a; }, get b() { return b; } };",
            "async function b() {",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(
            !text.lines().any(|line| line.starts_with("import ") || line.starts_with("export ")),
            "{text}"
        );
    }

    #[test]
    fn the_text_does_not_end_its_own_element() {
        assert!(!bundle("www/lab.js", modules).unwrap().contains("</script"));
    }

    #[test]
    fn other_forms_are_refused_by_name() {
        for (entry, why) in [
            ("www/loop.js", "imports itself"),
            ("www/all.js", "unknown form: export *"),
            ("www/out.js", "outside the page"),
            ("www/none.js", "no www/none.js"),
        ] {
            let error = format!("{:#}", bundle(entry, modules).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
    }
}
