//! `flow plot`: a picture of samples, trajectories and field arrows, as SVG or PNG.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use flow_core::{
    Error, Rng, Scalar,
    config::FieldKind,
    distribution::{Distribution, square_around},
    experiment::Sampling,
    field::VelocityField,
    solver::{Diffusion, Keep, Trajectories},
};

use super::sample::SolverOptions;
use crate::{
    failure::Failure,
    field::{ClassOptions, Field, FieldOptions, KindOptions, shown_field},
    numbers, output,
    picture::{self, Mark, Scene},
    starts,
};

/// Options of `flow plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Blue dots reached the target, orange crosses missed it; grey dots are on the way, where --to is not 1.
What lies beyond the picture is at its border.

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
    #[arg(long, value_name = "T", default_value_t = 0.5, value_parser = numbers::time)]
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

/// How much wider the picture is than what it shows.
const MARGIN: f64 = 1.04;

/// Arrows along each side of the picture.
const ARROWS: usize = 24;

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let form = if is_png(&self.out)? { picture::png } else { picture::svg };
        output::check_writable(&self.out)?;
        output::file(&self.out, &form(&self.scene()?, self.size)?)
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
        if kind == Some(FieldKind::Paired) {
            self.solver.check_start()?;
        }
        let starts = starts::drawn(&chosen, self.solver.from, self.count, seed)?;
        let keep = if self.shows(Layer::Trajectories) { Keep::EveryState } else { Keep::BothEnds };
        let (conversion, noise) = (chosen.conversion()?, Rng::stream(seed, "diffusion"));
        match &chosen {
            Field::Exact(_, field) => {
                let course = self.solver.course(Diffusion::Constant { g: 1.0 }, keep)?;
                let run = Sampling::new(&**field, &conversion, course, &starts, noise)?.finish()?;
                self.compose(&*target, &*source, &**field, &run)
            }
            Field::Shown(experiment) => {
                let starts: Vec<_> = starts.iter().map(|x| x.map(|x| x as f32)).collect();
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
            let mark = |x| match target.mode_at(x) {
                _ if self.solver.to < 1.0 => Mark::OnTheWay,
                Some(_) => Mark::Hit,
                None => Mark::Miss,
            };
            let ends = run.end().iter().map(|x| x.map(Scalar::to_f64));
            scene.samples = ends.map(|x| (x, mark(x))).collect();
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
    let (mut found, mut nowhere) = (Vec::new(), None);
    for index in 0..ARROWS * ARROWS {
        let foot = [place(index % ARROWS, bounds[0]), place(index / ARROWS, bounds[2])];
        let mut velocity = [[F::Scalar::from_f64(0.0); 2]];
        match field.velocity(t, &[foot.map(Scalar::from_f64)], &mut velocity) {
            Ok(()) => found.push((foot, velocity[0].map(Scalar::to_f64))),
            // No path passes here: no arrow.
            Err(error @ Error::Unavailable { .. }) => nowhere = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    if let (true, Some(error)) = (found.is_empty(), nowhere) {
        return Err(error.into());
    }
    let longest = found.iter().map(|(_, [u, v])| (u * u + v * v).sqrt()).fold(f64::MIN_POSITIVE, f64::max);
    let scale = spacing / longest;
    Ok(found.into_iter().map(|(foot, [u, v])| [foot, [foot[0] + scale * u, foot[1] + scale * v]]).collect())
}

fn is_png(path: &Path) -> Result<bool, Failure> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("png") => Ok(true),
        Some("svg") => Ok(false),
        None if path == Path::new("-") => Ok(false),
        _ => Err(Failure::input("--out", path.display(), "a file that ends in .svg or .png, or -")),
    }
}
