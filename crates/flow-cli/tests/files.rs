//! Files and standard streams: what is read, what is written, and what is refused before any work.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::{fs, path::Path};

use program::{file, flow, refusal, result};

#[test]
fn broken_json_is_named_by_place_with_what_is_accepted() {
    let starts = ["sample", "--preset", "five-modes", "--starts", "-"];
    let points = ["exact", "--preset", "five-modes", "--points", "-"];
    for (arguments, input, place, accepted) in [
        (starts, "[[0,1],[1,2,3]]", "starts[1]: ", "a list [[x, y], ..]"),
        (starts, "[[0,\"a\"]]", "starts[0][1]: ", "what `flow sample` wrote"),
        (starts, "{\"endpoints\":[[0]]}", "starts.endpoints[0]: ", "a list [[x, y], ..]"),
        (starts, "[[0,1]] 2", "starts: ", "a list [[x, y], ..]"),
        (points, "[[1,2]]", "points[0][1]: ", "[{\"t\": 0.5, \"x\": [0.1, -1.2]}, ..]"),
        (points, "[{\"t\":\"a\",\"x\":[0,0]}]", "points[0].t: ", "{\"t\": 0.5"),
    ] {
        let message = refusal(&arguments, input);
        assert!(message.starts_with(&format!("error: {place}")), "{input}: {message}");
        assert!(message.contains(accepted), "{input}: {message}");
    }
    let target = ["train", "--target", "{\"type\":\"points\",\"points\":[[0]]}", "--out", "never.flow"];
    let message = refusal(&target, "");
    let open = ["train", "--schedule", "{\"type\":\"vp\"", "--out", "never.flow"];
    assert!(refusal(&open, "").starts_with("error: --schedule: EOF"));
    assert!(message.contains("--target.points[0]: ") && message.contains("`flow list`"), "{message}");
}

const SMALL: [&str; 7] = ["train", "--width", "16", "--depth", "1", "--steps", "5"];

#[test]
#[cfg(unix)]
fn a_model_needs_a_file_of_its_own() {
    let model = file("files-model.flow", "");
    result(&[&SMALL[..], &["--out", &model]].concat(), "");
    // Like a device, a socket is there and is no file.
    let socket = std::env::temp_dir().join(format!("flow-socket-{}", std::process::id()));
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for place in ["-", socket.to_str().unwrap()] {
        for command in
            [&SMALL[..], &[&SMALL[..], &["--resume"]].concat(), &["reflow", &model], &["distil", &model]]
        {
            let message = refusal(&[command, &["--out", place]].concat(), "");
            assert!(
                message.contains(&format!("--out is {place}, but must be a file of its own")),
                "{message}"
            );
        }
    }
    assert!(!Path::new("-").exists());
    fs::remove_file(socket).unwrap();
}

#[test]
fn a_result_without_a_place_is_refused_before_the_work() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let nowhere = |name: &str| folder.join("nowhere").join(name).to_str().unwrap().to_owned();
    let folder = folder.join("folder/").to_str().unwrap().to_owned();
    let (svg, png, model) = (nowhere("a.svg"), nowhere("a.png"), nowhere("a.flow"));
    // Were the work begun, another error would come first.
    for (arguments, out) in [
        (vec!["plot", "--spec", "/nowhere.json"], &svg),
        (vec!["plot", "--spec", "/nowhere.json"], &png),
        (vec!["export", "/nowhere.flow"], &model),
        (vec!["reflow", "/nowhere.flow"], &model),
        (SMALL.to_vec(), &model),
        (SMALL.to_vec(), &folder),
    ] {
        let message = refusal(&[&arguments[..], &["--out", out]].concat(), "");
        let expected = format!("error: --out is {out}, but must be a file in a folder that exists\n");
        assert_eq!(message, expected, "{arguments:?}");
    }
}

/// A folder that takes no files, whoever asks.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_cannot_be_written_is_refused_before_the_work() {
    for (arguments, out) in [
        (vec!["plot", "--spec", "/nowhere.json"], "/proc/a.svg"),
        (vec!["export", "/nowhere.flow"], "/proc/a.flow"),
        (vec!["train", "--steps", "1000000"], "/proc/a.flow"),
    ] {
        let message = refusal(&[&arguments[..], &["--out", out]].concat(), "");
        assert!(
            message.contains(&format!("--out is {out}, but must be a file that can be written")),
            "{message}"
        );
    }
}

/// The trial leaves what is there as it is, and nothing where nothing was.
#[test]
fn a_refused_command_leaves_files_alone() {
    let kept = file("kept.svg", "kept");
    let new = kept.replace("kept.svg", "new.svg");
    let plot = |out: &str| refusal(&["plot", "--spec", "/nowhere.json", "--out", out], "");
    assert!(plot(&kept).contains("/nowhere.json") && plot(&new).contains("/nowhere.json"));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
    assert!(!Path::new(&new).exists());
    let drawn = flow(&["plot", "--preset", "five-modes", "--count", "5", "--out", &kept], "");
    assert!(drawn.status.success() && fs::read_to_string(&kept).unwrap().starts_with("<svg"));
}

/// As JSON and as a table, with rows in any order of particles.
#[test]
fn of_trajectories_the_end_points_are_taken() {
    let sample = |more: &[&str]| {
        let shared = ["sample", "--preset", "five-modes", "--count", "50", "--steps", "4"];
        String::from_utf8(flow(&[&shared[..], more].concat(), "").stdout).unwrap()
    };
    let ends = file("ends.csv", &sample(&["--format", "csv"]));
    let ways = sample(&["--format", "csv", "--trajectories"]);
    assert_eq!(ways.lines().count(), 1 + 50 * 5);
    let by_time = {
        let (header, mut rows) = (ways.lines().next().unwrap(), ways.lines().skip(1).collect::<Vec<_>>());
        rows.sort_by_key(|row| row.split(',').nth(1).unwrap().to_owned());
        format!("# made again\n{header}\n\n{}", rows.join("\n"))
    };
    let semicolons = ways.replace(',', ";").replace("particle", "\"Particle\"");
    for text in [&ways, &by_time, &semicolons, &sample(&["--trajectories"])] {
        let answer = result(&["metric", "w2", "-", &ends], text);
        assert_eq!(answer["sizes"], serde_json::json!([50, 50]), "{}", &text[..60]);
        assert!(answer["value"].as_f64().unwrap() < 1e-6, "{answer}");
    }
    // With a time alone, or a particle alone, every row is a point.
    for names in ["a,t", "particle,a"] {
        let answer = result(&["metric", "energy", "-", &ends], &ways.replace("particle,t", names));
        assert_eq!(answer["sizes"][0], 250, "{names}");
    }
}
