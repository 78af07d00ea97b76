//! The payload of `traceback`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::exceptions::{Exception, peek};
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use crate::frame::{Frame, FrameObject, frame_object};

/// The payload of `traceback`: one frame that an exception went through.
pub struct Traceback {
    pub next: Cell<Option<Value>>,
    pub frame: Ref<FrameObject>,
    /// Instruction index; `tb_lasti` is twice this.
    pub lasti: Cell<i32>,
    /// -1: computed from `lasti` on demand.
    pub lineno: Cell<i32>,
}

payload!(
    Traceback,
    gc,
    |this, visit| {
        visit(this.frame.as_value());
        if let Some(n) = peek(&this.next) {
            visit(&n)
        }
    },
    clear | this | drop(this.next.take())
);

/// Puts a frame in front of the pending exception's traceback.
///
/// # Safety
/// `frame` is live.
pub unsafe fn add_entry(vm: &Vm, frame: *mut Frame, lasti: u32) {
    let Some(exception) = vm.take_pending() else {
        return;
    };
    if let Some(e) = exception.downcast::<Exception>() {
        let tb = Traceback {
            next: Cell::new(e.traceback.take().filter(|t| !t.is_none())),
            frame: frame_object(vm, frame),
            lasti: Cell::new(lasti as i32),
            lineno: Cell::new(-1),
        };
        e.traceback
            .set(Some(vm.heap.alloc(&vm.types.traceback, tb).into_value()));
    }
    let _ = vm.restore(exception);
}

/// Puts a frame that has not started in front of the pending exception's traceback: its definition's line.
///
/// # Safety
/// As [`add_entry`].
pub unsafe fn add_definition(vm: &Vm, frame: *mut Frame) {
    // SAFETY: by the contract.
    unsafe {
        add_entry(vm, frame, 0);
        let line = (*frame).code().code.first_line as i32;
        let Some(e) = vm.peek_exception() else { return };
        if let Some(tb) = e.downcast::<Exception>().and_then(|e| peek(&e.traceback))
            && let Some(tb) = tb.downcast::<Traceback>()
        {
            tb.lineno.set(line);
        }
    }
}

/// Names of the files of importlib's own code.
pub const IMPORTLIB: [&str; 2] = [
    "<frozen importlib._bootstrap>",
    "<frozen importlib._bootstrap_external>",
];

/// Takes importlib's own frames out of the pending exception's traceback: all of them for an
/// ImportError, else only those of runs that lead into a module's code.
pub fn remove_importlib_frames(vm: &Vm, raised: Raised) -> Raised {
    let exception = vm.take_exception(raised);
    let always = vm.is_instance_of(&exception, &vm.exc.import_error);
    if let Some(e) = exception.downcast::<Exception>()
        && let Some(first) = peek(&e.traceback)
    {
        let mut kept: Vec<Value> = Vec::new();
        // Where the present run of importlib's frames begins in `kept`.
        let mut run = None;
        let mut at = Some(first).filter(|t| !t.is_none());
        while let Some(entry) = at.take() {
            let Some(tb) = entry.downcast::<Traceback>() else {
                break;
            };
            at = peek(&tb.next).filter(|t| !t.is_none());
            let code = &tb.frame.code.code;
            let inside = IMPORTLIB.contains(&&*code.filename);
            let start = match run {
                Some(start) if inside => start,
                _ => kept.len(),
            };
            run = inside.then_some(start);
            if inside && (always || &*code.name == "_call_with_frames_removed") {
                kept.truncate(start);
            } else {
                kept.push(entry);
            }
        }
        let mut next = None;
        for entry in kept.into_iter().rev() {
            if let Some(tb) = entry.downcast::<Traceback>() {
                drop(tb.next.replace(next.take()));
            }
            next = Some(entry);
        }
        drop(e.traceback.replace(next));
    }
    vm.restore(exception)
}

impl Traceback {
    pub fn line(&self) -> i32 {
        match self.lineno.get() {
            -1 => self.frame.code.line_of(self.lasti.get().max(0) as u32),
            n => n,
        }
    }
}

fn next_traceback(vm: &Vm, value: &Value) -> PyResult<Option<Value>> {
    if value.is_none() {
        return Ok(None);
    }
    match value.downcast::<Traceback>() {
        Some(_) => Ok(Some(value.clone())),
        None => Err(vm.type_error(format!(
            "expected traceback object or None, got '{}'",
            vm.type_name(value)
        ))),
    }
}

#[pymethods(name = "traceback", doc = "One frame that an exception went through.")]
impl Traceback {
    #[pynew("(tb_next, tb_frame, tb_lasti, tb_lineno)")]
    fn new(
        vm: &Vm,
        _cls: &TypeRef,
        tb_next: &Value,
        tb_frame: &Value,
        tb_lasti: i32,
        tb_lineno: i32,
    ) -> PyResult {
        let next = next_traceback(vm, tb_next)?;
        let Some(frame) = tb_frame.downcast::<FrameObject>() else {
            return Err(vm.type_error(format!(
                "traceback() argument 'tb_frame' must be frame, not {}",
                vm.type_name(tb_frame)
            )));
        };
        let tb = Traceback {
            next: Cell::new(next),
            frame: frame.clone(),
            lasti: Cell::new(if tb_lasti < 0 { -1 } else { tb_lasti / 2 }),
            lineno: Cell::new(tb_lineno),
        };
        Ok(vm.heap.alloc(&vm.types.traceback, tb).into_value())
    }
    #[pygetset]
    fn tb_next(this: &Ref<Traceback>) -> Option<Value> {
        peek(&this.next)
    }
    #[pysetter(tb_next)]
    fn set_tb_next(vm: &Vm, this: &Ref<Traceback>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("can't delete tb_next attribute"));
        };
        let next = next_traceback(vm, value)?;
        let mut cursor = next.clone();
        while let Some(tb) = cursor {
            if tb.is(this.as_value()) {
                return Err(vm.value_error("traceback loop detected"));
            }
            cursor = tb.downcast::<Traceback>().and_then(|t| peek(&t.next));
        }
        drop(this.next.replace(next));
        Ok(())
    }
    #[pygetset]
    fn tb_frame(this: &Ref<Traceback>) -> Value {
        this.frame.to_value()
    }
    #[pygetset]
    fn tb_lasti(this: &Ref<Traceback>) -> i32 {
        match this.lasti.get() {
            -1 => -1,
            n => n.saturating_mul(2),
        }
    }
    #[pygetset]
    fn tb_lineno(this: &Ref<Traceback>) -> Option<i32> {
        Some(this.line()).filter(|&l| l >= 0)
    }
    /// The names of the attributes.
    #[pymethod("(self, /)")]
    fn __dir__(vm: &Vm, _this: &Ref<Traceback>) -> Value {
        vm.list_value(
            ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"]
                .map(|n| vm.new_str(n).into_value())
                .to_vec(),
        )
    }
}
