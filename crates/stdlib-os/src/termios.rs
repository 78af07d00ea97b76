//! The module `termios`.

use taipan_macros::pymodule;
use taipan_object::{PyResult, Raised, TypeRef, Vm};

pub use module::MODULE;

/// Modes, speeds and requests of Linux.
const CONSTANTS: &[(&str, i64)] = &[
    ("B0", 0),
    ("B50", 50),
    ("B75", 75),
    ("B110", 110),
    ("B134", 134),
    ("B150", 150),
    ("B200", 200),
    ("B300", 300),
    ("B600", 600),
    ("B1200", 1200),
    ("B1800", 1800),
    ("B2400", 2400),
    ("B4800", 4800),
    ("B9600", 9600),
    ("B19200", 19200),
    ("B38400", 38400),
    ("B57600", 57600),
    ("B115200", 115200),
    ("B230400", 230400),
    ("B460800", 460800),
    ("B500000", 500000),
    ("B576000", 576000),
    ("B921600", 921600),
    ("B1000000", 1000000),
    ("B1152000", 1152000),
    ("B1500000", 1500000),
    ("B2000000", 2000000),
    ("B2500000", 2500000),
    ("B3000000", 3000000),
    ("B3500000", 3500000),
    ("B4000000", 4000000),
    ("CBAUDEX", 4096),
    ("TCSANOW", 0),
    ("TCSADRAIN", 1),
    ("TCSAFLUSH", 2),
    ("TCIFLUSH", 0),
    ("TCOFLUSH", 1),
    ("TCIOFLUSH", 2),
    ("TCOOFF", 0),
    ("TCOON", 1),
    ("TCIOFF", 2),
    ("TCION", 3),
    ("IGNBRK", 1),
    ("BRKINT", 2),
    ("IGNPAR", 4),
    ("PARMRK", 8),
    ("INPCK", 16),
    ("ISTRIP", 32),
    ("INLCR", 64),
    ("IGNCR", 128),
    ("ICRNL", 256),
    ("IUCLC", 512),
    ("IXON", 1024),
    ("IXANY", 2048),
    ("IXOFF", 4096),
    ("IMAXBEL", 8192),
    ("IUTF8", 16384),
    ("OPOST", 1),
    ("OLCUC", 2),
    ("ONLCR", 4),
    ("OCRNL", 8),
    ("ONOCR", 16),
    ("ONLRET", 32),
    ("OFILL", 64),
    ("OFDEL", 128),
    ("NLDLY", 256),
    ("CRDLY", 1536),
    ("TABDLY", 6144),
    ("BSDLY", 8192),
    ("VTDLY", 16384),
    ("FFDLY", 32768),
    ("NL0", 0),
    ("NL1", 256),
    ("CR0", 0),
    ("CR1", 512),
    ("CR2", 1024),
    ("CR3", 1536),
    ("TAB0", 0),
    ("TAB1", 2048),
    ("TAB2", 4096),
    ("TAB3", 6144),
    ("XTABS", 6144),
    ("BS0", 0),
    ("BS1", 8192),
    ("VT0", 0),
    ("VT1", 16384),
    ("FF0", 0),
    ("FF1", 32768),
    ("CSIZE", 48),
    ("CSTOPB", 64),
    ("CREAD", 128),
    ("PARENB", 256),
    ("PARODD", 512),
    ("HUPCL", 1024),
    ("CLOCAL", 2048),
    ("CIBAUD", 269418496),
    ("CRTSCTS", 2147483648),
    ("CS5", 0),
    ("CS6", 16),
    ("CS7", 32),
    ("CS8", 48),
    ("ISIG", 1),
    ("ICANON", 2),
    ("XCASE", 4),
    ("ECHO", 8),
    ("ECHOE", 16),
    ("ECHOK", 32),
    ("ECHONL", 64),
    ("ECHOCTL", 512),
    ("ECHOPRT", 1024),
    ("ECHOKE", 2048),
    ("FLUSHO", 4096),
    ("NOFLSH", 128),
    ("TOSTOP", 256),
    ("PENDIN", 16384),
    ("IEXTEN", 32768),
    ("EXTPROC", 65536),
    ("VINTR", 0),
    ("VQUIT", 1),
    ("VERASE", 2),
    ("VKILL", 3),
    ("VEOF", 4),
    ("VTIME", 5),
    ("VMIN", 6),
    ("VSWTC", 7),
    ("VSWTCH", 7),
    ("VSTART", 8),
    ("VSTOP", 9),
    ("VSUSP", 10),
    ("VEOL", 11),
    ("VREPRINT", 12),
    ("VDISCARD", 13),
    ("VWERASE", 14),
    ("VLNEXT", 15),
    ("VEOL2", 16),
    ("B7200", 7200),
    ("B14400", 14400),
    ("B28800", 28800),
    ("B76800", 76800),
    ("CBAUD", 4111),
    ("CDSUSP", 25),
    ("CEOF", 4),
    ("CEOL", 0),
    ("CEOT", 4),
    ("CERASE", 127),
    ("CFLUSH", 15),
    ("CINTR", 3),
    ("CKILL", 21),
    ("CLNEXT", 22),
    ("CQUIT", 28),
    ("CRPRNT", 18),
    ("CSTART", 17),
    ("CSTOP", 19),
    ("CSUSP", 26),
    ("CWERASE", 23),
    ("EXTA", 19200),
    ("EXTB", 38400),
    ("FIOASYNC", 21586),
    ("FIOCLEX", 21585),
    ("FIONBIO", 21537),
    ("FIONCLEX", 21584),
    ("FIONREAD", 21531),
    ("IBSHIFT", 16),
    ("IOCSIZE_MASK", 1073676288),
    ("IOCSIZE_SHIFT", 16),
    ("NCCS", 32),
    ("N_MOUSE", 2),
    ("N_PPP", 3),
    ("N_SLIP", 1),
    ("N_STRIP", 4),
    ("N_TTY", 0),
    ("TCFLSH", 21515),
    ("TCGETS", 21505),
    ("TCSBRK", 21513),
    ("TCSBRKP", 21541),
    ("TCSETS", 21506),
    ("TCSETSF", 21508),
    ("TCSETSW", 21507),
    ("TCXONC", 21514),
    ("TIOCCONS", 21533),
    ("TIOCEXCL", 21516),
    ("TIOCGETD", 21540),
    ("TIOCGICOUNT", 21597),
    ("TIOCGLCKTRMIOS", 21590),
    ("TIOCGPGRP", 21519),
    ("TIOCGSERIAL", 21534),
    ("TIOCGSOFTCAR", 21529),
    ("TIOCGWINSZ", 21523),
    ("TIOCINQ", 21531),
    ("TIOCLINUX", 21532),
    ("TIOCMBIC", 21527),
    ("TIOCMBIS", 21526),
    ("TIOCMGET", 21525),
    ("TIOCMIWAIT", 21596),
    ("TIOCMSET", 21528),
    ("TIOCM_CAR", 64),
    ("TIOCM_CD", 64),
    ("TIOCM_CTS", 32),
    ("TIOCM_DSR", 256),
    ("TIOCM_DTR", 2),
    ("TIOCM_LE", 1),
    ("TIOCM_RI", 128),
    ("TIOCM_RNG", 128),
    ("TIOCM_RTS", 4),
    ("TIOCM_SR", 16),
    ("TIOCM_ST", 8),
    ("TIOCNOTTY", 21538),
    ("TIOCNXCL", 21517),
    ("TIOCOUTQ", 21521),
    ("TIOCPKT", 21536),
    ("TIOCPKT_DATA", 0),
    ("TIOCPKT_DOSTOP", 32),
    ("TIOCPKT_FLUSHREAD", 1),
    ("TIOCPKT_FLUSHWRITE", 2),
    ("TIOCPKT_NOSTOP", 16),
    ("TIOCPKT_START", 8),
    ("TIOCPKT_STOP", 4),
    ("TIOCSCTTY", 21518),
    ("TIOCSERCONFIG", 21587),
    ("TIOCSERGETLSR", 21593),
    ("TIOCSERGETMULTI", 21594),
    ("TIOCSERGSTRUCT", 21592),
    ("TIOCSERGWILD", 21588),
    ("TIOCSERSETMULTI", 21595),
    ("TIOCSERSWILD", 21589),
    ("TIOCSER_TEMT", 1),
    ("TIOCSETD", 21539),
    ("TIOCSLCKTRMIOS", 21591),
    ("TIOCSPGRP", 21520),
    ("TIOCSSERIAL", 21535),
    ("TIOCSSOFTCAR", 21530),
    ("TIOCSTI", 21522),
    ("TIOCSWINSZ", 21524),
    ("_POSIX_VDISABLE", 0),
];

