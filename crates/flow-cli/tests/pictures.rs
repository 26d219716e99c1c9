//! What `flow plot` draws, and where.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use program::{file, flow, refusal};
use serde_json::json;

#[test]
fn pictures_are_drawn() {
    let plot = |out: &str| {
        flow(
            &[
                "plot",
                "--preset",
                "five-modes",
                "--count",
                "100",
                "--steps",
                "8",
                "--show",
                "samples,trajectories,field",
                "--out",
                out,
            ],
            "",
        )
    };
    let svg = String::from_utf8(plot("-").stdout).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("#1F6FB5"), "{}", &svg[..200]);
    let png = file("picture.png", "");
    assert!(plot(&png).status.success());
    assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    let loud = file("PICTURE.PNG", "");
    assert!(plot(&loud).status.success() && std::fs::read(&loud).unwrap().starts_with(b"\x89PNG"));
    let points = r#"{"target":{"type":"points","points":[[0,0],[1,1]]}}"#;
    let late = ["plot", "--spec", "-", "--show", "field", "--time", "1", "--out", "-"];
    assert!(refusal(&late, points).contains("not available"), "no arrow at all");
    let gif = ["plot", "--preset", "five-modes", "--out", "picture.gif"];
    assert!(refusal(&gif, "").contains("picture.gif"));
}

/// Euler steps with this much noise leave the numbers that pictures are drawn with.
#[test]
fn what_lies_beyond_a_picture_is_at_its_border() {
    let wild = ["plot", "--preset", "five-modes", "--count", "50", "--show", "samples,trajectories"];
    let wild = [&wild[..], &["--solver", "sde", "--sigma", "100", "--steps", "30", "--out", "-"]].concat();
    let svg = String::from_utf8(flow(&wild, "").stdout).unwrap();
    let corners = svg.split("points=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let corners: Vec<i32> = corners
        .flat_map(|corners| corners.split([' ', ',']).filter(|number| !number.is_empty()))
        .map(|number| number.parse().unwrap())
        .collect();
    assert!(
        corners.len() > 100 && corners.iter().all(|x| (0..=800).contains(x)),
        "{} corners",
        corners.len()
    );
    assert!(svg.contains("#C85A0A"), "they are misses");
}

/// Letters of pixels below the plane, where nothing else is.
#[test]
fn a_png_has_numbers_at_its_axes() {
    let path = file("numbers.png", "");
    let plot = ["plot", "--preset", "five-modes", "--count", "1", "--size", "200", "--out", &path];
    assert!(flow(&plot, "").status.success());
    let mut reader =
        png::Decoder::new(std::io::Cursor::new(std::fs::read(path).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let inked = pixels[3 * 200 * 168..].chunks(3).filter(|pixel| pixel[0] < 128).count();
    assert!(inked > 20, "{inked} pixels of ink");
}

#[test]
fn the_outline_of_many_points_is_a_disc_around_each() {
    let discs = |count: usize| {
        let points: Vec<_> = (0..count).map(|i| [(i % 30) as f64 / 10.0, (i / 30) as f64 / 10.0]).collect();
        let config = json!({ "target": { "type": "points", "points": points } });
        let path = file(&format!("points-{count}.json"), &config.to_string());
        let plot = ["plot", "--spec", &path, "--count", "10", "--show", "trajectories", "--out", "-"];
        String::from_utf8(flow(&plot, "").stdout).unwrap().matches("<circle").count()
    };
    assert_eq!((discs(400), discs(600)), (0, 600), "few have borders");
}

#[test]
fn pictures_are_of_the_field_asked_for() {
    let plot = |field: &str| {
        let shared = ["plot", "--preset", "five-modes", "--count", "50", "--steps", "1", "--out", "-"];
        String::from_utf8(flow(&[&shared[..], &["--field", field]].concat(), "").stdout).unwrap()
    };
    let (hit, miss) = ("#1F6FB5", "#C85A0A");
    let exact = plot("exact");
    assert!(exact.contains(miss) && !exact.contains(hit), "in one step all land on the mean");
    assert!(plot("paired").contains(hit), "each lands on its own data");
    let arrows = ["plot", "--preset", "five-modes", "--field", "paired", "--show", "field", "--out", "-"];
    let refused = refusal(&arrows, "");
    assert!(refused.contains("--show is field") && refused.contains("belongs to a particle"), "{refused}");
}
