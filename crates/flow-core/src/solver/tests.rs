//! Every solver against flows whose solution is known in closed form.

use super::*;
use crate::{Error, Schedule, field::Rounded, testing::Gaussian};

/// A field with one velocity, given by a function.
struct From<F>(F);

impl<F: Fn(f64, [f64; 2]) -> [f64; 2]> VelocityField for From<F> {
    type Scalar = f64;
    fn velocity(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
        out.iter_mut().zip(x).for_each(|(out, &x)| *out = self.0(t, x));
        Ok(())
    }
}

const STARTS: [[f64; 2]; 3] = [[0.3, -1.2], [-0.7, 0.4], [2.0, 1.5]];

fn gaussian() -> Gaussian {
    Gaussian { schedule: Schedule::CondOt, mean: [1.0, -2.0], sd: 0.5 }
}

fn error_at_end(field: &Gaussian, span: (f64, f64), trajectories: &Trajectories<f64>) -> f64 {
    let truth = trajectories.start().iter().map(|&x| field.flow(span.0, span.1, x));
    let pairs = trajectories.end().iter().zip(truth);
    pairs.map(|(x, y)| libm::hypot(x[0] - y[0], x[1] - y[1])).fold(0.0, f64::max)
}

#[test]
fn observed_orders_are_the_stated_ones() {
    // Nonlinear and without a symmetry that would flatter a solver: x' = x^2 cos t, y' = -(1+t) y^3.
    let field = From(|t, [x, y]: [f64; 2]| [x * x * libm::cos(t), -(1.0 + t) * y * y * y]);
    let (before, after) = ([0.5, 1.0], [1.0 / (2.0 - libm::sin(1.0)), 0.5]);
    for solver in [Solver::Euler, Solver::Midpoint, Solver::Heun, Solver::Rk4] {
        for (span, start, truth) in [((0.0, 1.0), before, after), ((1.0, 0.0), after, before)] {
            let error = |steps| {
                let run = integrate(&field, solver, span, steps, &[start]).unwrap();
                libm::hypot(run.end()[0][0] - truth[0], run.end()[0][1] - truth[1])
            };
            let observed = libm::log2(error(64) / error(128));
            assert!(
                (observed - solver.order() as f64).abs() < 0.1,
                "{solver:?} over {span:?}: observed order {observed}"
            );
        }
    }
}

#[test]
fn every_state_lies_on_the_grid_and_costs_what_it_should() {
    let field = gaussian();
    for solver in Solver::ENTRIES.iter().map(|entry| entry.value).filter(|solver| !solver.is_adaptive()) {
        let run = integrate(&field, solver, (0.0, 1.0), 10, &STARTS).unwrap();
        let grid: Vec<f64> = (0..=10).map(|i| f64::from(i) / 10.0).collect();
        assert_eq!(run.times, grid);
        assert_eq!(run.positions.len(), 11 * STARTS.len());
        assert_eq!(run.start(), STARTS);
        assert_eq!(run.evaluations, 10 * solver.evaluations_per_step());
        let ends = integrate_to_end(&field, solver, (0.0, 1.0), 10, &STARTS).unwrap();
        assert_eq!(
            (ends.times.as_slice(), ends.start(), ends.end()),
            (&[0.0, 1.0][..], run.start(), run.end())
        );
    }
}

#[test]
fn euler_is_the_formula_in_both_precisions() {
    let (wide, single) = (gaussian(), Rounded(gaussian()));
    let run = integrate(&wide, Solver::Euler, (0.0, 1.0), 7, &STARTS).unwrap();
    let mut x = STARTS.to_vec();
    for i in 0..7 {
        let mut velocity = x.clone();
        wide.velocity(f64::from(i) / 7.0, &x, &mut velocity).unwrap();
        for (x, v) in x.iter_mut().zip(&velocity) {
            *x = [x[0] + v[0] / 7.0, x[1] + v[1] / 7.0];
        }
    }
    let starts = STARTS.map(|x| x.map(|x| x as f32));
    let narrow = integrate(&single, Solver::Euler, (0.0, 1.0), 7, &starts).unwrap();
    for ((expected, wide), narrow) in x.iter().zip(run.end()).zip(narrow.end()) {
        for d in 0..2 {
            assert!((expected[d] - wide[d]).abs() < 1e-14);
            assert!((expected[d] - f64::from(narrow[d])).abs() < 1e-5);
        }
    }
}

