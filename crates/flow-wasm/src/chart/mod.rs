//! Charts: series over two axes, drawn by plotters on a canvas of the page.

mod axis;
#[cfg(target_arch = "wasm32")]
mod canvas;

pub use axis::Axis;
#[cfg(target_arch = "wasm32")]
pub use canvas::PageCanvas;

use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

/// A chart as the page describes it. Lengths are in CSS pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The curves, drawn in order.
    pub series: Vec<Series>,
    /// Colours and type.
    pub theme: Theme,
}

/// One curve of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its colour.
    pub color: [u8; 3],
    /// Its points; those that are not finite are left out.
    pub points: Vec<[f64; 2]>,
    /// What joins its points.
    #[serde(default)]
    pub line: Line,
    /// What stands at each point.
    #[serde(default)]
    pub mark: Mark,
    /// Width of the line.
    #[serde(default = "default_width")]
    pub width: f64,
}

fn default_width() -> f64 {
    1.5
}

/// What joins the points of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// A line.
    #[default]
    Solid,
    /// A dashed line.
    Dashed,
    /// Nothing.
    None,
}

/// What stands at each point of a curve: shapes, since several curves share one ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// A filled disc.
    Disc,
    /// An open ring.
    Ring,
    /// An open square.
    Square,
    /// A filled triangle.
    Triangle,
    /// A diagonal cross.
    Cross,
    /// An upright cross.
    Plus,
}

/// Colours and type of a chart, taken from the page's tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Theme {
    /// Text and axes' names.
    pub ink: [u8; 3],
    /// Numbers at the axes.
    pub muted: [u8; 3],
    /// Hairlines.
    pub rule: [u8; 3],
    /// Font family.
    pub font: String,
    /// Size of text.
    pub text_size: f64,
    /// Device pixels for each CSS pixel.
    pub pixel_ratio: f64,
}

/// Where the plotting area lies, so that the page can read values under the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlotArea {
    /// Left edge in device pixels.
    pub left: i32,
    /// Right edge.
    pub right: i32,
    /// Upper edge.
    pub top: i32,
    /// Lower edge.
    pub bottom: i32,
}

