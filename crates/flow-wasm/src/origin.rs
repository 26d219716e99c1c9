//! A colour for each start, so that one sees where the particles of one region go.

use flow_kernels::raster::Rgb;

/// How far from the grey axis the outermost starts are, in Oklab.
const CHROMA: f32 = 0.16;

/// The colours of these starts: hue by the direction from their middle, saturation by the distance.
///
/// Lightness changes with the direction too, along the axis from green to red, which readers with
/// the common colour-blindnesses see least: no two directions differ by that axis alone. The
/// colours are those of Oklab (Ottosson 2020).
pub fn tints(starts: &[[f32; 2]], is_dark: bool) -> Vec<Rgb> {
    let count = starts.len().max(1) as f32;
    let sum = starts.iter().fold([0.0; 2], |sum, x| [sum[0] + x[0], sum[1] + x[1]]);
    let middle = sum.map(|x| x / count);
    let distance = |x: &[f32; 2]| ((x[0] - middle[0]).powi(2) + (x[1] - middle[1]).powi(2)).sqrt();
    let mean = starts.iter().map(distance).sum::<f32>() / count;
    let lightness = if is_dark { 0.74 } else { 0.56 };
    let tint = |x: &[f32; 2]| {
        let r = distance(x);
        // Twice the mean distance and beyond is the outermost.
        let reach = CHROMA * (r / (2.0 * mean.max(f32::MIN_POSITIVE))).min(1.0) / r.max(f32::MIN_POSITIVE);
        let [a, b] = [(x[0] - middle[0]) * reach, (x[1] - middle[1]) * reach];
        srgb([lightness + 0.9 * a, a, b])
    };
    starts.iter().map(tint).collect()
}

/// Oklab to sRGB, clipped.
fn srgb([lightness, a, b]: [f32; 3]) -> Rgb {
    let [l, m, s] = [
        lightness + 0.396_337_78 * a + 0.215_803_76 * b,
        lightness - 0.105_561_346 * a - 0.063_854_17 * b,
        lightness - 0.089_484_18 * a - 1.291_485_5 * b,
    ]
    .map(|root| root * root * root);
    [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ]
    .map(|linear| {
        let linear = linear.clamp(0.0, 1.0);
        let encoded = if linear <= 0.003_130_8 {
            12.92 * linear
        } else {
            1.055 * libm::powf(linear, 1.0 / 2.4) - 0.055
        };
        (encoded * 255.0 + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_stays_grey_and_a_known_colour_is_found() {
        assert_eq!(srgb([1.0, 0.0, 0.0]), [255, 255, 255]);
        assert_eq!(srgb([0.0, 0.0, 0.0]), [0, 0, 0]);
        // sRGB red, by Ottosson's own table.
        let [red, green, blue] = srgb([0.628, 0.2249, 0.1258]);
        assert!(red >= 254 && green <= 2 && blue <= 2, "{red} {green} {blue}");
    }

    #[test]
    fn opposite_starts_differ_in_colour_and_along_red_and_green_in_lightness() {
        for is_dark in [false, true] {
            let found = tints(&[[2.0, 0.0], [-2.0, 0.0], [0.0, 2.0], [0.0, -2.0], [0.0, 0.0]], is_dark);
            let light = |c: Rgb| 0.2 * f32::from(c[0]) + 0.7 * f32::from(c[1]) + 0.1 * f32::from(c[2]);
            assert!((light(found[0]) - light(found[1])).abs() > 30.0, "{found:?}");
            let blue_share = |c: Rgb| f32::from(c[2]) - f32::from(c[0].min(c[1]));
            assert!(blue_share(found[3]) > blue_share(found[2]) + 60.0, "{found:?}");
            let [r, g, b] = found[4];
            assert!(r.abs_diff(g) <= 2 && g.abs_diff(b) <= 2, "the middle is grey: {found:?}");
        }
    }
}
