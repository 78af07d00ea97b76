//! `OSError` and the choice of its subclass by error number.

use taipan_macros::pymethods;

use super::fields::field;
use super::simple::base_str;
use super::{no_keywords, own_dict, reduce_with, set_args};
use crate::exceptions::Exception;
use crate::header::{Ref, TypeRef};
use crate::native::GetSetDef;
use crate::object::alloc_instance;
use crate::slots::SlotId;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

const ERRNO: usize = 0;
const STRERROR: usize = 1;
const FILENAME: usize = 2;
const FILENAME2: usize = 3;
const WRITTEN: usize = 4;

pub(crate) const FIELDS: &[GetSetDef] = &[
    field::<ERRNO>("errno"),
    field::<STRERROR>("strerror"),
    field::<FILENAME>("filename"),
    field::<FILENAME2>("filename2"),
];

/// The subclass of OSError for an error number.
pub fn class_of_errno(vm: &Vm, errno: i64) -> Option<&TypeRef> {
    let x = &vm.exc;
    Some(match i32::try_from(errno).ok()? {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => &x.blocking_io_error,
        libc::EPIPE | libc::ESHUTDOWN => &x.broken_pipe_error,
        libc::ECHILD => &x.child_process_error,
        libc::ECONNABORTED => &x.connection_aborted_error,
        libc::ECONNREFUSED => &x.connection_refused_error,
        libc::ECONNRESET => &x.connection_reset_error,
        libc::EEXIST => &x.file_exists_error,
        libc::ENOENT => &x.file_not_found_error,
        libc::EISDIR => &x.is_a_directory_error,
        libc::ENOTDIR => &x.not_a_directory_error,
        libc::EINTR => &x.interrupted_error,
        libc::EACCES | libc::EPERM => &x.permission_error,
        libc::ESRCH => &x.process_lookup_error,
        libc::ETIMEDOUT => &x.timeout_error,
        _ => return None,
    })
}

/// A class with an `__init__` but no `__new__` of its own takes its arguments there.
fn parses_in_init(vm: &Vm, ty: &TypeRef) -> bool {
    let own = |slot| ty.slots.address(slot) != vm.exc.os_error.slots.address(slot);
    own(SlotId::init) && !own(SlotId::new)
}

/// Fills the attributes from `(errno, strerror[, filename[, winerror[, filename2]]])`.
pub(crate) fn fill(vm: &Vm, e: &Ref<Exception>, args: &[Value]) -> PyResult<()> {
    set_args(vm, e, args);
    let [errno, strerror, rest @ ..] = args else {
        return Ok(());
    };
    if rest.len() > 3 {
        return Ok(());
    }
    if let Some(filename) = rest.first().filter(|f| !f.is_none()) {
        let number = e.ty().is_subtype(&vm.exc.blocking_io_error)
            && vm.type_of(filename).slots.index.get().is_some();
        if number {
            let written = vm.index(filename)?;
            e.set_field(WRITTEN, Some(written));
        } else {
            e.set_field(FILENAME, Some(filename.clone()));
            e.set_field(FILENAME2, rest.get(2).filter(|f| !f.is_none()).cloned());
            set_args(vm, e, &args[..2]);
        }
    }
    e.set_field(ERRNO, Some(errno.clone()));
    e.set_field(STRERROR, Some(strerror.clone()));
    Ok(())
}

#[pymethods(partial = METHODS, class = "OSError")]
impl Exception {
    #[pyslot(new)]
    fn os_new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        if parses_in_init(vm, cls) {
            return Ok(
                alloc_instance(vm, cls, Exception::new(vm.empty_tuple.clone())).into_value(),
            );
        }
        no_keywords(vm, cls, &args)?;
        let mut cls = cls;
        if let [errno, _, rest @ ..] = args.values
            && rest.len() <= 3
            && cls.is(&vm.exc.os_error)
            && let Some(errno) = errno.as_i64()
        {
            cls = class_of_errno(vm, errno).unwrap_or(cls);
        }
        let e = alloc_instance(vm, cls, Exception::new(vm.tuple_from_slice(args.values)));
        fill(vm, &e, args.values)?;
        Ok(e.into_value())
    }
    #[pyslot(init)]
    fn os_init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
        if !parses_in_init(vm, this.ty()) {
            return Ok(());
        }
        no_keywords(vm, this.ty(), &args)?;
        fill(vm, this, args.values)
    }
    #[pyslot(str)]
    fn os_str(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let (errno, strerror) = (this.field(ERRNO), this.field(STRERROR));
        let filename = this.field(FILENAME);
        if filename.is_none() && (errno.is_none() || strerror.is_none()) {
            return base_str(vm, this.as_value());
        }
        let mut out = b"[Errno ".to_vec();
        vm.str(&errno.unwrap_or(Value::NONE))?
            .view()
            .push_wtf8(&mut out);
        out.extend_from_slice(b"] ");
        vm.str(&strerror.unwrap_or(Value::NONE))?
            .view()
            .push_wtf8(&mut out);
        if let Some(filename) = filename {
            out.extend_from_slice(b": ");
            crate::seq::push_repr(vm, &mut out, &filename)?;
            if let Some(filename2) = this.field(FILENAME2) {
                out.extend_from_slice(b" -> ");
                crate::seq::push_repr(vm, &mut out, &filename2)?;
            }
        }
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// Helper for pickle.
    #[pymethod("(self, /)", name = "__reduce__")]
    fn os_reduce(vm: &Vm, this: &Ref<Exception>) -> Value {
        let mut args = this.args.borrow().items().to_vec();
        if let (2, Some(filename)) = (args.len(), this.field(FILENAME)) {
            args.push(filename);
            if let Some(filename2) = this.field(FILENAME2) {
                args.extend([Value::NONE, filename2]);
            }
        }
        let args = vm.new_tuple(args).into_value();
        reduce_with(vm, this, args, own_dict(vm, this.as_value()))
    }
    /// How much was written before the operation would have blocked.
    #[pygetset]
    fn characters_written(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        this.field(WRITTEN)
            .ok_or_else(|| vm.raise_str(&vm.exc.attribute_error, "characters_written"))
    }
    #[pysetter(characters_written)]
    fn set_characters_written(
        vm: &Vm,
        this: &Ref<Exception>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        match value {
            Some(value) => {
                let n = vm.index(value)?;
                this.set_field(WRITTEN, Some(n));
                Ok(())
            }
            None if this.field(WRITTEN).is_some() => {
                this.set_field(WRITTEN, None);
                Ok(())
            }
            None => Err(vm.raise_str(&vm.exc.attribute_error, "characters_written")),
        }
    }
}
