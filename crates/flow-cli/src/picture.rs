//! Pictures of the plane, as SVG or PNG.

use flow_core::distribution::Outline;
use plotters::{coord::Shift, prelude::*};

use crate::{digits::WithDigits, failure::Failure};

/// Everything on the picture, in the coordinates of the plane.
pub struct Scene {
    /// `[left, right, bottom, top]`.
    pub bounds: [f64; 4],
    pub outline: Vec<Outline>,
    pub samples: Vec<([f64; 2], Mark)>,
    pub paths: Vec<Vec<[f64; 2]>>,
    /// Feet and tips.
    pub arrows: Vec<[[f64; 2]; 2]>,
}

/// What is known of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Hit,
    Miss,
    /// Not at the time of the data: nothing to hit.
    OnTheWay,
}

const PAPER: RGBColor = RGBColor(0xfb, 0xfa, 0xf7);
const INK: RGBColor = RGBColor(0x1d, 0x1f, 0x23);
const RULE: RGBColor = RGBColor(0xde, 0xdb, 0xd2);
const HIT: RGBColor = RGBColor(0x1f, 0x6f, 0xb5);
const MISS: RGBColor = RGBColor(0xc8, 0x5a, 0x0a);

/// The borders of more circles would blacken the picture: they are discs in the same pale colour.
const MOST_BORDERS: usize = 500;

/// Pixels around the picture, and of the numbers at its axes.
const MARGIN: u32 = 8;
const LETTER: u32 = 7;
const LABEL_HEIGHT: u32 = 28;

/// Pixels of the smallest picture with numbers at its axes, beside those of the longest.
const LEAST_LABELLED: u32 = 120;

/// Pixels of a path's shortest piece: corners lie on whole pixels, and closer ones would zigzag.
const SHORTEST: f64 = 5.0;

/// The picture as the bytes of an SVG, `size` pixels wide and high.
pub fn svg(scene: &Scene, size: u32) -> Result<Vec<u8>, Failure> {
    let mut svg = String::new();
    draw(&SVGBackend::with_string(&mut svg, (size, size)).into_drawing_area(), scene)
        .map_err(|error| failed(&error))?;
    Ok(svg.into_bytes())
}

/// The picture as the bytes of a PNG, `size` pixels wide and high.
pub fn png(scene: &Scene, size: u32) -> Result<Vec<u8>, Failure> {
    let side = size as usize;
    let mut pixels = vec![0; 3 * side * side];
    let backend = WithDigits(BitMapBackend::with_buffer(&mut pixels, (size, size)));
    draw(&backend.into_drawing_area(), scene).map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size, size);
    encoder.set_color(png::ColorType::Rgb);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels))
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::Work(format!("drawing failed: {error}"))
}

fn draw<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    scene: &Scene,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let [left, right, bottom, top] = scene.bounds;
    root.fill(&PAPER)?;
    let mut builder = ChartBuilder::on(root);
    let (side, label) = (root.dim_in_pixel().0, LETTER * letters(scene.bounds));
    let is_labelled = side > LEAST_LABELLED + label;
    builder.margin(MARGIN);
    if is_labelled {
        // The plane is a square, whatever stands beside it.
        let (beside, right) = (label + 12, MARGIN.max(label / 2));
        builder.y_label_area_size(beside).margin_right(right);
        builder.x_label_area_size(LABEL_HEIGHT).margin_top(beside + right - LABEL_HEIGHT);
    }
    let mut chart = builder.build_cartesian_2d(left..right, bottom..top)?;
    if is_labelled {
        let mut mesh = chart.configure_mesh();
        mesh.x_labels((side / (label + 20)).clamp(2, 11) as usize);
        mesh.y_labels((side / 40).clamp(2, 11) as usize);
        mesh.disable_mesh().axis_style(RULE).label_style(("sans-serif", 12, &INK)).draw()?;
    }
    let pixels = f64::from(chart.plotting_area().dim_in_pixel().0) / (right - left);
    for outline in &scene.outline {
        match outline {
            Outline::Circle { center, radius } if scene.outline.len() > MOST_BORDERS => {
                let reach = (radius * pixels).round().max(1.0) as i32;
                chart.draw_series(std::iter::once(Circle::new(
                    (center[0], center[1]),
                    reach,
                    RULE.filled(),
                )))?;
            }
            _ => {
                chart.draw_series(std::iter::once(PathElement::new(corners(outline), INK.mix(0.5))))?;
            }
        }
    }
    let pieces = scene.paths.iter().flat_map(|path| clipped(path, scene.bounds));
    let line = |piece: Vec<_>| PathElement::new(as_pairs(&sparse(&piece, SHORTEST / pixels)), INK.mix(0.25));
    chart.draw_series(pieces.map(line))?;
    for arrow in &scene.arrows {
        chart.draw_series(std::iter::once(PathElement::new(as_pairs(arrow), INK.mix(0.45))))?;
        let foot = (arrow[0][0], arrow[0][1]);
        chart.draw_series(std::iter::once(Circle::new(foot, 1, INK.mix(0.45).filled())))?;
    }
    let places = |wanted| {
        let marked = scene.samples.iter().filter(move |(_, mark)| *mark == wanted);
        // What lies beyond the picture is shown at its border.
        marked.map(|&([x, y], _)| (x.clamp(left, right), y.clamp(bottom, top)))
    };
    let dot = |color: RGBColor| move |place| Circle::new(place, 2, color.mix(0.6).filled());
    chart.draw_series(places(Mark::OnTheWay).map(dot(INK)))?;
    chart.draw_series(places(Mark::Hit).map(dot(HIT)))?;
    chart.draw_series(places(Mark::Miss).map(|place| Cross::new(place, 3, MISS.mix(0.8))))?;
    root.present()
}

