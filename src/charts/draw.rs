//! A figure to SVG, and an SVG to PNG: the only file that names the drawing libraries.
//!
//! The SVG keeps its texts as texts and asks for common faces; the PNG is that SVG at twice the
//! size with a face built into the program, so that it looks the same on every machine. The same
//! figure always makes the same bytes.

use super::figure::Figure;
use super::frame::Place;
use super::layout::layout;
use super::scene::{Anchor, At, Scene, Shape};
use super::theme::{self, Rgb};
use plotters::backend::SVGBackend;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{
    Circle, DashedPathElement, Drawable, PathElement, PointCollection, Polygon,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle};
use resvg::{tiny_skia, usvg};
use std::fmt::Write as _;
use std::sync::Arc;

/// The library draws at whole numbers only: so many of its units are one CSS pixel.
const UNITS: f64 = 4.0;
/// Pixels of the picture for one CSS pixel.
const PIXELS: f64 = 2.0;
/// The library divides every size of a face by this.
const FACE: f64 = 1.24;

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The SVG could not be written.
    #[error("cannot draw the figure {name}: {reason}")]
    Svg {
        /// Name of the figure.
        name: String,
        /// What the library says.
        reason: String,
    },
    /// The PNG could not be made of it.
    #[error("cannot make a picture of an SVG: {0}")]
    Png(String),
}

/// The SVG of a figure at a place, with its title and its words for those who do not see it.
///
/// # Errors
/// [`DrawError::Svg`] where the library refuses, which no figure is known to cause.
pub fn svg(figure: &Figure, place: Place) -> Result<String, DrawError> {
    let scene = layout(figure, place);
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, (size(scene.width), size(scene.height)))
        .into_drawing_area();
    let refused =
        |error: Refused| DrawError::Svg { name: figure.name.clone(), reason: error.to_string() };
    for shape in &scene.shapes {
        draw(&area, shape).map_err(refused)?;
    }
    area.present().map_err(refused)?;
    drop(area);
    // The library opens the document; ours says more about it.
    let body = drawn.split_once('\n').map_or("", |(_, body)| body);
    let body = body.trim_end().trim_end_matches("</svg>");
    Ok(format!("{}{body}{}</svg>\n", head(figure, place, &scene), targets(&scene, place)))
}

