//! The commands, one file each.

mod completions;
mod distil;
mod evaluate;
mod exact;
mod export;
mod likelihood;
mod list;
mod metric;
mod plot;
mod reflow;
mod sample;
mod train;

use clap::Subcommand;

use crate::failure::Failure;

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Velocity, score, log density and divergence of an exact field
    Exact(exact::Options),
    /// Move points along an exact or trained field
    Sample(sample::Options),
    /// Train a velocity network
    Train(train::Options),
    /// Train again on the pairs a model makes, for straighter trajectories
    Reflow(reflow::Options),
    /// Train a network that needs one step, or a few, to do what a model does in many
    Distil(distil::Options),
    /// Every metric of a trained model, for several numbers of steps
    Evaluate(evaluate::Options),
    /// Log density of points, by the change of variables along the flow
    Likelihood(likelihood::Options),
    /// The weights of a model as safetensors
    Export(export::Options),
    /// A picture of samples, trajectories and the field, as SVG or PNG
    Plot(plot::Options),
    /// Distance between two sets of points
    Metric(metric::Options),
    /// Every name that other commands and configurations accept
    List(list::Options),
    /// A completion script for your shell
    Completions(completions::Options),
}

impl Command {
    /// Carries the command out.
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::Exact(options) => options.run(),
            Self::Sample(options) => options.run(),
            Self::Train(options) => options.run(),
            Self::Reflow(options) => options.run(),
            Self::Distil(options) => options.run(),
            Self::Evaluate(options) => options.run(),
            Self::Likelihood(options) => options.run(),
            Self::Export(options) => options.run(),
            Self::Plot(options) => options.run(),
            Self::Metric(options) => options.run(),
            Self::List(options) => options.run(),
            Self::Completions(options) => options.run(),
        }
    }
}
