//! The commands that the page gives for an experiment do what the page does.

use std::{env, fs, path::Path, process::Command};

use flow_core::{
    Config, Coupling, DistributionSpec, Experiment, Schedule, Solver,
    config::{FieldKind, Guidance, Round},
    script,
    solver::Diffusion,
};

const STEPS: u32 = 30;

#[test]
fn commands_give_the_samples_of_the_experiment() {
    type Change = fn(&mut Config);
    let changes: [(&str, Change); 7] = [
        ("options", |c| {
            c.target = DistributionSpec::preset("two-moons");
            c.coupling = Coupling::MINIBATCH_OT;
            c.schedule = Schedule::Vp { beta_min: 0.2, beta_max: 12.0 };
            c.seed = 7;
            c.sampling.solver = Solver::Heun;
        }),
        ("file", |c| c.network.harmonics = 3),
        ("rounds", |c| {
            c.rounds = vec![Round { after: 20, pairs: 100, sampler_steps: 2, ..Round::default() }];
        }),
        ("noise", |c| c.sampling.diffusion = Some(Diffusion::SqrtSigma { g: 0.6 })),
        ("guided", |c| {
            c.training.class_dropout = Some(0.1);
            c.sampling.guidance = Some(Guidance { class: 3, weight: 1.5 });
        }),
        ("exact", |c| c.sampling.field = FieldKind::Exact),
        ("paired", |c| {
            c.coupling = Coupling::MINIBATCH_OT;
            c.sampling.field = FieldKind::Paired;
        }),
    ];
    for (name, change) in changes {
        let mut config = Config::default();
        config.network.width = 16;
        config.sampling.particles = 25;
        change(&mut config);
        let mut experiment = Experiment::new(config.clone()).unwrap();
        experiment.train(STEPS).unwrap();
        let mut sampling = experiment.start_sampling(None).unwrap();
        while sampling.advance().unwrap() < 1.0 {}
        let expected = sampling.into_trajectories();

        let directory = env::temp_dir().join(format!("flow-take-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_flow")).parent().unwrap();
        let paths = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
        let path = env::join_paths([program.to_owned()].into_iter().chain(paths)).unwrap();
        let lines = script::commands(&config, u64::from(STEPS), "it's mine").unwrap();
        let run = Command::new("sh")
            .args(["-e", "-c", &lines])
            .current_dir(&directory)
            .env("PATH", path)
            .output()
            .unwrap();
        assert!(run.status.success(), "{name}: {lines}\n{}", String::from_utf8_lossy(&run.stderr));
        let printed = String::from_utf8(run.stdout).unwrap();
        assert!(printed.lines().count() <= 1, "{name}: samples are no text for a terminal\n{printed}");
        let written = fs::read_to_string(directory.join("it's mine.csv")).unwrap();
        let rows: Vec<[f64; 2]> = written
            .lines()
            .filter_map(|line| line.split_once(','))
            .filter_map(|(x, y)| Some([x.parse().ok()?, y.parse().ok()?]))
            .collect();
        assert_eq!(rows.len(), 25, "{name}: {written}");
        for (got, expected) in rows.iter().zip(expected.end()) {
            for axis in 0..2 {
                let (got, expected) = (got[axis], f64::from(expected[axis]));
                // The exact field is followed in f64 by the program and rounded to f32 on the page.
                let bound = if name == "exact" { 1e-5 } else { 0.0 };
                assert!((got as f32 - expected as f32).abs() <= bound, "{name}: {got} {expected}");
            }
        }
        // A flow's files are its own, so that another flow beside it keeps its files.
        let files = fs::read_dir(&directory).unwrap().map(|file| file.unwrap().file_name());
        for file in files.map(|name| name.into_string().unwrap()) {
            assert!(file.starts_with("it's mine."), "{name}: {file}");
        }
        fs::remove_dir_all(directory).unwrap();
    }
}
