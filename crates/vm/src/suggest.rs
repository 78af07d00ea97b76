//! "Did you mean …?": the closest of some names, by CPython's edit distance.

const MAX_CANDIDATES: usize = 750;
const MAX_LENGTH: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

fn substitution_cost(a: u8, b: u8) -> usize {
    if a & 31 != b & 31 {
        return MOVE_COST;
    }
    if a == b {
        return 0;
    }
    if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// Edit distance with cheap changes of case; more than `limit` is `limit + 1`.
fn distance(a: &[u8], b: &[u8], limit: usize) -> usize {
    let (mut a, mut b) = (a, b);
    while let ([x, ra @ ..], [y, rb @ ..]) = (a, b)
        && x == y
    {
        (a, b) = (ra, rb);
    }
    while let ([ra @ .., x], [rb @ .., y]) = (a, b)
        && x == y
    {
        (a, b) = (ra, rb);
    }
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE_COST;
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH {
        return limit + 1;
    }
    if b.len() < a.len() {
        (a, b) = (b, a);
    }
    if (b.len() - a.len()) * MOVE_COST > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (j, &code) in b.iter().enumerate() {
        let mut diagonal = j * MOVE_COST;
        result = diagonal;
        let mut minimum = usize::MAX;
        for (i, cell) in row.iter_mut().enumerate() {
            let substitute = diagonal + substitution_cost(code, a[i]);
            diagonal = *cell;
            let move_ = result.min(diagonal) + MOVE_COST;
            result = substitute.min(move_);
            *cell = result;
            minimum = minimum.min(result);
        }
        if minimum > limit {
            return limit + 1;
        }
    }
    result
}

/// The candidate that a mistyped name most likely meant.
pub fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    if candidates.len() > MAX_CANDIDATES || name.len() > MAX_LENGTH {
        return None;
    }
    let mut best = None;
    let mut best_distance = usize::MAX;
    for &candidate in candidates {
        if candidate == name {
            continue;
        }
        let limit = ((name.len() + candidate.len() + 3) * MOVE_COST / 6)
            .min(best_distance.saturating_sub(1));
        let d = distance(name.as_bytes(), candidate.as_bytes(), limit);
        if d <= limit && d < best_distance {
            best_distance = d;
            best = Some(candidate);
        }
    }
    best
}
