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

/// Whether two are equal; mostly they are one and the same, and need not be looked at.
pub fn same<T: PartialEq>(a: &T, b: &T) -> bool {
    std::ptr::eq(a, b) || a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_again_and_a_new_one_comes_last() {
        let mut list = vec![('a', 1), ('b', 2)];
        find_or_push(&mut list, |(key, _)| *key == 'b', || ('b', 0)).1 += 1;
        find_or_push(&mut list, |(key, _)| *key == 'c', || ('c', 0)).1 += 1;
        assert_eq!(list, [('a', 1), ('b', 3), ('c', 1)]);
    }
}
