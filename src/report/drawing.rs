//! A drawing on the page, without what the page says once for all drawings: a page holds dozens of
//! them, each twice, and may have two megabytes.

use crate::charts::theme;

/// Attributes that say what is so anyhow, or what the style sheet says for every drawing.
const IDLE: [&str; 3] =
    [" opacity=\"1\"", " text-anchor=\"start\"", " fill=\"none\" pointer-events=\"all\""];

/// The drawing, lean. Its words for those who do not see it stand once beside both drawings of a
/// figure, under the id `words`; what a point reads out stands in its title alone.
pub(super) fn lean(svg: &str, words: &str) -> String {
    let face = format!(" font-family=\"{}\"", theme::FONTS);
    let mut svg = svg.replace(&face, "").replace(".00000000000001\"", "\"");
    for idle in IDLE {
        // Only the places of points have all three; a line keeps its missing fill.
        svg = svg.replace(idle, "");
    }
    let svg = without(&svg, " data-readout=\"", "\"");
    let svg = dashes_joined(&without(&svg, "<desc ", "</desc>\n"));
    let described = format!("\" aria-describedby=\"{words}\"");
    match svg.split_once("-title ") {
        // "x-title x-desc" of the head.
        Some((before, rest)) => match rest.split_once('"') {
            Some((_, after)) => format!("{before}-title{described}{after}"),
            None => svg,
        },
        None => svg,
    }
}

/// Lines that look the same and follow each other, as one path: a dashed curve is a line a dash.
fn dashes_joined(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut open: Option<(&str, String, &str)> = None;
    let close = |out: &mut String, run: Option<(&str, String, &str)>| match run {
        // A run of one stays what it was.
        Some((_, path, alone)) if path.matches('M').count() == 1 => *out += alone,
        Some((look, path, _)) => *out += &["<path ", look, "d=\"", &path, "\"/>\n"].concat(),
        None => {}
    };
    for line in svg.split_inclusive('\n') {
        let parts = line.strip_prefix("<polyline ").and_then(|line| line.split_once("points=\""));
        let Some((look, points)) = parts else {
            close(&mut out, open.take());
            out += line;
            continue;
        };
        let points: Vec<&str> =
            points.split('"').next().unwrap_or_default().split_whitespace().collect();
        let path = format!("M{}", points.join("L"));
        match &mut open {
            Some((known, joined, _)) if *known == look => *joined += &path,
            _ => close(&mut out, open.replace((look, path, line))),
        }
    }
    close(&mut out, open.take());
    out
}

/// A text without every part from `open` to `close`, both included.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out.push_str(before);
        rest = after.split_once(close).map_or("", |(_, rest)| rest);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_says_once_is_taken_out_and_nothing_else() {
        let head = "<svg role=\"img\" aria-labelledby=\"a-title a-desc\">\n<title id=\"a-title\">Half</title>\n";
        let long = format!(
            "{head}<desc id=\"a-desc\">All words.</desc>\n<text x=\"1\" text-anchor=\"start\" \
             font-family=\"{}\" font-size=\"52.00000000000001\" opacity=\"1\">A</text>\n\
             <polyline fill=\"none\" opacity=\"0.5\"/><g class=\"target\" data-readout=\"12 &lt; \
             13\"><title>12 &lt; 13</title><rect x=\"1\" fill=\"none\" pointer-events=\"all\"/></g></svg>",
            theme::FONTS
        );
        let short = "<svg role=\"img\" aria-labelledby=\"a-title\" aria-describedby=\"w\">\n\
                     <title id=\"a-title\">Half</title>\n<text x=\"1\" font-size=\"52\">A</text>\n\
                     <polyline fill=\"none\" opacity=\"0.5\"/><g class=\"target\"><title>12 &lt; \
                     13</title><rect x=\"1\"/></g></svg>";
        assert_eq!(lean(&long, "w"), short);
    }

    #[test]
    fn the_dashes_of_a_curve_are_one_path() {
        let dash = |stroke: &str, points: &str| {
            format!("<polyline fill=\"none\" stroke=\"{stroke}\" points=\"{points} \"/>\n")
        };
        let (one, two) = (dash("#111111", "0,0 4,1"), dash("#111111", "6,2 9,3 10,3"));
        let other = dash("#222222", "0,9 4,9");
        let path = "<path fill=\"none\" stroke=\"#111111\" d=\"M0,0L4,1M6,2L9,3L10,3\"/>\n";
        assert_eq!(dashes_joined(&[&*one, &two, &other].concat()), [path, &other].concat());
        let apart = [&*one, "<text>1</text>\n", &two, "</svg>\n"].concat();
        assert_eq!(dashes_joined(&apart), apart);
    }
}
