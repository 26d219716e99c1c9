//! Weights for other programs, in the safetensors format.
//!
//! The format (<https://github.com/huggingface/safetensors>) is a little-endian u64 with the length
//! of a JSON header, the header, and the tensors' bytes. Linear layer `i` of the network is
//! `layers.i.weight` (outputs x inputs, as PyTorch has it) and `layers.i.bias`, both F32.
//! The metadata hold, as strings of JSON: `config` (the experiment's configuration), and what this
//! network was trained for: `schedule` (that of its round), `last_time` (no later t means anything),
//! the numbers of the preconditioning (`source_mean`, `source_deviation`, `target_mean`,
//! `target_deviation`, `correlation`, which is 0 or 1), `harmonics`, `base_frequency`, and `labels`,
//! the number of classes it can be told.
//!
//! This reads them into PyTorch. `c` is the schedule at time t, for CondOT `(t, 1 - t, 1, -1)`, and
//! `label` a class, or `None` for all of the data:
//!
//! ```python
//! import json, torch
//! from safetensors import safe_open
//!
//! def load(path):
//!     with safe_open(path, "pt") as file:
//!         w, meta = {k: file.get_tensor(k) for k in file.keys()}, {k: v for k, v in file.metadata().items()}
//!     n, p, m, q, rho, waves, base = (torch.tensor(json.loads(meta[k])) for k in (
//!         "source_mean", "source_deviation", "target_mean", "target_deviation", "correlation", "harmonics", "base_frequency"))
//!     labels = torch.eye(json.loads(meta["labels"]) + 1)[:, :-1]  # the last row is no class
//!     def velocity(t, x, c, label=None):  # x is a batch of points (n x 2)
//!         a, s, da, ds = c
//!         xc, cross = x - a * m - s * n, rho * q * p
//!         v = a * a * q * q + s * s * p * p + 2 * a * s * cross
//!         y = (a * q * q + s * cross) / v * xc / q
//!         k = base * torch.arange(1, waves + 1)[:, None] * y[:, None, :]
//!         told = labels[-1 if label is None else label].expand(len(x), -1)
//!         h = torch.cat([xc / q, y, torch.full_like(x[:, :1], 2 * t - 1), torch.stack([k.sin(), k.cos()], 2).flatten(1), told], 1)
//!         for i in range(len(w) // 2):
//!             h = (torch.nn.functional.silu(h) if i else h) @ w[f"layers.{i}.weight"].T + w[f"layers.{i}.bias"]
//!         skip = (a * da * q * q + s * ds * p * p + cross * (da * s + a * ds)) / v
//!         gain = q if rho else q * p * (da * s - a * ds) / v.sqrt()
//!         return da * m + ds * n + skip * xc + gain * h
//!     return velocity
//! ```

use flow_kernels::{Features, MlpShape};
use serde_json::{Map, Value, json};

use crate::{Config, Error, Result, field::preconditioning::Preconditioning};

