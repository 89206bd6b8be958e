//! Where a store is: a directory, or a `file:` URL that names one.

use std::path::PathBuf;
use url::Url;

/// Whether a text is meant as a URL, and not as a path.
#[must_use]
pub fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    !scheme.is_empty() && scheme.bytes().all(is_known)
}

/// The directory of a store that was named by a path or a URL.
///
/// # Errors
/// A sentence, for the URL of anything but a directory of this computer.
pub fn of_store(text: &str) -> Result<PathBuf, String> {
    if !is_url(text) {
        return Ok(PathBuf::from(text));
    }
    let path = Url::parse(text).ok().filter(|url| url.scheme() == "file");
    path.and_then(|url| url.to_file_path().ok()).ok_or_else(|| {
        format!(
            "{text}: a store is a directory of this computer (a path, or file:///...); object \
             stores such as s3:// are not supported"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_file_url_and_nothing_else() {
        for path in ["store", "/srv/a store", "./s3:/x", "C:\\x", ""] {
            assert_eq!(of_store(path), Ok(PathBuf::from(path)));
        }
        let spaced = of_store("file:///srv/a%20store");
        assert_eq!(spaced, Ok(PathBuf::from("/srv/a store")));
        for url in ["s3://bucket/store", "gs://b", "https://x/y", "file://host/share"] {
            assert!(of_store(url).is_err_and(|said| said.contains(url)), "{url}");
        }
    }
}
