//! Whatever comes in, a message or a valid distribution comes out.

use proptest::prelude::*;

use super::*;

/// 10,000 cases as the plan says; the code under test takes microseconds.
fn many() -> ProptestConfig {
    ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() }
}

/// A valid distribution, or a message that says what would have been one.
fn is_sound<T>(result: &Result<T>, valid: impl Fn(&T) -> bool) -> bool {
    match result {
        Ok(value) => valid(value),
        Err(error) => error.to_string().contains(", but must be "),
    }
}

fn builds(data: &OwnData) -> bool {
    data.spec()
        .build("target")
        .is_ok_and(|built| built.mode_count() > 0 && built.standard_deviation().is_finite())
}

/// `text` with `edits` of (place, character): replaced, put in or taken out.
fn edited(text: &str, edits: &[(prop::sample::Index, char, u8)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (place, letter, how) in edits {
        let at = place.index(letters.len() + 1);
        match how {
            0 if at < letters.len() => letters[at] = *letter,
            1 if at < letters.len() => drop(letters.remove(at)),
            2 => letters.truncate(at),
            _ => letters.insert(at, *letter),
        }
    }
    letters.into_iter().collect()
}

fn edits(letters: &'static str) -> impl Strategy<Value = Vec<(prop::sample::Index, char, u8)>> {
    let letter =
        prop_oneof![4 => proptest::sample::select(letters.chars().collect::<Vec<_>>()), 1 => any::<char>()];
    prop::collection::vec((any::<prop::sample::Index>(), letter, 0_u8..4), 0..6)
}

fn cloud() -> impl Strategy<Value = Vec<[f64; 2]>> {
    let place = prop_oneof![8 => -4.0..4.0, 1 => -FARTHEST..=FARTHEST, 1 => Just(0.0)];
    prop::collection::vec([place.clone(), place], 1..60)
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn tables(edits in edits("0123456789.,;-+eE \t\n\r#\"xyNn\u{feff}")) {
        let text = edited("x,y,w\n1,2,3\n-4.5,1e3,0\n\n# end\n7;8;9\n", &edits);
        let read = read_table("points", &text);
        prop_assert!(is_sound(&read, |points| {
            OwnData::points(fitted(&thinned(points, LARGEST_CLOUD))).is_ok_and(|data| builds(&data))
        }), "{text:?} {read:?}");
    }

    #[test]
    fn codes_of_points(points in cloud(), edits in edits("ABCabc019-_p")) {
        let code = OwnData::points(points).unwrap().code().unwrap();
        let text = edited(&code, &edits);
        let read = OwnData::read(&text);
        prop_assert!(is_sound(&read, builds), "{read:?}");
        prop_assert!(text != code || read.is_ok_and(|data| data.code().is_ok_and(|again| again == code)));
    }

    /// The bits alone, without the checksum that would catch nearly all of them.
    #[test]
    fn codes_with_a_right_checksum(letters in "[A-Za-z0-9_-]{0,60}") {
        let body = format!("p{letters}");
        let read = OwnData::read(&format!("{body}{}", code::checksum(&body)));
        prop_assert!(is_sound(&read, builds), "{read:?}");
    }

    #[test]
    fn codes_of_modes(edits in edits("0123456789.-_*mp")) {
        let read = OwnData::read(&edited("m-2_0_0.3*2_0_0.3_2", &edits));
        prop_assert!(is_sound(&read, builds), "{read:?}");
    }

    #[test]
    fn points_survive_their_code(points in cloud()) {
        let data = OwnData::points(points.clone()).unwrap();
        let code = data.code().unwrap();
        let OwnData::Points(read) = OwnData::read(&code).unwrap() else { panic!("modes") };
        prop_assert_eq!(points.len(), read.len());
        prop_assert!(code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        // Each point is near one that was read, and the other way about.
        let near = (fit::Frame::around(&points).side / 1023.0 * 0.75).max(1e-4);
        let is_near = |a: &[f64; 2], set: &[[f64; 2]]| set.iter().any(|b| (a[0] - b[0]).hypot(a[1] - b[1]) <= near);
        prop_assert!(points.iter().all(|point| is_near(point, &read)) && read.iter().all(|point| is_near(point, &points)));
    }

    #[test]
    fn images(
        width in 0_usize..12, height in 0_usize..12, extra in 0_usize..2,
        seed in prop::collection::vec(any::<u8>(), 1..40), count in 0_usize..40, bright: bool,
    ) {
        let bytes: Vec<u8> = seed.iter().copied().cycle().take(4 * width * height + extra).collect();
        let ink = if bright { Ink::Bright } else { Ink::Dark };
        let points = Density::of_image(&bytes, width, height, ink).and_then(|density| density.fitted_points(count));
        prop_assert!(is_sound(&points, |points| {
            points.len() == count && points.iter().flatten().all(|x| x.abs() <= 4.0 + 1e-9)
        }), "{points:?}");
    }

    #[test]
    fn drawings(
        path in prop::collection::vec([-6.0..6.0_f64, -6.0..6.0_f64], 0..4),
        radius in 0.0..1.5_f64, erase: bool, count in 0_usize..40,
    ) {
        let strokes = [
            Stroke { path: vec![[0.0, 0.0]], radius: 0.1, erase: false },
            Stroke { path, radius, erase },
        ];
        let points = Density::points_of_strokes(&strokes, count);
        prop_assert!(is_sound(&points, |points| {
            points.len() == count && points.iter().flatten().all(|x| x.abs() <= HALF_SIDE)
        }), "{points:?}");
    }
}

/// Own data enters a configuration by name, and the same code is the same data anywhere.
#[test]
fn own_data_has_a_name() {
    let code = OwnData::points(vec![[1.0, 2.0], [3.0, -1.0]]).unwrap().code().unwrap();
    let spec = DistributionSpec::preset(&format!("own.{code}"));
    let built = spec.build("target").unwrap();
    assert_eq!(built.mode_at([1.0, 2.0]), Some(0));
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<DistributionSpec>(&json).unwrap(), spec);
    assert_eq!(
        spec,
        DistributionSpec::preset("own.pADI_gAAAv4AAAEBAAACVVVy3y4jea7"),
        "links must stay readable"
    );
    let message = DistributionSpec::preset("own.m1_2").build("target").unwrap_err().to_string();
    assert_eq!(
        message,
        "the code of your data is changed or cut, but must be whole and unchanged, as the page wrote it"
    );
}