/// The bytes of a safetensors file with these `weights`, which are in the layout of [`MlpShape`].
///
/// # Errors
/// [`Error::Checkpoint`] when the configuration cannot be written; never expected.
pub(crate) fn write(
    config: &Config,
    preconditioning: &Preconditioning,
    features: Features,
    shape: MlpShape,
    weights: &[f32],
) -> Result<Vec<u8>> {
    let failed = |error: serde_json::Error| Error::Checkpoint(error.to_string());
    let mut header = Map::new();
    let text = |value: Value| Value::String(value.to_string());
    let [(source_mean, source_deviation), (target_mean, target_deviation)] = preconditioning.moments();
    let metadata = json!({
        "config": serde_json::to_string(config).map_err(failed)?,
        "schedule": text(json!(preconditioning.schedule())),
        "last_time": text(json!(preconditioning.schedule().last_time())),
        "labels": text(json!(features.labels)),
        "source_mean": text(json!(source_mean)),
        "source_deviation": text(json!(source_deviation)),
        "target_mean": text(json!(target_mean)),
        "target_deviation": text(json!(target_deviation)),
        "correlation": text(json!(u8::from(preconditioning.is_coupled()))),
        "harmonics": text(json!(features.harmonics)),
        "base_frequency": text(json!(features.base_frequency)),
    });
    header.insert("__metadata__".to_owned(), metadata);

    let mut data: Vec<u8> = Vec::with_capacity(4 * weights.len());
    let mut add = |name: String, shape: Value, values: &mut dyn Iterator<Item = f32>| {
        let begin = data.len();
        values.for_each(|value| data.extend(value.to_le_bytes()));
        let entry = json!({ "dtype": "F32", "shape": shape, "data_offsets": [begin, data.len()] });
        header.insert(name, entry);
    };
    for (index, layer) in shape.layers().enumerate() {
        let (inputs, outputs) = (layer.inputs, layer.outputs);
        let (weight, bias) = (&weights[layer.weights], &weights[layer.biases]);
        let mut transposed =
            (0..outputs).flat_map(|output| (0..inputs).map(move |input| weight[input * outputs + output]));
        add(format!("layers.{index}.weight"), json!([outputs, inputs]), &mut transposed);
        add(format!("layers.{index}.bias"), json!([outputs]), &mut bias.iter().copied());
    }

    let mut header = serde_json::to_string(&header).map_err(failed)?;
    // Readers map the tensors into memory: they begin at a multiple of eight.
    let padding = header.len().next_multiple_of(8) - header.len();
    header.extend(std::iter::repeat_n(' ', padding));
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.into_bytes());
    bytes.extend(data);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{Coupling, Experiment, Schedule, config::Round, field::VelocityField, testing::small};

    struct File {
        header: Map<String, Value>,
        tensors: BTreeMap<String, Vec<f64>>,
    }

    impl File {
        fn meta(&self, key: &str) -> Value {
            serde_json::from_str(self.header["__metadata__"][key].as_str().unwrap()).unwrap()
        }
    }

    fn read(bytes: &[u8]) -> File {
        let (length, rest) = bytes.split_first_chunk().unwrap();
        let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
        assert_eq!(header.len() % 8, 0);
        let header: Map<String, Value> = serde_json::from_slice(header).unwrap();
        let mut end = 0;
        let mut tensors = BTreeMap::new();
        for (name, entry) in header.iter().filter(|(name, _)| *name != "__metadata__") {
            let offsets: [usize; 2] = serde_json::from_value(entry["data_offsets"].clone()).unwrap();
            let shape: Vec<usize> = serde_json::from_value(entry["shape"].clone()).unwrap();
            let values: Vec<f64> = data[offsets[0]..offsets[1]]
                .as_chunks::<4>()
                .0
                .iter()
                .map(|bytes| f64::from(f32::from_le_bytes(*bytes)))
                .collect();
            assert_eq!(values.len(), shape.iter().product::<usize>(), "{name}");
            end = end.max(offsets[1]);
            tensors.insert(name.clone(), values);
        }
        assert_eq!(end, data.len(), "no byte without a tensor");
        File { header, tensors }
    }

    /// The documentation's loader, line by line, in f64.
    fn velocity(
        file: &File,
        t: f64,
        x: [f64; 2],
        [a, s, da, ds]: [f64; 4],
        label: Option<usize>,
    ) -> [f64; 2] {
        let meta = |key| file.meta(key);
        let point = |key| -> [f64; 2] { serde_json::from_value(meta(key)).unwrap() };
        let number = |key| meta(key).as_f64().unwrap();
        let (n, p, m, q) = (
            point("source_mean"),
            number("source_deviation"),
            point("target_mean"),
            number("target_deviation"),
        );
        let (rho, waves, base) = (number("correlation"), number("harmonics"), number("base_frequency"));
        let cross = rho * q * p;
        let xc = [0, 1].map(|d| x[d] - a * m[d] - s * n[d]);
        let v = a * a * q * q + s * s * p * p + 2.0 * a * s * cross;
        let y = xc.map(|x| (a * q * q + s * cross) / v * x / q);
        let mut h = vec![xc[0] / q, xc[1] / q, y[0], y[1], 2.0 * t - 1.0];
        for k in 1..=waves as u32 {
            let angles = y.map(|y| f64::from(k) * base * y);
            h.extend(angles.map(libm::sin));
            h.extend(angles.map(libm::cos));
        }
        h.extend((0..number("labels") as usize).map(|class| f64::from(u8::from(label == Some(class)))));
        for i in 0..file.tensors.len() / 2 {
            if i > 0 {
                h = h.into_iter().map(|z| z / (1.0 + libm::exp(-z))).collect();
            }
            let weight = &file.tensors[&format!("layers.{i}.weight")];
            let bias = &file.tensors[&format!("layers.{i}.bias")];
            let rows = weight.chunks(h.len()).zip(bias);
            h = rows.map(|(row, bias)| bias + row.iter().zip(&h).map(|(w, h)| w * h).sum::<f64>()).collect();
        }
        let skip = (a * da * q * q + s * ds * p * p + cross * (da * s + a * ds)) / v;
        let gain = if rho > 0.0 { q } else { q * p * (da * s - a * ds) / v.sqrt() };
        [0, 1].map(|d| da * m[d] + ds * n[d] + skip * xc[d] + gain * h[d])
    }

    #[test]
    fn the_documented_loader_gives_the_same_velocities() {
        let round = Round { after: 20, pairs: 100, sampler_steps: 2, ..Round::default() };
        let changes: [fn(&mut Config); 4] = [
            |c| c.coupling = Coupling::MINIBATCH_OT,
            |c| c.schedule = Schedule::Cosine,
            |c| c.schedule = Schedule::ENTRIES[2].value,
            |c| c.training.class_dropout = Some(0.2),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            for rounds in [vec![], vec![round]] {
                let mut config = Config { rounds, ..small() };
                change(&mut config);
                if config.validate().is_err() {
                    // Classes know no rounds.
                    continue;
                }
                let mut experiment = Experiment::new(config.clone()).unwrap();
                experiment.train(50).unwrap();
                let file = read(&experiment.safetensors().unwrap());
                assert_eq!(file.meta("config"), serde_json::to_value(&config).unwrap());
                let schedule: Schedule = serde_json::from_value(file.meta("schedule")).unwrap();
                let last = file.meta("last_time").as_f64().unwrap();
                let classes = file.meta("labels").as_u64().unwrap() as usize;
                assert_eq!(classes, experiment.class_count());
                for (t, x) in [(0.0, [0.3, -1.0]), (0.4, [1.5, 0.5]), (0.9, [-2.0, 0.1]), (1.0, [0.2, 2.0])] {
                    let t = f64::min(t, last);
                    let c = schedule.at(t);
                    for label in (0..classes).map(Some).chain([None]) {
                        let c = [c.alpha, c.sigma, c.d_alpha, c.d_sigma];
                        let expected = velocity(&file, t, x, c, label);
                        let mut got = [[0.0; 2]];
                        let field = experiment.field().with_class(label).unwrap();
                        field.velocity(t, &[x.map(|x| x as f32)], &mut got).unwrap();
                        for axis in 0..2 {
                            let (got, expected) = (f64::from(got[0][axis]), expected[axis]);
                            let bound = 1e-5 * expected.abs().max(1.0);
                            assert!((got - expected).abs() < bound, "{index} at {t}: {got}, {expected}");
                        }
                    }
                }
            }
        }
    }
}
