//! One frame: where every particle is at time t, painted onto a raster.

use flow_kernels::raster::{Ink, Raster, Rgb};

/// How many particles leave trails. More would only blacken the picture.
const TRAILS_AT_MOST: usize = 2_000;
/// Segments of a trail. Shorter ones than these cannot be told apart.
const SEGMENTS_AT_MOST: f32 = 16.0;
/// Opacity of a trail where it touches its particle.
const TRAIL_OPACITY: f32 = 0.35;

/// The trajectories of one flow and which particles end on the target.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    positions: Vec<[f32; 2]>,
    hits: Vec<u8>,
    /// The time of each state, never falling.
    times: Vec<f32>,
}

impl Flow {
    /// A flow of `hits.len()` particles from its states, one after the other, each at its time.
    ///
    /// Returns `None` when the positions are not a whole number of states, or none, or the times
    /// are not one rising number for each state.
    pub fn new(positions: Vec<[f32; 2]>, hits: Vec<u8>, times: Vec<f32>) -> Option<Self> {
        let whole = !hits.is_empty() && !positions.is_empty() && positions.len().is_multiple_of(hits.len());
        if !whole {
            return None;
        }
        let states = positions.len() / hits.len();
        let is_rising = times.windows(2).all(|pair| pair[0] <= pair[1]);
        (times.len() == states && is_rising).then_some(Self { positions, hits, times })
    }

    /// Where the particles begin.
    pub fn starts(&self) -> &[[f32; 2]] {
        &self.positions[..self.particle_count()]
    }

    fn particle_count(&self) -> usize {
        self.hits.len()
    }

    /// Solver steps from the first state to the last.
    fn step_count(&self) -> usize {
        (self.positions.len() / self.particle_count().max(1)).saturating_sub(1)
    }

    /// How many solver steps, whole and part, have been taken at time `t`.
    fn steps_at(&self, t: f32) -> f32 {
        let before = self.times.partition_point(|&time| time <= t).saturating_sub(1);
        let (Some(&from), Some(&to)) = (self.times.get(before), self.times.get(before + 1)) else {
            return self.step_count() as f32;
        };
        before as f32 + ((t - from) / (to - from)).clamp(0.0, 1.0)
    }

    /// The position of `particle` at `steps` solver steps after the start. Between two states an
    /// Euler step moves in a straight line at constant speed, so this is the motion itself.
    fn position(&self, particle: usize, steps: f32) -> [f32; 2] {
        let count = self.particle_count();
        let before = (steps as usize).min(self.step_count());
        let after = (before + 1).min(self.step_count());
        let share = steps - before as f32;
        let (a, b) = (self.positions[before * count + particle], self.positions[after * count + particle]);
        [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
    }
}

/// The square part of the plane that a picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The point in the middle.
    pub center: [f32; 2],
    /// Half the side of the square, above 0.
    pub half_side: f32,
}

impl View {
    /// Pixel position of a point of the plane; the plane's y axis points up, the raster's down.
    pub fn to_pixels(self, raster: &Raster, [x, y]: [f32; 2]) -> [f32; 2] {
        let (width, height) = (raster.width() as f32, raster.height() as f32);
        let scale = width.min(height) / (2.0 * self.half_side);
        [width / 2.0 + (x - self.center[0]) * scale, height / 2.0 - (y - self.center[1]) * scale]
    }
}

/// How particles are drawn. Lengths in pixels, times in units of t.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Radius of a particle.
    pub radius: f32,
    /// Opacity of a particle, 0..=1.
    pub opacity: f32,
    /// How far back in time a trail reaches; 0 for none.
    pub trail: f32,
}

