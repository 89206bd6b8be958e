//! A figure to SVG, and an SVG to PNG: the only file that names the libraries of pictures.
//!
//! The SVG keeps its texts as texts and asks for common faces; the PNG is that SVG at twice the
//! size with a face built into the program, so that it looks the same on every machine. The same
//! figure always makes the same bytes. A file says all that its figure says; a drawing on a page
//! leaves to the page what stands there once for both drawings of a figure.

use super::figure::Figure;
use super::frame::Place;
use super::layout::layout;
use super::scene::{Anchor, At, Scene, Shape};
use super::theme;
use resvg::{tiny_skia, usvg};
use std::fmt::Write as _;
use std::sync::Arc;

/// Places and lengths are whole numbers; so many of them are one CSS pixel.
const UNITS: f64 = 4.0;
/// Pixels of the picture for one CSS pixel.
const PIXELS: f64 = 2.0;

/// An SVG of which no picture could be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make a picture of an SVG: {0}")]
pub struct NoPicture(String);

/// The id that the words of a figure have on a page, by which its drawings point to them.
#[must_use]
pub fn words_id(figure: &str) -> String {
    format!("{figure}-words")
}

/// The SVG of a figure at a place. For those who do not see it a file has its title and its words;
/// on a page the words stand beside it, under their id, and each point is read out.
#[must_use]
pub fn svg(figure: &Figure, place: Place) -> String {
    let scene = layout(figure, place);
    let mut svg = head(figure, place, &scene);
    for shape in &scene.shapes {
        tag(&mut svg, shape);
    }
    if place != Place::File {
        targets(&mut svg, &scene);
    }
    svg + "</svg>\n"
}

/// The opening tag, sized in CSS pixels and scaling with its container, and the words.
fn head(figure: &Figure, place: Place, scene: &Scene) -> String {
    let (width, height) = (scene.width, scene.height);
    let name = escape(&figure.name);
    let (id, described) = match place {
        Place::File => (name.clone(), format!("{name}-desc")),
        Place::Page => (format!("{name}-page"), words_id(&name)),
        Place::NarrowPage => (format!("{name}-narrow"), words_id(&name)),
    };
    let mut head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title\" \
         aria-describedby=\"{described}\" font-family=\"{}\">\n<title id=\"{id}-title\">{}</title>\n",
        unit(width),
        unit(height),
        theme::FONTS,
        escape(&figure.title),
    );
    if place == Place::File {
        let _ = writeln!(head, "<desc id=\"{described}\">{}</desc>", escape(&words(figure)));
    }
    head
}

/// Everything the figure says.
fn words(figure: &Figure) -> String {
    let mut words = vec![figure.alt.clone(), figure.finding.clone()];
    words.extend(figure.notes.iter().cloned());
    words.extend(figure.markings.iter().map(|marking| format!("{marking}.")));
    words.join(" ")
}

/// A shape as one tag on a line of its own.
fn tag(svg: &mut String, shape: &Shape) {
    let _ = match shape {
        Shape::Line { points, colour, opacity, width, dash } => {
            let dash = dash.map_or_else(String::new, |(on, off)| {
                format!(" stroke-dasharray=\"{} {}\"", unit(on), unit(off))
            });
            writeln!(
                svg,
                "<polyline fill=\"none\" stroke=\"{}\"{} stroke-width=\"{}\"{dash} points=\"{}\"/>",
                colour.hex(),
                faint("stroke", *opacity),
                unit(*width),
                corners(points)
            )
        }
        Shape::Area { points, colour, opacity } => {
            let (hex, faint) = (colour.hex(), faint("fill", *opacity));
            writeln!(svg, "<polygon fill=\"{hex}\"{faint} points=\"{}\"/>", corners(points))
        }
        Shape::Disc { at: (x, y), radius, colour } => {
            let (x, y, radius, hex) = (unit(*x), unit(*y), unit(*radius), colour.hex());
            writeln!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{hex}\"/>")
        }
        Shape::Text { at: (x, y), text, anchor, size, bold, colour } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let weight = if *bold { " font-weight=\"bold\"" } else { "" };
            writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" dy=\"0.5ex\"{anchor} font-size=\"{}\"{weight} fill=\"{}\">{}</text>",
                unit(*x),
                unit(*y),
                size * UNITS,
                colour.hex(),
                escape(text)
            )
        }
    };
}

/// How much of what lies below shows through; nothing need be said of what is opaque.
fn faint(paint: &str, opacity: f64) -> String {
    if opacity < 1.0 { format!(" {paint}-opacity=\"{opacity}\"") } else { String::new() }
}

fn corners(points: &[At]) -> String {
    let corner = |(x, y): &At| format!("{},{}", unit(*x), unit(*y));
    points.iter().map(corner).collect::<Vec<_>>().join(" ")
}

/// The places that can be read out, last so that they lie above what is drawn: unseen, and each
/// with a title, which browsers show to a pointer without any script.
fn targets(svg: &mut String, scene: &Scene) {
    for target in &scene.targets {
        let ((x, y), (width, height)) = (target.at, target.size);
        let _ = writeln!(
            svg,
            "<g class=\"target\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" \
             height=\"{}\"/></g>",
            escape(&target.text),
            unit(x - width / 2.0),
            unit(y - height / 2.0),
            unit(width),
            unit(height),
        );
    }
}

