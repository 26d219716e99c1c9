//! `flow plot`: a picture of samples, trajectories and field arrows, as SVG or PNG.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use flow_core::{
    Error, Rng, Scalar,
    config::FieldKind,
    distribution::{Distribution, Outline, square_around},
    experiment::Sampling,
    field::VelocityField,
    solver::{Diffusion, Keep, Trajectories},
};
use plotters::{coord::Shift, prelude::*};

use super::sample::SolverOptions;
use crate::{
    failure::Failure,
    field::{ClassOptions, Field, FieldOptions, KindOptions, shown_field},
    numbers, output,
};

/// Options of `flow plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Blue dots reached the target, orange crosses missed it. A PNG has no numbers at its axes.

Examples:
  flow plot --preset five-modes --show samples,trajectories --steps 8 --out five.svg
  flow plot --model board.flow --count 5000 --solver rk4 --steps 32 --out board.png
  flow plot --preset five-modes --field paired --show trajectories --steps 1 --out pairs.svg
  flow plot --preset two-moons --show field,samples --time 0.9 --out - > moons.svg")]
pub struct Options {
    #[command(flatten)]
    field: FieldOptions,
    #[command(flatten)]
    kind: KindOptions,
    #[command(flatten)]
    class: ClassOptions,
    #[command(flatten)]
    solver: SolverOptions,
    /// What to draw, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_value = "samples")]
    show: Vec<Layer>,
    /// Number of samples; a tenth of them leave their trajectories
    #[arg(long, value_name = "N", default_value = "2000", value_parser = numbers::count)]
    count: usize,
    /// Time of the field's arrows
    #[arg(long, value_name = "T", default_value_t = 0.5, value_parser = numbers::time, allow_negative_numbers = true)]
    time: f64,
    /// Width and height in pixels
    #[arg(long, value_name = "PIXELS", default_value = "800", value_parser = numbers::pixels)]
    size: u32,
    /// File for the picture, ending in .svg or .png; - writes SVG to standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Layer {
    /// Where the particles end
    Samples,
    /// How some of them got there
    Trajectories,
    /// The velocity at one time
    Field,
}

/// Everything on the picture, in the coordinates of the plane.
struct Scene {
    /// `[left, right, bottom, top]`.
    bounds: [f64; 4],
    outline: Vec<Outline>,
    /// Samples and whether each hits the target.
    samples: Vec<([f64; 2], bool)>,
    paths: Vec<Vec<[f64; 2]>>,
    /// Feet and tips.
    arrows: Vec<[[f64; 2]; 2]>,
}

const PAPER: RGBColor = RGBColor(0xfb, 0xfa, 0xf7);
const INK: RGBColor = RGBColor(0x1d, 0x1f, 0x23);
const RULE: RGBColor = RGBColor(0xde, 0xdb, 0xd2);
const HIT: RGBColor = RGBColor(0x1f, 0x6f, 0xb5);
const MISS: RGBColor = RGBColor(0xc8, 0x5a, 0x0a);

/// The borders of more circles would blacken the picture: they are discs in the same pale colour.
const MOST_BORDERS: usize = 500;

/// How much wider the picture is than what it shows.
const MARGIN: f64 = 1.04;

