//! The shape of a network, and where each of its parameters is.

use std::ops::Range;

/// A network of `depth` hidden layers of `width` `SiLU` units and a linear output layer.
///
/// All parameters are one flat slice: layer by layer from the input, first the weights, row-major
/// and of shape (layer inputs) x (layer outputs), then the biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MlpShape {
    /// Numbers in a row of the input, at least 1.
    pub inputs: usize,
    /// Units in each hidden layer, at least 1; a multiple of 4 wastes nothing.
    pub width: usize,
    /// Hidden layers; 0 makes one linear map.
    pub depth: usize,
    /// Numbers in a row of the output, at least 1.
    pub outputs: usize,
}

/// One linear layer of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Numbers in a row of its input.
    pub inputs: usize,
    /// Numbers in a row of its output.
    pub outputs: usize,
    /// Where its weights are among the parameters.
    pub weights: Range<usize>,
    /// Where its biases are among the parameters.
    pub biases: Range<usize>,
}

impl MlpShape {
    /// The linear layers from input to output: `depth` + 1 of them.
    pub fn layers(self) -> impl Iterator<Item = Layer> {
        let mut end = 0;
        (0..=self.depth).map(move |index| {
            let inputs = if index == 0 { self.inputs } else { self.width };
            let outputs = if index == self.depth { self.outputs } else { self.width };
            let weights = end..end + inputs * outputs;
            let biases = weights.end..weights.end + outputs;
            end = biases.end;
            Layer { inputs, outputs, weights, biases }
        })
    }

    /// The length of the parameter slice.
    pub fn parameter_count(self) -> usize {
        self.layers().last().map_or(0, |layer| layer.biases.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_tile_the_parameters() {
        for depth in 0..4 {
            let shape = MlpShape { inputs: 21, width: 64, depth, outputs: 2 };
            let mut end = 0;
            for layer in shape.layers() {
                assert_eq!((layer.weights.start, layer.weights.len()), (end, layer.inputs * layer.outputs));
                assert_eq!((layer.biases.start, layer.biases.len()), (layer.weights.end, layer.outputs));
                end = layer.biases.end;
            }
            assert_eq!((shape.layers().count(), shape.parameter_count()), (depth + 1, end));
        }
        assert_eq!(MlpShape { inputs: 21, width: 64, depth: 3, outputs: 2 }.parameter_count(), 9_858);
    }
}
