//! Numbers into burn's tensors and out of them.

use burn::{
    backend::{Dispatch, ops::FloatTensorOps},
    tensor::{Device, Tensor, TensorData},
};

use crate::{Error, Result};

/// A tensor of `values` in row-major order.
///
/// [`Tensor::from_data`] would do, but it can also convert every kind of number into every other,
/// which would be a twentieth of the page's wasm.
pub fn upload<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    let data = TensorData::new(values, shape);
    Tensor::from_dispatch(Dispatch::float_from_data(data, device.as_dispatch()))
}

/// A copy of a tensor's numbers.
///
/// # Errors
/// [`Error::Framework`] when burn cannot read its own tensor.
pub fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    tensor.into_data().try_to_vec::<f32>().map_err(|error| Error::Framework(format!("{error:?}")))
}