impl Chart {
    /// Draws the chart over the whole of `area`.
    ///
    /// # Errors
    /// What the backend reports.
    pub fn draw<B: DrawingBackend>(
        self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<PlotArea, DrawingAreaErrorKind<B::ErrorType>> {
        let Self { x, y, series, theme } = self;
        let (x, y) = (x.mended(), y.mended());
        let ratio = theme.pixel_ratio.clamp(0.5, 8.0);
        let pixels = |length: f64| libm::round(length * ratio).max(1.0) as u32;
        let text = |color: [u8; 3]| {
            let size = f64::from(pixels(theme.text_size));
            TextStyle {
                color: rgb(color).to_backend_color(),
                ..(theme.font.as_str(), size).into_font().into()
            }
        };
        let line_height = pixels(theme.text_size * 1.6);
        let mut chart = ChartBuilder::on(area)
            .margin_top(pixels(theme.text_size * 0.7))
            .margin_right(pixels(theme.text_size * 1.7))
            .x_label_area_size(2 * line_height)
            .y_label_area_size(3 * line_height)
            .build_cartesian_2d(x.clone(), y.clone())?;
        let hairline = rgb(theme.rule).stroke_width(pixels(1.0));
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(hairline)
            .light_line_style(TRANSPARENT)
            .axis_style(hairline)
            .x_labels(6)
            .y_labels(5)
            .x_label_style(text(theme.muted))
            .y_label_style(text(theme.muted))
            .axis_desc_style(text(theme.ink))
            .x_desc(&x.label)
            .y_desc(&y.label)
            .set_all_tick_mark_size(pixels(3.0))
            .draw()?;
        for Series { color, points, line, mark, width } in series {
            let points: Vec<(f64, f64)> =
                points.iter().filter(|p| p.iter().all(|v| v.is_finite())).map(|&[x, y]| (x, y)).collect();
            let color = rgb(color);
            let style = color.stroke_width(pixels(width));
            let joined = points.iter().copied();
            match line {
                Line::Solid => {
                    chart.draw_series(LineSeries::new(joined, style))?;
                }
                Line::Dashed => {
                    chart.draw_series(DashedLineSeries::new(joined, pixels(5.0), pixels(4.0), style))?;
                }
                Line::None => {}
            }
            let size = pixels(3.0);
            let reach = size.cast_signed();
            let at = points.iter().copied();
            match mark {
                Mark::None => {}
                Mark::Disc => {
                    chart.draw_series(at.map(|at| Circle::new(at, size, color.filled())))?;
                }
                Mark::Ring => {
                    chart.draw_series(at.map(|at| Circle::new(at, size, style)))?;
                }
                Mark::Square => {
                    let square = [(-reach, -reach), (reach, reach)];
                    chart.draw_series(at.map(|at| EmptyElement::at(at) + Rectangle::new(square, style)))?;
                }
                Mark::Triangle => {
                    chart.draw_series(at.map(|at| TriangleMarker::new(at, size + 1, color.filled())))?;
                }
                Mark::Cross => {
                    chart.draw_series(at.map(|at| Cross::new(at, size, style)))?;
                }
                Mark::Plus => {
                    let plus = [(-reach, 0), (reach, 0), (0, 0), (0, -reach), (0, reach)];
                    chart.draw_series(at.map(|at| EmptyElement::at(at) + PathElement::new(plus, style)))?;
                }
            }
        }
        let (columns, rows) = chart.plotting_area().get_pixel_range();
        area.present()?;
        Ok(PlotArea { left: columns.start, right: columns.end, top: rows.start, bottom: rows.end })
    }
}

fn rgb([red, green, blue]: [u8; 3]) -> RGBColor {
    RGBColor(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        let axis = |label: &str, log| Axis { label: label.into(), min: 0.01, max: 2.0, log, ticks: vec![] };
        let series = |(line, mark)| Series {
            color: [31, 111, 181],
            points: vec![[0.1, 0.5], [f64::NAN, 1.0], [0.5, 1.0], [1.5, 0.02]],
            line,
            mark,
            width: 1.5,
        };
        Chart {
            x: axis("evaluations", false),
            y: axis("error", true),
            series: [
                (Line::None, Mark::None),
                (Line::Dashed, Mark::None),
                (Line::Solid, Mark::Disc),
                (Line::None, Mark::Ring),
                (Line::None, Mark::Square),
                (Line::None, Mark::Triangle),
                (Line::None, Mark::Cross),
                (Line::None, Mark::Plus),
            ]
            .map(series)
            .into(),
            theme: Theme {
                ink: [29, 31, 35],
                muted: [92, 96, 104],
                rule: [222, 219, 210],
                font: "sans-serif".into(),
                text_size: 12.0,
                pixel_ratio: 2.0,
            },
        }
    }

    fn draw(chart: Chart) -> (PlotArea, String) {
        let mut svg = String::new();
        let area = chart.draw(&SVGBackend::with_string(&mut svg, (600, 300)).into_drawing_area()).unwrap();
        (area, svg)
    }

    #[test]
    fn every_mark_appears_and_labels_are_round() {
        let (area, svg) = draw(chart());
        assert!(svg.contains("evaluations") && svg.contains("error"));
        assert!(svg.contains("1.5\n") && svg.contains("0.1\n"), "tick labels: {svg}");
        assert_eq!(svg.matches("<circle").count(), 6, "three finite points, discs and rings");
        assert_eq!(svg.matches("<polygon").count(), 3, "triangles");
        let bare = draw(Chart { series: vec![], ..chart() }).1;
        let added = |tag: &str| svg.matches(tag).count() - bare.matches(tag).count();
        assert_eq!(added("<rect"), 3, "squares");
        assert!(added("<polyline") > 1, "one line, and dashes");
        assert_eq!(added("<line"), 6, "crosses");
        assert!(0 < area.left && area.left < area.right && area.right <= 600);
        assert!(0 < area.top && area.top < area.bottom && area.bottom <= 300);
    }

    #[test]
    fn an_empty_chart_with_broken_limits_still_draws_its_axes() {
        let mut chart = chart();
        chart.series.clear();
        (chart.x.min, chart.x.max, chart.y.min) = (f64::NAN, f64::INFINITY, -1.0);
        assert!(draw(chart).1.contains("evaluations"));
    }

    #[test]
    fn the_page_describes_charts_in_json() {
        let text = serde_json::to_string(&chart()).unwrap();
        assert!(text.contains(r#""line":"solid","mark":"disc""#));
        let sparse = r#"{"color":[0,0,0],"points":[]}"#;
        let sparse: Series = serde_json::from_str(sparse).unwrap();
        assert_eq!((sparse.line, sparse.mark), (Line::Solid, Mark::None));
    }
}