#[test]
fn dopri5_meets_its_tolerance_for_every_schedule_and_undoes_itself() {
    for entry in Schedule::ENTRIES {
        let field = Gaussian { schedule: entry.value, ..gaussian() };
        let solver = Solver::Dopri5(Tolerances { rtol: 1e-9, atol: 1e-9 });
        let forward = integrate(&field, solver, (0.0, 1.0), 0, &STARTS).unwrap();
        let error = error_at_end(&field, (0.0, 1.0), &forward);
        assert!(error < 1e-7, "{}: error {error}", entry.name);
        assert!(forward.evaluations < 1500, "{}: {} evaluations", entry.name, forward.evaluations);
        assert_eq!((forward.times[0], forward.times.last()), (0.0, Some(&1.0)));
        let back = integrate(&field, solver, (1.0, 0.0), 0, forward.end()).unwrap();
        for (x, y) in back.end().iter().zip(&STARTS) {
            assert!(libm::hypot(x[0] - y[0], x[1] - y[1]) < 1e-7, "{}: {x:?} {y:?}", entry.name);
        }
    }
}

#[test]
fn dopri5_too_goes_piece_by_piece() {
    let (field, solver) = (gaussian(), Solver::Dopri5(Tolerances::DEFAULT));
    let mut integration = Integration::new(solver, (0.0, 1.0), 0, &STARTS).unwrap();
    let mut shares = vec![];
    while shares.last() != Some(&1.0) {
        shares.push(integration.advance(&field).unwrap());
        assert!(shares.len() < 1000, "{shares:?}");
    }
    let run = integration.into_trajectories();
    assert!(shares.is_sorted() && shares.len() >= run.times.len() - 1, "{shares:?}");
    assert_eq!(run.evaluations, 2 + 6 * shares.len());
    assert_eq!(run, integrate(&field, solver, (0.0, 1.0), 0, &STARTS).unwrap());
}

#[test]
fn dopri5_takes_a_single_precision_field_at_a_tight_tolerance() {
    let field = Rounded(Gaussian { schedule: Schedule::Cosine, ..gaussian() });
    let solver = Solver::Dopri5(Tolerances { rtol: 1e-7, atol: 1e-7 });
    let starts = STARTS.map(|x| x.map(|x| x as f32));
    let run = integrate_to_end(&field, solver, (0.0, 1.0), 0, &starts).unwrap();
    for (x, y) in run.end().iter().zip(&STARTS) {
        let truth = field.0.flow(0.0, 1.0, *y);
        assert!(libm::hypot(f64::from(x[0]) - truth[0], f64::from(x[1]) - truth[1]) < 3e-6);
    }
}

#[test]
fn dopri5_is_accurate_between_its_steps() {
    let field = gaussian();
    let tolerances = Tolerances { rtol: 1e-8, atol: 1e-8 };
    for times in [[0.0, 0.01, 0.5, 0.52, 0.9, 1.0], [1.0, 0.97, 0.5, 0.33, 0.32, 0.1]] {
        let run = dopri5::integrate_at(&field, tolerances, &times, &STARTS).unwrap();
        assert_eq!((run.times.as_slice(), run.positions.len()), (&times[..], 6 * STARTS.len()));
        for (index, &t) in times.iter().enumerate() {
            for (x, &start) in run.state(index).iter().zip(&STARTS) {
                let truth = field.flow(times[0], t, start);
                let error = libm::hypot(x[0] - truth[0], x[1] - truth[1]);
                assert!(error < 3e-7, "at {t}: {error}");
            }
        }
    }
}

#[test]
fn a_neighbour_changes_a_particle_only_within_the_tolerance() {
    let field = From(|t, [x, y]: [f64; 2]| [libm::sin(5.0 * x + t), libm::cos(4.0 * y * x)]);
    let tolerances = Tolerances { rtol: 1e-8, atol: 1e-8 };
    let alone = integrate(&field, Solver::Dopri5(tolerances), (0.0, 1.0), 0, &STARTS[..1]).unwrap();
    let together = integrate(&field, Solver::Dopri5(tolerances), (0.0, 1.0), 0, &STARTS).unwrap();
    let (x, y) = (alone.end()[0], together.end()[0]);
    assert!(libm::hypot(x[0] - y[0], x[1] - y[1]) < 1e-6);
}