/// Paints the flow at time `t` in [0, 1]: each particle in the colour that `tints` has for it, or,
/// where that is empty, in the ink of hits or misses.
pub fn paint(flow: &Flow, view: View, style: Style, t: f32, tints: &[Rgb], raster: &mut Raster) {
    let now = flow.steps_at(t.clamp(0.0, 1.0));
    let past = flow.steps_at((t - style.trail).clamp(0.0, 1.0));
    for particle in 0..flow.particle_count() {
        let ink = if flow.hits[particle] == 0 { Ink::Miss } else { Ink::Hit };
        let here = flow.position(particle, now);
        if past < now && particle < TRAILS_AT_MOST {
            // From the tail forward: to each real state on the way, then to here.
            let fade = |steps: f32| TRAIL_OPACITY * (steps - past) / (now - past);
            let stride = ((now - past) / SEGMENTS_AT_MOST).ceil();
            let (mut from, mut from_steps) = (flow.position(particle, past), past);
            while from_steps < now {
                let to_steps = (from_steps.floor() + stride).min(now);
                let to = flow.position(particle, to_steps);
                let ends = [view.to_pixels(raster, from), view.to_pixels(raster, to)];
                let fades = [fade(from_steps), fade(to_steps)];
                match tints.get(particle) {
                    Some(&tint) => raster.tinted_stroke(tint, ends[0], ends[1], fades),
                    None => raster.stroke(ink, ends[0], ends[1], fades),
                }
                (from, from_steps) = (to, to_steps);
            }
        }
        let at = view.to_pixels(raster, here);
        match tints.get(particle) {
            Some(&tint) => raster.tinted_disc(tint, at, style.radius, style.opacity),
            None => raster.disc(ink, at, style.radius, style.opacity),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: View = View { center: [0.0, 0.0], half_side: 1.0 };
    const DOT: Style = Style { radius: 1.0, opacity: 1.0, trail: 0.0 };

    fn brightest(raster: &mut Raster) -> (usize, usize) {
        let mut pixels = vec![0; 4 * raster.width() * raster.height()];
        raster.develop([[255; 3]; 2], &mut pixels);
        let index = (0..pixels.len() / 4).max_by_key(|i| pixels[4 * i + 3]).unwrap();
        (index % raster.width(), index / raster.width())
    }

    #[test]
    fn particles_move_linearly_between_real_states_with_y_up() {
        let flow =
            Flow::new(vec![[-0.5, -0.5], [0.5, 0.5], [0.5, -0.5]], vec![1], vec![0.0, 0.5, 1.0]).unwrap();
        let mut raster = Raster::new(41, 41);
        for (t, expected) in
            [(0.0, (10, 30)), (0.25, (20, 20)), (0.5, (30, 10)), (0.75, (30, 20)), (1.0, (30, 30))]
        {
            paint(&flow, VIEW, DOT, t, &[], &mut raster);
            assert_eq!(brightest(&mut raster), expected, "t = {t}");
        }
    }

    #[test]
    fn states_have_times_of_their_own() {
        let states = vec![[0.0; 2], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]];
        let flow = Flow::new(states, vec![1], vec![0.0, 0.1, 0.1, 1.0]).unwrap();
        for (t, x) in [(0.0, 0.0), (0.05, 0.5), (0.1, 2.0), (0.55, 2.5), (1.0, 3.0)] {
            assert!((flow.position(0, flow.steps_at(t))[0] - x).abs() < 1e-6, "t = {t}");
        }
    }

    #[test]
    fn a_trail_follows_the_bend() {
        let flow =
            Flow::new(vec![[-0.5, 0.0], [0.5, 0.0], [0.5, 0.8]], vec![0], vec![0.0, 0.5, 1.0]).unwrap();
        let mut raster = Raster::new(41, 41);
        paint(&flow, VIEW, Style { trail: 1.0, ..DOT }, 1.0, &[], &mut raster);
        let mut pixels = vec![0; 4 * 41 * 41];
        raster.develop([[255; 3]; 2], &mut pixels);
        let alpha = |x: usize, y: usize| pixels[4 * (y * 41 + x) + 3];
        assert!(alpha(25, 20) > 0, "along the first step");
        assert!(alpha(30, 12) > alpha(25, 20), "the trail is darker near its particle");
        assert_eq!(alpha(15, 12), 0, "and nowhere else");
    }

    #[test]
    fn states_must_be_whole() {
        assert!(Flow::new(vec![[0.0; 2]; 5], vec![0; 2], vec![0.0, 1.0]).is_none());
        assert!(Flow::new(vec![], vec![], vec![]).is_none());
        assert!(Flow::new(vec![[0.0; 2]; 4], vec![0; 2], vec![0.0]).is_none());
        assert!(Flow::new(vec![[0.0; 2]; 4], vec![0; 2], vec![1.0, 0.0]).is_none());
    }
}