#[allow(clippy::cast_possible_truncation, reason = "places on a page")]
fn unit(length: f64) -> i32 {
    (length * UNITS).round() as i32
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
    /// [`NoPicture`] where the text is no SVG or too large.
    pub fn png(&self, svg: &str) -> Result<Vec<u8>, NoPicture> {
        let options = usvg::Options {
            fontdb: Arc::clone(&self.faces),
            font_family: "DejaVu Sans".into(),
            ..usvg::Options::default()
        };
        let tree =
            usvg::Tree::from_str(svg, &options).map_err(|error| NoPicture(error.to_string()))?;
        #[allow(clippy::cast_possible_truncation, reason = "a scale of 2")]
        let scale = PIXELS as f32;
        let picture = tree
            .size()
            .to_int_size()
            .scale_by(scale)
            .and_then(|size| tiny_skia::Pixmap::new(size.width(), size.height()));
        let mut picture = picture.ok_or_else(|| NoPicture("it has no area".into()))?;
        let transform = tiny_skia::Transform::from_scale(scale, scale);
        resvg::render(&tree, transform, &mut picture.as_mut());
        encoded(&picture).map_err(|error| NoPicture(error.to_string()))
    }
}

/// A picture as PNG. Paper covers all of it, so that nothing shows through and there is no alpha to
/// write. One filter for every row, as to choose among them takes a third of the time and makes files
/// by a twentieth smaller.
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
    encoder.set_filter(png::Filter::Paeth);
    encoder.write_header()?.write_image_data(&colours)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Response;
    use super::super::marking::{Marking, Synthetic};
    use super::super::response_rate::figures;
    use super::super::theme::Rgb;
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
            let svg = svg(&figure, place);
            assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
            assert!(svg.contains("role=\"img\""));
            // A page says the words beside the drawings of a figure, once.
            let words = ["3 &lt; 4 &amp; &quot;more&quot;", &figure.alt];
            assert!(words.iter().all(|words| svg.contains(words) == (place == Place::File)));
            let id = if place == Place::File { "-desc" } else { "-words" };
            assert!(svg.contains(&format!("aria-describedby=\"response_rate_phq-9{id}\"")));
            assert!(svg.contains("Internal, do not share"));
            assert!(svg.contains("Synthetic data"));
            assert!(!svg.contains("NaN"));
            assert!(!svg.contains("href"), "nothing is fetched");
        }
    }

    #[test]
    fn a_hidden_point_is_nowhere_in_the_svg() {
        let figure = figure();
        let svg = svg(&figure, Place::File);
        // One line through both intravenous points; the lone intranasal point has a mark only.
        let marks = svg.matches("fill=\"#D55E00\"").count();
        // The mark of the point and the one beside the name.
        assert_eq!(marks, 2);
    }

    #[test]
    fn points_of_a_page_can_be_read_out_without_script_and_files_stay_pictures() {
        let figure = figure();
        let file = svg(&figure, Place::File);
        assert!(!file.contains("class=\"target\""));
        for place in [Place::Page, Place::NarrowPage] {
            let page = svg(&figure, place);
            assert_eq!(page.matches("<g class=\"target\"><title>").count(), 4);
            let words = "Intranasal, infusion 2: hidden to protect small groups";
            assert!(page.contains(&format!("<title>{words}</title><rect ")), "{page}");
            assert!(page.trim_end().ends_with("</g>\n</svg>"));
        }
    }

    #[test]
    fn each_shape_is_one_tag_that_says_no_more_than_it_must() {
        let points = vec![(0.0, 1.0), (2.5, 3.13)];
        let (colour, size) = (Rgb::of(0x11_22_33), 12.5);
        let line = |opacity, dash| Shape::Line {
            points: points.clone(),
            colour,
            opacity,
            width: 1.0,
            dash,
        };
        let text = |anchor, bold| Shape::Text {
            at: (1.0, 2.0),
            text: "a < b".into(),
            anchor,
            size,
            bold,
            colour,
        };
        let drawn = |shape: &Shape| {
            let mut svg = String::new();
            tag(&mut svg, shape);
            svg
        };
        let stroke = "<polyline fill=\"none\" stroke=\"#112233\"";
        assert_eq!(
            drawn(&line(1.0, None)),
            format!("{stroke} stroke-width=\"4\" points=\"0,4 10,13\"/>\n")
        );
        assert_eq!(
            drawn(&line(0.5, Some((6.0, 3.0)))),
            format!(
                "{stroke} stroke-opacity=\"0.5\" stroke-width=\"4\" stroke-dasharray=\"24 12\" points=\"0,4 10,13\"/>\n"
            )
        );
        assert_eq!(
            drawn(&Shape::Area { points, colour, opacity: 0.16 }),
            "<polygon fill=\"#112233\" fill-opacity=\"0.16\" points=\"0,4 10,13\"/>\n"
        );
        assert_eq!(
            drawn(&Shape::Disc { at: (1.0, 2.0), radius: 4.5, colour }),
            "<circle cx=\"4\" cy=\"8\" r=\"18\" fill=\"#112233\"/>\n"
        );
        assert_eq!(
            drawn(&text(Anchor::Start, false)),
            "<text x=\"4\" y=\"8\" dy=\"0.5ex\" font-size=\"50\" fill=\"#112233\">a &lt; b</text>\n"
        );
        assert_eq!(
            drawn(&text(Anchor::End, true)),
            "<text x=\"4\" y=\"8\" dy=\"0.5ex\" text-anchor=\"end\" font-size=\"50\" font-weight=\"bold\" fill=\"#112233\">a &lt; b</text>\n"
        );
    }

    #[test]
    fn the_same_figure_makes_the_same_bytes_and_a_picture_of_twice_the_size() {
        let figure = figure();
        let painter = Painter::default();
        for place in PLACES {
            let one = svg(&figure, place);
            assert_eq!(one, svg(&figure, place));
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
