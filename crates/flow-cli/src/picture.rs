//! Pictures of the plane, as SVG or PNG.

use flow_core::distribution::Outline;
use plotters::{coord::Shift, prelude::*};

use crate::failure::Failure;

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

/// The picture as the bytes of an SVG, `size` pixels wide and high.
pub fn svg(scene: &Scene, size: u32) -> Result<Vec<u8>, Failure> {
    let mut svg = String::new();
    draw(&SVGBackend::with_string(&mut svg, (size, size)).into_drawing_area(), scene, true)
        .map_err(|error| failed(&error))?;
    Ok(svg.into_bytes())
}

/// The picture as the bytes of a PNG, `size` pixels wide and high.
pub fn png(scene: &Scene, size: u32) -> Result<Vec<u8>, Failure> {
    let side = size as usize;
    let mut pixels = vec![0; 3 * side * side];
    draw(&BitMapBackend::with_buffer(&mut pixels, (size, size)).into_drawing_area(), scene, false)
        .map_err(|error| failed(&error))?;
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
    labels: bool,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let [left, right, bottom, top] = scene.bounds;
    root.fill(&PAPER)?;
    let mut builder = ChartBuilder::on(root);
    builder.margin(8);
    if labels {
        builder.x_label_area_size(28).y_label_area_size(36);
    }
    let mut chart = builder.build_cartesian_2d(left..right, bottom..top)?;
    if labels {
        let mut mesh = chart.configure_mesh();
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
    chart.draw_series(scene.paths.iter().map(|path| PathElement::new(as_pairs(path), INK.mix(0.25))))?;
    for arrow in &scene.arrows {
        chart.draw_series(std::iter::once(PathElement::new(as_pairs(arrow), INK.mix(0.45))))?;
        let foot = (arrow[0][0], arrow[0][1]);
        chart.draw_series(std::iter::once(Circle::new(foot, 1, INK.mix(0.45).filled())))?;
    }
    let places = |wanted| {
        let marked = scene.samples.iter().filter(move |(_, mark)| *mark == wanted);
        marked.map(|&([x, y], _)| (x, y))
    };
    let dot = |color: RGBColor| move |place| Circle::new(place, 2, color.mix(0.6).filled());
    chart.draw_series(places(Mark::OnTheWay).map(dot(INK)))?;
    chart.draw_series(places(Mark::Hit).map(dot(HIT)))?;
    chart.draw_series(places(Mark::Miss).map(|place| Cross::new(place, 3, MISS.mix(0.8))))?;
    root.present()
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