/// `termios.error`.
fn error_class(vm: &Vm) -> TypeRef {
    taipan_stdlib_data::support::exception(vm, "termios.error", &vm.exc.exception)
}

#[cold]
fn error(vm: &Vm, e: &std::io::Error) -> Raised {
    let errno = e.raw_os_error().unwrap_or(0);
    let args = [
        vm.new_int(errno.into()),
        vm.new_str(&taipan_host::strerror(errno)).into_value(),
    ];
    taipan_object::exceptions::raise_new(vm, &error_class(vm), &args)
}

/// Repeats a call that a signal interrupted.
fn run<T>(vm: &Vm, mut call: impl FnMut() -> std::io::Result<T>) -> PyResult<T> {
    loop {
        match call() {
            Ok(value) => return Ok(value),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
            Err(e) => return Err(error(vm, &e)),
        }
    }
}

/// Functions and constants.
#[pymodule(name = "termios", doc = "Control of terminals.")]
pub mod module {
    use taipan_object::bytes::Bytes;
    use taipan_object::list::List;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{CONSTANTS, run};
    use crate::fd::fd_arg;
    use taipan_host::terminal::{self as host, Attributes};
    use taipan_stdlib_data::support::{add_constants, set_module_attr};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, CONSTANTS);
        set_module_attr(vm, module, "error", super::error_class(vm).into_value())
    }

    /// The attributes of a terminal as a list of seven.
    #[pyfunction("(fd, /)")]
    fn tcgetattr(vm: &Vm, fd: &Value) -> PyResult {
        let fd = fd_arg(vm, fd)?;
        let attributes = run(vm, || host::attributes(fd))?;
        let lines = attributes.modes[3] & host::CANONICAL != 0;
        let characters = attributes
            .characters
            .iter()
            .enumerate()
            .map(|(i, &c)| {
                if !lines && (i == host::MINIMUM || i == host::TIME) {
                    vm.new_int(c.into())
                } else {
                    vm.new_bytes([c]).into_value()
                }
            })
            .collect();
        let numbers = attributes.modes.iter().chain(&attributes.speeds);
        let mut items: Vec<Value> = numbers.map(|&n| vm.new_int(n.into())).collect();
        items.push(vm.list_value(characters));
        Ok(vm.list_value(items))
    }
    /// Sets the attributes of a terminal.
    #[pyfunction("(fd, when, attributes, /)")]
    fn tcsetattr(vm: &Vm, fd: &Value, when: i32, attributes: &Value) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        let items = attributes.downcast::<List>().map(|l| l.to_vec());
        let Some(items) = items.filter(|i| i.len() == 7) else {
            return Err(vm.type_error("tcsetattr, arg 3: must be 7 element list"));
        };
        let mut numbers = [0; 6];
        for (number, item) in numbers.iter_mut().zip(&items) {
            *number = vm.index_i64(item)? as u32;
        }
        let characters = items[6].downcast::<List>().map(|l| l.to_vec());
        let Some(characters) = characters.filter(|c| c.len() == host::CHARACTERS) else {
            return Err(vm.type_error(format!(
                "tcsetattr: attributes[6] must be {} element list",
                host::CHARACTERS
            )));
        };
        let mut bytes = Vec::with_capacity(characters.len());
        for item in &characters {
            bytes.push(match item.downcast::<Bytes>() {
                Some(b) if b.data.len() == 1 => b.data[0],
                _ if item.as_int().is_some() => vm.index_i64(item)? as u8,
                _ => {
                    return Err(vm.type_error(
                        "tcsetattr: elements of attributes must be characters or integers",
                    ));
                }
            });
        }
        let [a, b, c, d, input, output] = numbers;
        let new = Attributes {
            modes: [a, b, c, d],
            speeds: [input, output],
            characters: bytes,
        };
        run(vm, || host::set_attributes(fd, when, &new))
    }
    /// Sends a break.
    #[pyfunction("(fd, duration, /)")]
    fn tcsendbreak(vm: &Vm, fd: &Value, duration: i32) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        run(vm, || host::send_break(fd, duration))
    }
    /// Waits until all output is sent.
    #[pyfunction("(fd, /)")]
    fn tcdrain(vm: &Vm, fd: &Value) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        run(vm, || host::drain(fd))
    }
    /// Throws queued data away.
    #[pyfunction("(fd, queue, /)")]
    fn tcflush(vm: &Vm, fd: &Value, queue: i32) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        run(vm, || host::flush(fd, queue))
    }
    /// Stops input or output, or lets it go on.
    #[pyfunction("(fd, action, /)")]
    fn tcflow(vm: &Vm, fd: &Value, action: i32) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        run(vm, || host::flow(fd, action))
    }
    /// Rows and columns of a terminal.
    #[pyfunction("(fd, /)")]
    fn tcgetwinsize(vm: &Vm, fd: &Value) -> PyResult {
        let fd = fd_arg(vm, fd)?;
        let (rows, columns) = run(vm, || host::size(fd))?;
        Ok(vm.tuple_value([vm.new_int(rows.into()), vm.new_int(columns.into())]))
    }
    /// Sets rows and columns of a terminal.
    #[pyfunction("(fd, winsize, /)")]
    fn tcsetwinsize(vm: &Vm, fd: &Value, winsize: &Value) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        let pair = if vm.is_sequence(winsize) {
            vm.collect(winsize)?
        } else {
            Vec::new()
        };
        let [rows, columns] = pair.as_slice() else {
            return Err(vm.type_error("tcsetwinsize, arg 2: must be a two-item sequence"));
        };
        let side = |n: &Value| {
            u16::try_from(vm.index_i64(n)?)
                .map_err(|_| vm.overflow_error("winsize value(s) out of range."))
        };
        let size = (side(rows)?, side(columns)?);
        run(vm, || host::set_size(fd, size))
    }
}
