//! The painter of one panel: holds its flow and puts frames on its canvas.

use flow_kernels::raster::{Ink, Raster, Rgb};
use js_sys::{Float32Array, Uint8Array, Uint32Array};
use wasm_bindgen::{Clamped, prelude::*};
use web_sys::{CanvasRenderingContext2d, ImageData};

use crate::frame::{Flow, Style, View, paint};
use crate::origin::tints;

/// Paints particles and their trails on one canvas, on the page's main thread.
#[wasm_bindgen]
pub struct Painter {
    raster: Raster,
    pixels: Vec<u8>,
    flow: Option<Flow>,
    view: View,
    style: Style,
    colors: [Rgb; 2],
    /// Whether particles are coloured by their origin, and then for which scheme, dark or light.
    by_origin: Option<bool>,
    /// A colour for each particle then; empty where they are coloured by hit.
    tints: Vec<Rgb>,
}

#[wasm_bindgen]
impl Painter {
    /// A painter of `width` x `height` device pixels without a flow.
    #[wasm_bindgen(constructor)]
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            raster: Raster::new(width, height),
            pixels: vec![0; 4 * width * height],
            flow: None,
            view: View { center: [0.0, 0.0], half_side: 1.0 },
            style: Style { radius: 1.5, opacity: 0.8, trail: 0.0 },
            colors: [[0; 3]; 2],
            by_origin: None,
            tints: Vec::new(),
        }
    }

    /// Changes the size in device pixels.
    pub fn resize(&mut self, width: usize, height: usize) {
        self.raster = Raster::new(width, height);
        self.pixels = vec![0; 4 * width * height];
    }

    /// Shows the square of the plane around (`x`, `y`) that reaches `half_side` to each side.
    pub fn look_at(&mut self, x: f32, y: f32, half_side: f32) {
        self.view = View { center: [x, y], half_side: half_side.max(f32::MIN_POSITIVE) };
    }

    /// Sets the particles' radius in device pixels, their opacity (0..=1) and how far back in
    /// time (0..=1) their trails reach.
    pub fn set_style(&mut self, radius: f32, opacity: f32, trail: f32) {
        self.style = Style { radius, opacity, trail };
    }

    /// Sets the colours of hits and misses as 0xRRGGBB.
    pub fn set_colors(&mut self, hit: u32, miss: u32) {
        self.colors = [hit, miss].map(|color| {
            let [_, red, green, blue] = color.to_be_bytes();
            [red, green, blue]
        });
    }

    /// Colours particles by where they began rather than by where they end; `is_dark` says on
    /// which paper.
    pub fn color_by_origin(&mut self, by_origin: bool, is_dark: bool) {
        self.by_origin = by_origin.then_some(is_dark);
        self.choose_tints();
    }

    /// The colour of each particle by its origin, as 0xRRGGBB; empty where they are coloured by hit.
    pub fn tints(&self) -> Uint32Array {
        let colors: Vec<_> =
            self.tints.iter().map(|&[red, green, blue]| u32::from_be_bytes([0, red, green, blue])).collect();
        colors.as_slice().into()
    }

    fn choose_tints(&mut self) {
        self.tints = match (self.by_origin, &self.flow) {
            (Some(is_dark), Some(flow)) => tints(flow.starts(), is_dark),
            _ => Vec::new(),
        };
    }

    /// Takes a new flow: `positions` holds x and y of every particle, state after state, `hits`
    /// one byte a particle, 0 for a miss, and `times` the time of each state.
    ///
    /// # Errors
    /// When the positions are not a whole number of states, or the times not as many and rising.
    pub fn set_flow(
        &mut self,
        positions: &Float32Array,
        hits: &Uint8Array,
        times: &Float32Array,
    ) -> Result<(), JsError> {
        let points = positions.to_vec().as_chunks::<2>().0.to_vec();
        let flow = Flow::new(points, hits.to_vec(), times.to_vec())
            .ok_or_else(|| JsError::new("positions and times are not those of whole states"))?;
        self.flow = Some(flow);
        self.choose_tints();
        Ok(())
    }

    /// Paints the flow at time `t` in [0, 1]; nothing where there is no flow yet.
    ///
    /// # Errors
    /// What the canvas reports.
    pub fn paint(&mut self, context: &CanvasRenderingContext2d, t: f32) -> Result<(), JsValue> {
        if let Some(flow) = &self.flow {
            paint(flow, self.view, self.style, t, &self.tints, &mut self.raster);
        }
        self.develop(context, !self.tints.is_empty())
    }

    /// Puts the raster on the canvas and empties it.
    fn develop(&mut self, context: &CanvasRenderingContext2d, is_tinted: bool) -> Result<(), JsValue> {
        if self.pixels.is_empty() {
            return Ok(());
        }
        if is_tinted {
            self.raster.develop_tinted(&mut self.pixels);
        } else {
            self.raster.develop(self.colors, &mut self.pixels);
        }
        let width = self.raster.width() as u32;
        let image = ImageData::new_with_u8_clamped_array(Clamped(&self.pixels), width)?;
        context.put_image_data(&image, 0.0, 0.0)
    }

    /// Paints `points` (x, y after x, y) as still dots in the colour of hits: a dataset's picture.
    ///
    /// # Errors
    /// What the canvas reports.
    pub fn paint_points(
        &mut self,
        context: &CanvasRenderingContext2d,
        points: &Float32Array,
    ) -> Result<(), JsValue> {
        for &point in points.to_vec().as_chunks::<2>().0 {
            let at = self.view.to_pixels(&self.raster, point);
            self.raster.disc(Ink::Hit, at, self.style.radius, self.style.opacity);
        }
        self.develop(context, false)
    }
}