/// Arrows along each side of the picture.
const ARROWS: usize = 24;

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let is_png = is_png(&self.out)?;
        let scene = self.scene()?;
        let size = (self.size, self.size);
        if is_png {
            let root = BitMapBackend::new(&self.out, size).into_drawing_area();
            return draw(&root, &scene, false);
        }
        let mut svg = String::new();
        draw(&SVGBackend::with_string(&mut svg, size).into_drawing_area(), &scene, true)?;
        if self.out == Path::new("-") {
            return output::write(|out| out.write_all(svg.as_bytes()));
        }
        let written = std::fs::File::create(&self.out).and_then(|mut file| file.write_all(svg.as_bytes()));
        written.map_err(|error| cannot_write(&self.out, &error))
    }

    fn scene(&self) -> Result<Scene, Failure> {
        let kind = self.kind.kind()?;
        if kind == Some(FieldKind::Paired) && self.shows(Layer::Field) {
            let accepted = "samples or trajectories with --field paired: such a velocity belongs to a particle, not to a place";
            return Err(Failure::input("--show", "field", accepted));
        }
        let chosen = self.field.read_kind(kind, &self.class)?;
        let config = chosen.config();
        let (source, target) = (config.source.build("source")?, config.target.build("target")?);
        let seed = self.solver.seed(config);
        let mut rng = Rng::stream(seed, "particles");
        let starts = source.sample(&mut rng, self.count);
        let keep = if self.shows(Layer::Trajectories) { Keep::EveryState } else { Keep::BothEnds };
        let (conversion, noise) = (chosen.conversion()?, Rng::stream(seed, "diffusion"));
        match &chosen {
            Field::Exact(_, field) => {
                let starts: Vec<_> = starts.into_iter().map(|x| x.map(f64::from)).collect();
                let course = self.solver.course(Diffusion::Constant { g: 1.0 }, keep)?;
                let run = Sampling::new(&**field, &conversion, course, &starts, noise)?.finish()?;
                self.compose(&*target, &*source, &**field, &run)
            }
            Field::Shown(experiment) => {
                if kind == Some(FieldKind::Paired) {
                    self.solver.check_start()?;
                }
                let field = shown_field(experiment, &starts, seed)?;
                let course = self.solver.course(Diffusion::SqrtSigma { g: 1.0 }, keep)?;
                let run = Sampling::new(&field, &conversion, course, &starts, noise)?.finish()?;
                self.compose(&*target, &*source, &field, &run)
            }
        }
    }

    fn shows(&self, layer: Layer) -> bool {
        self.show.contains(&layer)
    }

    fn compose<F: VelocityField>(
        &self,
        target: &dyn Distribution,
        source: &dyn Distribution,
        field: &F,
        run: &Trajectories<F::Scalar>,
    ) -> Result<Scene, Failure> {
        let ([x, y], half_side) = square_around(target, source);
        let reach = MARGIN * half_side;
        let bounds = [x - reach, x + reach, y - reach, y + reach];
        let mut scene =
            Scene { bounds, outline: target.outline(), samples: vec![], paths: vec![], arrows: vec![] };
        if self.shows(Layer::Samples) {
            let ends = run.end().iter().map(|x| x.map(Scalar::to_f64));
            scene.samples = ends.map(|x| (x, target.mode_at(x).is_some())).collect();
        }
        if self.shows(Layer::Trajectories) {
            let states = || (0..run.times.len()).map(|state| run.state(state));
            let path = |i: usize| states().map(|state| state[i].map(Scalar::to_f64)).collect();
            scene.paths = (0..run.particle_count().div_ceil(10)).map(path).collect();
        }
        if self.shows(Layer::Field) {
            scene.arrows = arrows(field, self.time, bounds)?;
        }
        Ok(scene)
    }
}

/// The velocities on a grid, the longest as long as the grid's spacing.
fn arrows<F: VelocityField>(field: &F, t: f64, bounds: [f64; 4]) -> Result<Vec<[[f64; 2]; 2]>, Failure> {
    let spacing = (bounds[1] - bounds[0]) / ARROWS as f64;
    let place = |index: usize, low: f64| low + (index as f64 + 0.5) * spacing;
    let mut found = Vec::new();
    for index in 0..ARROWS * ARROWS {
        let foot = [place(index % ARROWS, bounds[0]), place(index / ARROWS, bounds[2])];
        let mut velocity = [[F::Scalar::from_f64(0.0); 2]];
        match field.velocity(t, &[foot.map(Scalar::from_f64)], &mut velocity) {
            Ok(()) => found.push((foot, velocity[0].map(Scalar::to_f64))),
            // No path passes here: no arrow.
            Err(Error::Unavailable { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let longest = found.iter().map(|(_, [u, v])| (u * u + v * v).sqrt()).fold(f64::MIN_POSITIVE, f64::max);
    let scale = spacing / longest;
    Ok(found.into_iter().map(|(foot, [u, v])| [foot, [foot[0] + scale * u, foot[1] + scale * v]]).collect())
}

fn is_png(path: &Path) -> Result<bool, Failure> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("png") => Ok(true),
        Some("svg") => Ok(false),
        None if path == Path::new("-") => Ok(false),
        _ => Err(Failure::input("--out", path.display(), "a file that ends in .svg or .png, or -")),
    }
}

fn cannot_write(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Work(format!("writing {} failed: {error}", path.display()))
}

fn draw<B: DrawingBackend>(root: &DrawingArea<B, Shift>, scene: &Scene, labels: bool) -> Result<(), Failure> {
    try_draw(root, scene, labels).map_err(|error| Failure::Work(format!("drawing failed: {error}")))
}

fn try_draw<B: DrawingBackend>(
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
    let place = |&([x, y], _): &([f64; 2], bool)| (x, y);
    let (hits, misses): (Vec<_>, Vec<_>) = scene.samples.iter().partition(|(_, is_hit)| *is_hit);
    chart.draw_series(hits.iter().map(|sample| Circle::new(place(sample), 2, HIT.mix(0.6).filled())))?;
    chart.draw_series(misses.iter().map(|sample| Cross::new(place(sample), 3, MISS.mix(0.8))))?;
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
