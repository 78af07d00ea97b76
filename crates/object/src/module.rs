//! The payload of `module`.

use crate::dict::Dict;
use crate::header::Ref;

/// The payload of `module`.
pub struct Module {
    pub dict: Ref<Dict>,
}

crate::payload!(Module, gc, |this, visit| visit(this.dict.as_value()));
