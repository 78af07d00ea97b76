//! `unicodedata.UCD`: the database of Unicode 3.2.

use taipan_macros::pymethods;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::ask;
use super::tables::Version::Unicode32;

/// The older database. There is one object of it.
pub struct Ucd;
payload!(Ucd);

impl Ucd {
    pub fn make(vm: &Vm) -> Value {
        taipan_object::object::alloc_instance(vm, &vm.add_native_type::<Ucd>(), Ucd).into_value()
    }
}

#[pymethods(
    name = "UCD",
    module = "unicodedata",
    doc = "Properties of characters in an older version of Unicode.",
    flags(DISALLOW_INSTANTIATION)
)]
impl Ucd {
    #[pygetset]
    fn unidata_version(_this: &Ref<Ucd>) -> &'static str {
        "3.2.0"
    }
    /// The general category.
    #[pymethod("(self, chr, /)")]
    fn category(vm: &Vm, _this: &Ref<Ucd>, chr: &Value) -> PyResult<&'static str> {
        ask::category(vm, Unicode32, chr)
    }
    /// The class of a character in bidirectional text.
    #[pymethod("(self, chr, /)")]
    fn bidirectional(vm: &Vm, _this: &Ref<Ucd>, chr: &Value) -> PyResult<&'static str> {
        ask::bidirectional(vm, Unicode32, chr)
    }
    /// The canonical combining class.
    #[pymethod("(self, chr, /)")]
    fn combining(vm: &Vm, _this: &Ref<Ucd>, chr: &Value) -> PyResult<i64> {
        ask::combining(vm, Unicode32, chr)
    }
    /// Whether a character is mirrored in bidirectional text.
    #[pymethod("(self, chr, /)")]
    fn mirrored(vm: &Vm, _this: &Ref<Ucd>, chr: &Value) -> PyResult<i64> {
        ask::mirrored(vm, Unicode32, chr)
    }
    /// How wide a character is in East Asian text.
    #[pymethod("(self, chr, /)")]
    fn east_asian_width(vm: &Vm, _this: &Ref<Ucd>, chr: &Value) -> PyResult<&'static str> {
        ask::east_asian_width(vm, Unicode32, chr)
    }
    /// What a character decomposes to.
    #[pymethod("(self, chr, /)")]
    fn decomposition(vm: &Vm, _this: &Ref<Ucd>, chr: &Value) -> PyResult<String> {
        ask::decomposition(vm, Unicode32, chr)
    }
    /// The name of a character.
    #[pymethod("(self, chr, default=<unset>, /)")]
    fn name(vm: &Vm, _this: &Ref<Ucd>, chr: &Value, default: Option<Value>) -> PyResult {
        ask::name(vm, Unicode32, chr, default)
    }
    /// The character of a name.
    #[pymethod("(self, name, /)")]
    fn lookup(vm: &Vm, _this: &Ref<Ucd>, name: &Ref<Str>) -> PyResult {
        ask::lookup(vm, Unicode32, name)
    }
    /// The value of a decimal digit.
    #[pymethod("(self, chr, default=<unset>, /)")]
    fn decimal(vm: &Vm, _this: &Ref<Ucd>, chr: &Value, default: Option<Value>) -> PyResult {
        ask::decimal(vm, Unicode32, chr, default)
    }
    /// The value of a digit.
    #[pymethod("(self, chr, default=<unset>, /)")]
    fn digit(vm: &Vm, _this: &Ref<Ucd>, chr: &Value, default: Option<Value>) -> PyResult {
        ask::digit(vm, Unicode32, chr, default)
    }
    /// The value of a numeric character.
    #[pymethod("(self, chr, default=<unset>, /)")]
    fn numeric(vm: &Vm, _this: &Ref<Ucd>, chr: &Value, default: Option<Value>) -> PyResult {
        ask::numeric(vm, Unicode32, chr, default)
    }
    /// A string in a normal form.
    #[pymethod("(self, form, unistr, /)")]
    fn normalize(
        vm: &Vm,
        _this: &Ref<Ucd>,
        form: &Ref<Str>,
        unistr: &Ref<Str>,
    ) -> PyResult<Ref<Str>> {
        ask::normalize(vm, Unicode32, form, unistr)
    }
    /// Whether a string is in a normal form.
    #[pymethod("(self, form, unistr, /)")]
    fn is_normalized(
        vm: &Vm,
        _this: &Ref<Ucd>,
        form: &Ref<Str>,
        unistr: &Ref<Str>,
    ) -> PyResult<bool> {
        ask::is_normalized(vm, Unicode32, form, unistr)
    }
}
