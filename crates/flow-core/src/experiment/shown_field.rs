//! The field that a panel shows.

use super::Experiment;
use crate::{
    Error, Result, Rng,
    config::{FieldKind, Path},
    coupling::Pairing,
    field::{
        Conversion, Converted, Denoiser, Divergence, Guided, NetworkField, PairedField, Rounded, Score,
        VelocityField,
    },
    train::first_pairing,
};

/// A field in f32 that answers every question, or says why it has no answer.
pub trait ShownField: VelocityField<Scalar = f32> + Score + Divergence + Denoiser<Scalar = f32> {}

impl<F: VelocityField<Scalar = f32> + Score + Divergence + Denoiser<Scalar = f32>> ShownField for F {}

impl Experiment {
    /// The conditional paths that the network on show learned from: those of the round it was
    /// trained in.
    pub fn path(&self) -> Path {
        self.config.path(self.shown.as_ref().map_or(self.rounds_begun, |(then, _)| then.generation))
    }

    /// What follows from a velocity learned along these paths.
    pub fn conversion(&self) -> Conversion {
        self.path().conversion(&*self.source, &*self.target)
    }

    /// The field that the configuration's [sampling](crate::config::SamplingConfig) names, with the weights of the
    /// moment on show, for the first `count` particles or with `None` for all; only the paired field
    /// depends on whom it moves.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are not so many particles; otherwise never expected for a
    /// configuration that [validates](crate::Config::validate).
    pub fn shown_field(&self, count: Option<usize>) -> Result<Box<dyn ShownField>> {
        let starts = self.first_starts(count)?;
        Ok(match self.config.sampling.field {
            FieldKind::Learned => self.learned_field()?,
            FieldKind::Exact => Box::new(Rounded(self.exact_field()?)),
            FieldKind::Paired => {
                Box::new(self.alone(starts.to_vec(), self.partners()?[..starts.len()].to_vec())?)
            }
        })
    }

    /// The field on show, where every place has a velocity.
    pub(super) fn field_at_places(&self) -> Result<Box<dyn ShownField>> {
        if self.config.sampling.field == FieldKind::Paired {
            let reason = "every particle has a velocity of its own, the place has none";
            return Err(Error::unavailable("the velocity", reason));
        }
        self.shown_field(Some(1))
    }

    fn learned_field(&self) -> Result<Box<dyn ShownField>> {
        let (network, conversion) = (self.shown_network(), self.conversion());
        Ok(match self.config.sampling.guidance {
            None => Box::new(Converted::new(network, conversion)),
            Some(guidance) => {
                let conversion = conversion.without_score("a guided flow follows no path of distributions");
                Box::new(Converted::new(self.guided_field(guidance.class, guidance.weight)?, conversion))
            }
        })
    }

    /// The field of particles that start at `starts` and each know their own target: data drawn from
    /// the random stream of `seed` and paired with them as the coupling says.
    ///
    /// # Errors
    /// [`Error::Unavailable`] once a round has begun, whose pairs bring their own noise.
    pub fn paired_field(&self, starts: &[[f32; 2]], seed: u64) -> Result<Box<dyn ShownField>> {
        Ok(Box::new(self.alone(starts.to_vec(), self.partners_of(starts, seed)?)?))
    }

    fn alone(&self, starts: Vec<[f32; 2]>, partners: Vec<[f32; 2]>) -> Result<Converted<PairedField<f32>>> {
        let field = PairedField::new(self.path().schedule, starts, partners)?;
        let reason = "a particle that knows its target is alone on its path";
        Ok(Converted::new(field, self.conversion().without_path(reason)))
    }

    /// For each particle the data that its own pair ends in.
    pub(super) fn partners(&self) -> Result<&[[f32; 2]]> {
        if let Some(partners) = self.partners.get() {
            return Ok(partners);
        }
        let partners = self.partners_of(&self.starts, self.config.seed)?;
        Ok(self.partners.get_or_init(|| partners))
    }

    fn partners_of(&self, starts: &[[f32; 2]], seed: u64) -> Result<Vec<[f32; 2]>> {
        self.path().drawn_coupling("the paired field")?;
        self.first_pairing(seed)?.partners_of(starts, &mut Rng::stream(seed, "partners"))
    }

    /// The pairs that the first network learns from, with the random streams of `seed`.
    pub(super) fn first_pairing(&self, seed: u64) -> Result<Pairing> {
        first_pairing(&self.config, self.source.clone(), self.target.clone(), seed)
    }

    /// The field of one class (a mode of the target, counted from 0), exaggerated by `weight`; 1 is
    /// the class as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the network knows no such class or the weight is not finite.
    pub fn guided_field(&self, class: usize, weight: f64) -> Result<Guided<NetworkField, NetworkField>> {
        let network = self.shown_network();
        Guided::new(network.clone().with_class(Some(class))?, network, weight)
    }
}