/// The places that can be read out, last so that they lie above what is drawn: unseen, and each
/// with a title, which browsers show to a pointer without any script. A file has none.
fn targets(scene: &Scene, place: Place) -> String {
    let mut text = String::new();
    if place == Place::File {
        return text;
    }
    for target in &scene.targets {
        let ((x, y), (width, height)) = (target.at, target.size);
        let words = escape(&target.text);
        let _ = writeln!(
            text,
            "<g class=\"target\" data-readout=\"{words}\"><title>{words}</title><rect x=\"{}\" \
             y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" pointer-events=\"all\"/></g>",
            unit(x - width / 2.0),
            unit(y - height / 2.0),
            size(width),
            size(height),
        );
    }
    text
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Refused = DrawingAreaErrorKind<std::io::Error>;

fn draw(area: &Area<'_>, shape: &Shape) -> Result<(), Refused> {
    match shape {
        Shape::Line { points, colour, opacity, width, dash } => {
            let style = ShapeStyle {
                color: rgba(*colour, *opacity),
                filled: false,
                stroke_width: size(*width),
            };
            let points: Vec<(i32, i32)> = points.iter().copied().map(place_of).collect();
            match dash {
                None => put(area, &PathElement::new(points, style)),
                Some((on, off)) => {
                    put(area, &DashedPathElement::new(points, unit(*on), unit(*off), style))
                }
            }
        }
        Shape::Area { points, colour, opacity } => {
            let points: Vec<(i32, i32)> = points.iter().copied().map(place_of).collect();
            put(area, &Polygon::new(points, rgba(*colour, *opacity).filled()))
        }
        Shape::Disc { at, radius, colour } => {
            put(area, &Circle::new(place_of(*at), unit(*radius), rgba(*colour, 1.0).filled()))
        }
        Shape::Text { at, text, anchor, size, bold, colour } => {
            let weight = if *bold { FontStyle::Bold } else { FontStyle::Normal };
            let face = FontDesc::new(FontFamily::Name(theme::FONTS), size * UNITS * FACE, weight);
            let h_pos = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let style = face.color(&rgba(*colour, 1.0)).pos(Pos::new(h_pos, VPos::Center));
            area.draw_text(text, &style, place_of(*at))
        }
    }
}

fn put<'a, 'b, E>(area: &Area<'b>, element: &'a E) -> Result<(), Refused>
where
    &'a E: PointCollection<'a, (i32, i32)>,
    E: Drawable<SVGBackend<'b>>,
{
    area.draw(element)
}

const fn rgba(Rgb(red, green, blue): Rgb, opacity: f64) -> RGBAColor {
    RGBAColor(red, green, blue, opacity)
}

fn place_of((x, y): At) -> (i32, i32) {
    (unit(x), unit(y))
}

#[allow(clippy::cast_possible_truncation, reason = "places on a page")]
fn unit(length: f64) -> i32 {
    (length * UNITS).round() as i32
}

fn size(length: f64) -> u32 {
    unit(length).unsigned_abs()
}

/// The opening tag, sized in CSS pixels and scaling with its container, and the words.
fn head(figure: &Figure, place: Place, scene: &Scene) -> String {
    let (width, height) = (scene.width, scene.height);
    let view = format!("0 0 {} {}", size(width), size(height));
    let id = match place {
        Place::File => figure.name.clone(),
        Place::Page => format!("{}-page", figure.name),
        Place::NarrowPage => format!("{}-narrow", figure.name),
    };
    let id = escape(&id);
    let mut head = String::new();
    let _ = write!(
        head,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{view}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escape(&figure.title),
        escape(&words(figure)),
    );
    head
}

/// Everything the figure says.
fn words(figure: &Figure) -> String {
    let mut words = vec![figure.alt.clone(), figure.finding.clone()];
    words.extend(figure.notes.iter().cloned());
    words.extend(figure.markings.iter().map(|marking| format!("{marking}.")));
    words.join(" ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Makes pictures; holds the built-in faces.
#[derive(Debug, Clone)]
pub struct Painter {
    faces: Arc<usvg::fontdb::Database>,
}

impl Default for Painter {
    fn default() -> Self {
        Self::with([dejavu::sans::regular(), dejavu::sans::bold()].map(without_old_kerning))
    }
}

/// A face whose table `kern` has a name that nobody looks for. Its pairs stand in the newer table
/// `GPOS` too, by which texts are set; the old one would only be read anew for every text.
fn without_old_kerning(face: &[u8]) -> Vec<u8> {
    /// Bytes before the list of tables, and of each of its lines, which begins with a name.
    const HEAD: usize = 12;
    const LINE: usize = 16;
    let mut face = face.to_vec();
    let n_tables = face.get(4..6).map_or(0, |n| usize::from(n[0]) << 8 | usize::from(n[1]));
    let lines = face.get_mut(HEAD..).unwrap_or_default().chunks_exact_mut(LINE).take(n_tables);
    for line in lines.filter(|line| line.starts_with(b"kern")) {
        // It keeps its place among its neighbours, `hmtx` and `loca`: names are in order.
        line[..4].copy_from_slice(b"kerN");
    }
    face
}

impl Painter {
    fn with(built_in: [Vec<u8>; 2]) -> Self {
        let mut faces = usvg::fontdb::Database::new();
        for face in built_in {
            faces.load_font_source(usvg::fontdb::Source::Binary(Arc::new(face)));
        }
        faces.set_sans_serif_family("DejaVu Sans");
        Self { faces: Arc::new(faces) }
    }

    /// An SVG as PNG at twice its size, with the built-in face.
    ///
    /// # Errors
    /// [`DrawError::Png`] where the text is no SVG or too large.
    pub fn png(&self, svg: &str) -> Result<Vec<u8>, DrawError> {
        let refused = |reason: String| DrawError::Png(reason);
        let options = usvg::Options {
            fontdb: Arc::clone(&self.faces),
            font_family: "DejaVu Sans".into(),
            ..usvg::Options::default()
        };
        let tree =
            usvg::Tree::from_str(svg, &options).map_err(|error| refused(error.to_string()))?;
        #[allow(clippy::cast_possible_truncation, reason = "a scale of 2")]
        let scale = PIXELS as f32;
        let picture = tree
            .size()
            .to_int_size()
            .scale_by(scale)
            .and_then(|size| tiny_skia::Pixmap::new(size.width(), size.height()));
        let mut picture = picture.ok_or_else(|| refused("it has no area".into()))?;
        let transform = tiny_skia::Transform::from_scale(scale, scale);
        resvg::render(&tree, transform, &mut picture.as_mut());
        encoded(&picture).map_err(|error| refused(error.to_string()))
    }
}

/// A picture as PNG. Paper covers all of it, so that nothing shows through and there is no alpha to
/// write; of flat colours the quick encoder makes files nearly as small as a slow one.
fn encoded(picture: &tiny_skia::Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let pixels = picture.data().chunks_exact(4);
    let mut colours = vec![0; 3 * pixels.len()];
    for (colour, pixel) in colours.chunks_exact_mut(3).zip(pixels) {
        colour.copy_from_slice(&pixel[..3]);
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(&colours)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Response;
    use super::super::marking::{Marking, Synthetic};
    use super::super::response_rate::figures;
    use super::*;
    use crate::event::instrument::shipped;

    const PLACES: [Place; 3] = [Place::File, Place::Page, Place::NarrowPage];

    fn figure() -> Figure {
        let iv = ["phq-9", "all", "all", "intravenous"];
        let nasal = ["phq-9", "all", "all", "intranasal"];
        let table = Response::new()
            .shown(iv, 1, [201, 260], 0.52)
            .shown(iv, 2, [190, 260], 0.55)
            .shown(nasal, 1, [176, 190], 0.41)
            .hidden(nasal, 2, 190)
            .done();
        let marking = Marking { synthetic: Synthetic::All, internal: true };
        figures(&table, &shipped().expect("shipped"), marking).remove(0)
    }

    #[test]
    fn the_svg_says_what_it_shows_and_what_it_is() {
        let mut figure = figure();
        figure.finding.push_str(" 3 < 4 & \"more\"");
        for place in PLACES {
            let svg = svg(&figure, place).expect("drawn");
            assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
            assert!(svg.contains("role=\"img\""));
            assert!(svg.contains(&figure.alt));
            assert!(svg.contains("3 &lt; 4 &amp; &quot;more&quot;"));
            assert!(svg.contains("Internal, do not share"));
            assert!(svg.contains("Synthetic data"));
            assert!(!svg.contains("NaN"));
            assert!(!svg.contains("href"), "nothing is fetched");
        }
    }

    #[test]
    fn a_hidden_point_is_nowhere_in_the_svg() {
        let figure = figure();
        let svg = svg(&figure, Place::File).expect("drawn");
        // One line through both intravenous points; the lone intranasal point has a mark only.
        let marks = svg.matches("fill=\"#D55E00\"").count();
        // The mark of the point and the one beside the name.
        assert_eq!(marks, 2);
    }

    #[test]
    fn points_of_a_page_can_be_read_out_without_script_and_files_stay_pictures() {
        let figure = figure();
        let file = svg(&figure, Place::File).expect("drawn");
        assert!(!file.contains("class=\"target\""));
        for place in [Place::Page, Place::NarrowPage] {
            let page = svg(&figure, place).expect("drawn");
            assert_eq!(page.matches("<g class=\"target\" data-readout=\"").count(), 4);
            let words = "Intranasal, infusion 2: hidden to protect small groups";
            let expected = format!("data-readout=\"{words}\"><title>{words}</title><rect ");
            assert!(page.contains(&expected), "{page}");
            assert!(page.trim_end().ends_with("</g>\n</svg>"));
        }
    }

    #[test]
    fn the_same_figure_makes_the_same_bytes_and_a_picture_of_twice_the_size() {
        let figure = figure();
        let painter = Painter::default();
        for place in PLACES {
            let one = svg(&figure, place).expect("drawn");
            assert_eq!(one, svg(&figure, place).expect("drawn"));
            let png = painter.png(&one).expect("painted");
            assert_eq!(png, painter.png(&one).expect("painted"));
            assert_eq!(&png[1..4], b"PNG");
            let width = u32::from_be_bytes([png[16], png[17], png[18], png[19]]);
            let expected = layout(&figure, place).width;
            assert!((f64::from(width) - PIXELS * expected).abs() < 1.0);
        }
    }

    #[test]
    fn faces_without_their_old_kerning_set_every_text_as_before() {
        let whole = [dejavu::sans::regular(), dejavu::sans::bold()];
        let lean = whole.map(without_old_kerning);
        for (whole, lean) in whole.iter().zip(&lean) {
            let differs = |(one, other): &(&u8, &u8)| one != other;
            assert_eq!(whole.iter().zip(lean).filter(differs).count(), 1);
        }
        let whole = Painter::with(whole.map(<[u8]>::to_vec));
        let pairs = "AVAToWaYeLTPaTe Ty r, f. “W” V-o, −12 to ≥ 50 %";
        let text = format!("<text x=\"4\" y=\"20\">{pairs}</text>");
        let bold = format!("<text x=\"4\" y=\"50\" font-weight=\"bold\">{pairs}</text>");
        let paper = "<rect width=\"600\" height=\"60\" fill=\"#FFFFFF\"/>";
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"60\" \
             font-family=\"sans-serif\">{paper}{text}{bold}</svg>"
        );
        let painted = Painter::with(lean).png(&svg).expect("painted");
        assert!(painted == whole.png(&svg).expect("painted"));
        let other = svg.replace("AV", "VA");
        assert!(painted != whole.png(&other).expect("painted"), "the texts are in the picture");
    }

    #[test]
    fn what_is_no_svg_makes_no_picture() {
        assert!(Painter::default().png("<p>no</p>").is_err());
    }
}
