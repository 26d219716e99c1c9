//! Files and standard streams: what is read, what is written, and what is refused before any work.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use program::refusal;

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
