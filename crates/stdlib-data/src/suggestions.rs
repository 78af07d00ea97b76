//! The module `_suggestions`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions.
#[pymodule(name = "_suggestions", doc = "Names that might have been meant.")]
pub mod module {
    use taipan_object::Value;
    use taipan_object::list::List;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Vm};

    /// More candidates than this are not looked at.
    const MOST: usize = 750;
    /// Longer names are not compared.
    const LONGEST: usize = 40;

    /// The candidate most like a name; None if none is close enough.
    #[pyfunction("(candidates, item, /)")]
    fn _generate_suggestions(
        vm: &Vm,
        candidates: &Value,
        item: &Ref<Str>,
    ) -> PyResult<Option<String>> {
        let Some(candidates) = candidates.downcast::<List>() else {
            return Err(vm.type_error("candidates must be a list"));
        };
        let candidates = candidates.to_vec();
        if candidates.len() > MOST {
            return Ok(None);
        }
        let mut texts = Vec::with_capacity(candidates.len());
        for candidate in &candidates {
            match candidate.downcast::<Str>() {
                Some(text) => texts.push(text.to_string()),
                None => {
                    return Err(vm.type_error("all elements in 'candidates' must be strings"));
                }
            }
        }
        let texts: Vec<&str> = texts
            .iter()
            .map(String::as_str)
            .filter(|t| t.len() <= LONGEST)
            .collect();
        Ok(taipan_object::args::closest(&item.to_string(), &texts).map(str::to_owned))
    }
}
