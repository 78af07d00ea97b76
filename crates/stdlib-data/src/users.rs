//! The modules `pwd` and `grp`: users and groups of the system.

use taipan_object::int::IntRef;
use taipan_object::str::Str;
use taipan_object::struct_sequence::Layout;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use taipan_host::users::{Group, User};

static PASSWD: Layout = Layout {
    name: "pwd.struct_passwd",
    doc: "A user, as the functions of this module give it.",
    visible: &[
        "pw_name",
        "pw_passwd",
        "pw_uid",
        "pw_gid",
        "pw_gecos",
        "pw_dir",
        "pw_shell",
    ],
    hidden: &[],
    constructible: true,
};

static GROUP: Layout = Layout {
    name: "grp.struct_group",
    doc: "A group, as the functions of this module give it.",
    visible: &["gr_name", "gr_passwd", "gr_gid", "gr_mem"],
    hidden: &[],
    constructible: true,
};

fn text(vm: &Vm, bytes: &[u8]) -> Value {
    taipan_vm::util::fs_to_text(vm, bytes)
}

/// An identity; the highest one shows as -1.
fn id(vm: &Vm, id: u32) -> Value {
    vm.new_int(if id == u32::MAX { -1 } else { i64::from(id) })
}

fn user(vm: &Vm, user: &User) -> PyResult {
    vm.new_struct_sequence(
        &PASSWD,
        vec![
            text(vm, &user.name),
            text(vm, &user.password),
            id(vm, user.uid),
            id(vm, user.gid),
            text(vm, &user.comment),
            text(vm, &user.home),
            text(vm, &user.shell),
        ],
        vec![],
    )
}

fn group(vm: &Vm, group: &Group) -> PyResult {
    let members = group.members.iter().map(|m| text(vm, m)).collect();
    vm.new_struct_sequence(
        &GROUP,
        vec![
            text(vm, &group.name),
            text(vm, &group.password),
            id(vm, group.gid),
            vm.list_value(members),
        ],
        vec![],
    )
}

/// A number outside the range of identities.
enum Outside {
    Below,
    Above,
}

/// An identity argument: -1 stands for the highest one.
fn id_arg(vm: &Vm, value: &Value, what: &str) -> PyResult<Result<u32, Outside>> {
    if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
        return Err(vm.type_error(format!(
            "{what} should be integer, not {}",
            vm.type_name(value)
        )));
    }
    let index = vm.index(value)?;
    Ok(match index.as_int().and_then(|n| n.to_i64()) {
        Some(-1) => Ok(u32::MAX),
        Some(n) if n < 0 => Err(Outside::Below),
        Some(n) => u32::try_from(n).map_err(|_| Outside::Above),
        None => Err(match index.as_int() {
            Some(IntRef::Big(n)) if *n < dashu_int::IBig::ZERO => Outside::Below,
            _ => Outside::Above,
        }),
    })
}

/// A name as the system knows it.
fn name_arg(vm: &Vm, name: &Ref<Str>) -> PyResult<Vec<u8>> {
    let bytes = taipan_vm::util::text_to_fs(name);
    if bytes.contains(&0) {
        return Err(vm.value_error("embedded null byte"));
    }
    Ok(bytes)
}

fn not_found(vm: &Vm, message: String) -> Raised {
    vm.key_error(vm.new_str(&message).as_value())
}

/// Looks one up, and says so if there is none.
fn found<T>(
    vm: &Vm,
    result: std::io::Result<Option<T>>,
    missing: impl FnOnce() -> String,
) -> PyResult<T> {
    match result {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(not_found(vm, missing())),
        Err(e) => Err(crate::support::os_error(vm, &e)),
    }
}

/// The module `pwd`.
#[taipan_macros::pymodule(name = "pwd", doc = "The users of the system.")]
pub mod pwd {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{PASSWD, found, id_arg, name_arg, not_found, user};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let class = vm.struct_sequence_type(&PASSWD)?.into_value();
        crate::support::set_module_attr(vm, module, "struct_passwd", class)
    }

    /// The user with a number.
    #[pyfunction("(uid, /)")]
    fn getpwuid(vm: &Vm, uid: &Value) -> PyResult {
        let Ok(uid) = id_arg(vm, uid, "uid")? else {
            return Err(not_found(vm, "getpwuid(): uid not found".to_owned()));
        };
        let shown = if uid == u32::MAX { -1 } else { i64::from(uid) };
        let missing = || format!("getpwuid(): uid not found: {shown}");
        user(
            vm,
            &found(vm, taipan_host::users::user_by_id(uid), missing)?,
        )
    }
    /// The user with a name.
    #[pyfunction("(name, /)")]
    fn getpwnam(vm: &Vm, name: &Value) -> PyResult {
        let Some(name) = name.downcast::<Str>() else {
            return Err(taipan_object::native::bad_argument(
                vm, name, "getpwnam", "argument", "str",
            ));
        };
        let bytes = name_arg(vm, name)?;
        let shown = vm.repr(name.as_value())?;
        let missing = || format!("getpwnam(): name not found: {shown}");
        user(
            vm,
            &found(vm, taipan_host::users::user_by_name(&bytes), missing)?,
        )
    }
    /// All users, in no particular order.
    #[pyfunction("()")]
    fn getpwall(vm: &Vm) -> PyResult {
        let all: PyResult<Vec<Value>> = taipan_host::users::all_users()
            .iter()
            .map(|u| user(vm, u))
            .collect();
        Ok(vm.list_value(all?))
    }
}

/// The module `grp`.
#[taipan_macros::pymodule(name = "grp", doc = "The groups of the system.")]
pub mod grp {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{GROUP, Outside, found, group, id_arg, name_arg};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let class = vm.struct_sequence_type(&GROUP)?.into_value();
        crate::support::set_module_attr(vm, module, "struct_group", class)
    }

    /// The group with a number.
    #[pyfunction("(id)")]
    fn getgrgid(vm: &Vm, id: &Value) -> PyResult {
        let gid = match id_arg(vm, id, "gid")? {
            Ok(gid) => gid,
            Err(Outside::Below) => return Err(vm.overflow_error("gid is less than minimum")),
            Err(Outside::Above) => return Err(vm.overflow_error("gid is greater than maximum")),
        };
        let shown = if gid == u32::MAX { -1 } else { i64::from(gid) };
        let missing = || format!("getgrgid(): gid not found: {shown}");
        group(
            vm,
            &found(vm, taipan_host::users::group_by_id(gid), missing)?,
        )
    }
    /// The group with a name.
    #[pyfunction("(name)")]
    fn getgrnam(vm: &Vm, name: &Value) -> PyResult {
        let Some(name) = name.downcast::<Str>() else {
            return Err(taipan_object::native::bad_argument(
                vm,
                name,
                "getgrnam",
                "argument 'name'",
                "str",
            ));
        };
        let bytes = name_arg(vm, name)?;
        let shown = vm.repr(name.as_value())?;
        let missing = || format!("getgrnam(): name not found: {shown}");
        group(
            vm,
            &found(vm, taipan_host::users::group_by_name(&bytes), missing)?,
        )
    }
    /// All groups, in no particular order.
    #[pyfunction("()")]
    fn getgrall(vm: &Vm) -> PyResult {
        let all: PyResult<Vec<Value>> = taipan_host::users::all_groups()
            .iter()
            .map(|g| group(vm, g))
            .collect();
        Ok(vm.list_value(all?))
    }
}