/// The letters of the longest number at the axes.
fn letters(bounds: [f64; 4]) -> u32 {
    let largest = bounds.into_iter().map(f64::abs).fold(1.0, f64::max);
    let decimals = -libm::floor(libm::log10((bounds[1] - bounds[0]) / 10.0)).clamp(-5.0, -1.0);
    // A minus, the whole part, a point.
    (libm::floor(libm::log10(largest)) + decimals) as u32 + 3
}

/// The pieces of a path that lie within `bounds`.
fn clipped(path: &[[f64; 2]], bounds: [f64; 4]) -> Vec<Vec<[f64; 2]>> {
    let mut pieces: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut is_open = false;
    for step in path.windows(2) {
        let (from, way) = (step[0], [0, 1].map(|axis| step[1][axis] - step[0][axis]));
        // The shares of the way at which it enters and leaves (Liang and Barsky 1984).
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            let [low, high] = [0, 1].map(|side| bounds[2 * axis + side] - from[axis]);
            if way[axis] == 0.0 {
                leaves = if low <= 0.0 && high >= 0.0 { leaves } else { -1.0 };
            } else {
                let [one, other] = [low, high].map(|edge| edge / way[axis]);
                (enters, leaves) = (enters.max(one.min(other)), leaves.min(one.max(other)));
            }
        }
        if enters <= leaves {
            // Of a long way the shares are too coarse for places as near as these.
            let at = |share: f64| {
                [0, 1].map(|axis: usize| {
                    (from[axis] + share * way[axis]).clamp(bounds[2 * axis], bounds[2 * axis + 1])
                })
            };
            match pieces.last_mut() {
                Some(piece) if is_open && enters == 0.0 => piece.push(at(leaves)),
                _ => pieces.push(vec![at(enters), at(leaves)]),
            }
        }
        is_open = enters <= leaves && leaves >= 1.0;
    }
    pieces
}

/// The points of a path that are at least `reach` apart, and its ends.
fn sparse(path: &[[f64; 2]], reach: f64) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (index, &[x, y]) in path.iter().enumerate() {
        let is_far = kept.last().is_none_or(|last| libm::hypot(x - last[0], y - last[1]) >= reach);
        if is_far || index + 1 == path.len() {
            kept.push([x, y]);
        }
    }
    kept
}

fn as_pairs(points: &[[f64; 2]]) -> Vec<(f64, f64)> {
    points.iter().map(|&[x, y]| (x, y)).collect()
}

/// The corners of an outline, the first again at the end.
fn corners(outline: &Outline) -> Vec<(f64, f64)> {
    match outline {
        Outline::Circle { center, radius } => (0..=72)
            .map(|degree| (f64::from(degree) * 5.0).to_radians())
            .map(|angle| (center[0] + radius * libm::cos(angle), center[1] + radius * libm::sin(angle)))
            .collect(),
        Outline::Polygon(points) => {
            as_pairs(points).into_iter().chain(points.first().map(|p| (p[0], p[1]))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [f64; 4] = [-1.0, 1.0, -1.0, 1.0];

    #[test]
    fn a_path_is_cut_where_it_leaves_and_comes_back() {
        let path = [[0.0, 0.0], [0.5, 0.0], [3.0, 0.0], [3.0, 0.5], [-3.0, 0.5], [-3.0, 3.0]];
        let expected = vec![vec![[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]], vec![[1.0, 0.5], [-1.0, 0.5]]];
        assert_eq!(clipped(&path, SQUARE), expected);
        assert_eq!(clipped(&path[..2], SQUARE), vec![path[..2].to_vec()], "inside nothing changes");
        let beyond = [[2.0, 0.0], [2.0, 9.0], [1e200, -1e200]];
        assert!(clipped(&beyond, SQUARE).is_empty());
        let through = clipped(&[[-1e80, 2e79], [3e80, -6e79]], SQUARE);
        assert!(
            !through.is_empty() && through.iter().flatten().flatten().all(|x| x.abs() <= 1.0),
            "{through:?}"
        );
    }

    #[test]
    fn the_longest_number_has_room() {
        let letters = |half: f64| letters([-half, half, -half, half]);
        assert_eq!([3.2, 12.0, 1e6, 0.3, 0.03].map(letters), [4, 5, 10, 5, 6]);
    }

    #[test]
    fn close_points_are_left_out_but_the_ends_are_kept() {
        let path: Vec<_> = (0..=10).map(|i| [f64::from(i), 0.0]).collect();
        let kept: Vec<_> = sparse(&path, 4.0).into_iter().map(|x| x[0]).collect();
        assert_eq!(kept, [0.0, 4.0, 8.0, 10.0]);
    }
}
