//! Short lists that are looked through: of so few entries that a map would take longer.

/// The entry that is looked for; where there is none, a new one at the end.
pub fn find_or_push<T>(
    list: &mut Vec<T>,
    is_it: impl Fn(&T) -> bool,
    new: impl FnOnce() -> T,
) -> &mut T {
    let place = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(new());
        list.len() - 1
    });
    &mut list[place]
}

/// Where the entry with a key stands. Keys are held elsewhere, and mostly the key asked for is the very
/// one that is known: so none is looked at before every entry was asked for that.
pub fn place_of<T, K: PartialEq>(list: &[T], key: &K, key_of: impl Fn(&T) -> &K) -> Option<usize> {
    let is_very_key = |entry: &T| std::ptr::eq(key_of(entry), key);
    let is_like_it = |entry: &T| key_of(entry) == key;
    list.iter().position(is_very_key).or_else(|| list.iter().position(is_like_it))
}

/// Whether two are equal; mostly they are one and the same, and need not be looked at.
pub fn same<T: PartialEq>(a: &T, b: &T) -> bool {
    std::ptr::eq(a, b) || a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_wherever_it_is_held() {
        let keys = ["a", "b", "c"].map(str::to_owned);
        let list: Vec<&String> = keys.iter().collect();
        for (place, key) in keys.iter().enumerate() {
            for key in [key, &key.clone()] {
                assert_eq!(place_of(&list, key, |known| known), Some(place));
            }
        }
        assert_eq!(place_of(&list, &"d".to_owned(), |known| known), None);
    }

    #[test]
    fn an_entry_is_found_again_and_a_new_one_comes_last() {
        let mut list = vec![('a', 1), ('b', 2)];
        find_or_push(&mut list, |(key, _)| *key == 'b', || ('b', 0)).1 += 1;
        find_or_push(&mut list, |(key, _)| *key == 'c', || ('c', 0)).1 += 1;
        assert_eq!(list, [('a', 1), ('b', 3), ('c', 1)]);
    }
}