#[test]
fn bad_requests_are_refused_before_any_work() {
    let field = From(|_, _| unreachable!("no work was to be done"));
    let refused = |solver, span, steps, starts: &[[f64; 2]]| {
        let error = integrate(&field, solver, span, steps, starts).unwrap_err();
        let Error::Invalid { field, .. } = error else { panic!("{error}") };
        field
    };
    let (euler, whole) = (Solver::Euler, (0.0, 1.0));
    assert_eq!(refused(euler, whole, 0, &STARTS), "steps");
    assert_eq!(refused(euler, whole, 1_000_001, &STARTS), "steps");
    assert_eq!(refused(euler, whole, 1_000_000, &vec![[0.0; 2]; 1000]), "steps");
    assert_eq!(refused(euler, (0.0, 1.1), 4, &STARTS), "span.to");
    assert_eq!(refused(euler, (f64::NAN, 1.0), 4, &STARTS), "span.from");
    assert_eq!(refused(euler, whole, 4, &[]), "starts");
    assert_eq!(refused(euler, whole, 4, &[[0.0, 0.0], [f64::INFINITY, 0.0]]), "starts[1]");
    let loose = Solver::Dopri5(Tolerances { rtol: 0.0, atol: 1e-5 });
    assert_eq!(refused(loose, whole, 4, &STARTS), "solver.rtol");
    let back_and_forth = dopri5::integrate_at(&field, Tolerances::DEFAULT, &[0.0, 0.5, 0.4], &STARTS);
    assert!(back_and_forth.unwrap_err().to_string().starts_with("times is 0.5 then 0.4"));
}

#[test]
fn fields_that_blow_up_are_reported_with_the_time() {
    // dx/dt = 1 + x^2 from 1.2 is infinite after 0.37.
    let field = From(|_, [x, y]: [f64; 2]| [1.0 + x * x, y]);
    for entry in Solver::ENTRIES {
        let error = integrate(&field, entry.value, (0.0, 1.0), 100, &[[1.2, 0.0]]).unwrap_err();
        let stated = matches!(&error, Error::Diverged { process, .. } if process == "integration")
            || matches!(&error, Error::Unavailable { .. });
        assert!(stated, "{}: {error}", entry.name);
    }
    let nowhere = From(|t, _| if t < 0.5 { [1.0, 0.0] } else { [f64::NAN, 0.0] });
    for entry in Solver::ENTRIES {
        let error = integrate(&nowhere, entry.value, (0.0, 1.0), 10, &STARTS).unwrap_err();
        assert!(matches!(error, Error::Diverged { .. }), "{}: {error}", entry.name);
    }
    // One particle is enough, whatever the ones after it do.
    let here_not = From(|_, [x, _]: [f64; 2]| if x < 1.0 { [0.0, 1.0] } else { [f64::NAN, 0.0] });
    for entry in Solver::ENTRIES {
        let error = integrate(&here_not, entry.value, (0.0, 1.0), 10, &[[2.0, 0.0], [0.0, 0.0]]).unwrap_err();
        assert!(matches!(error, Error::Diverged { .. }), "{}: {error}", entry.name);
    }
}

#[test]
fn a_velocity_that_does_not_exist_at_the_end_is_done_without() {
    struct Edge;
    impl VelocityField for Edge {
        type Scalar = f64;
        fn velocity(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
            if t >= 1.0 {
                return Err(Error::unavailable("velocity", "no path passes"));
            }
            out.iter_mut().zip(x).for_each(|(out, x)| *out = [2.0 * t, -x[1]]);
            Ok(())
        }
    }
    let exact = [0.3 + 1.0, -1.2 * libm::exp(-1.0)];
    for entry in Solver::ENTRIES {
        let run = integrate(&Edge, entry.value, (0.0, 1.0), 1000, &STARTS[..1]).unwrap();
        let error = libm::hypot(run.end()[0][0] - exact[0], run.end()[0][1] - exact[1]);
        let bound = if entry.value.order() == 1 { 2e-3 } else { 1e-5 };
        assert!(error < bound, "{}: {error}", entry.name);
        let refused = integrate(&Edge, entry.value, (1.0, 0.0), 1000, &STARTS[..1]);
        assert!(matches!(refused, Err(Error::Unavailable { .. })), "{}", entry.name);
    }
}

#[test]
fn every_solver_survives_a_configuration_file() {
    for entry in Solver::ENTRIES {
        let text = serde_json::to_string(&entry.value).unwrap();
        assert!(text.contains(&format!("\"type\":\"{}\"", entry.name)), "{text}");
        assert_eq!(serde_json::from_str::<Solver>(&text).unwrap(), entry.value);
        let by_name = format!("{{\"type\":\"{}\"}}", entry.name);
        assert_eq!(serde_json::from_str::<Solver>(&by_name).unwrap(), entry.value);
    }
    assert!(serde_json::from_str::<Solver>(r#"{"type":"dopri5","rtoll":1}"#).is_err());
}
