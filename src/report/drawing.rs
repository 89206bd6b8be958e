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
    let svg = without(&svg, "<desc ", "</desc>\n");
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
}
