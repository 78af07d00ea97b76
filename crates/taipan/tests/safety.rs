//! What a program or its input may do to the process: everything but end it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use xtask::process::{self, Ending, Finished};

const MODES: [&str; 3] = ["off", "on", "always"];
const LIMIT: Duration = Duration::from_secs(120);

/// A folder for temporary files of one test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let path =
            std::env::temp_dir().join(format!("taipan-safety-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder for temporary files is writable");
        Place(path)
    }
    fn run(&self, mode: &str, program: &[u8]) -> Finished {
        std::fs::write(self.0.join("program.py"), program).expect("the folder is writable");
        let mut command = process::python(Path::new(env!("CARGO_BIN_EXE_taipan")), &self.0);
        command.arg(format!("--jit={mode}")).arg("program.py");
        process::run(&mut command, LIMIT).expect("the binary starts")
    }
    #[track_caller]
    fn prints(&self, mode: &str, program: &str, output: &str) {
        let seen = self.run(mode, program.as_bytes());
        let (out, err) = (
            String::from_utf8_lossy(&seen.stdout),
            String::from_utf8_lossy(&seen.stderr),
        );
        assert_eq!(
            (seen.ending, &*out),
            (Ending::Code(0), output),
            "--jit={mode}: {err}"
        );
    }
    /// The last line of the errors begins like this.
    #[track_caller]
    fn fails(&self, mode: &str, what: &str, program: &[u8], error: &str) {
        let seen = self.run(mode, program);
        let err = String::from_utf8_lossy(&seen.stderr);
        let last = err.lines().last().unwrap_or("");
        assert!(
            seen.ending == Ending::Code(1) && last.starts_with(error),
            "{what} (--jit={mode}): {}, {last}",
            seen.ending
        );
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_mapped_file_may_be_cut_off() {
    let program = "
import mmap, os
with open('mapped', 'wb') as f: f.write(b'x' * 100000)
file = open('mapped', 'r+b')
for access in (mmap.ACCESS_READ, mmap.ACCESS_WRITE, mmap.ACCESS_COPY):
    os.truncate('mapped', 100000)
    whole = mmap.mmap(file.fileno(), 0, access=access)
    other = mmap.mmap(file.fileno(), 0, access=access)
    view = memoryview(other)
    os.truncate('mapped', 10)
    for touch in (lambda: whole[90000], lambda: whole.find(b'y'), lambda: whole.read()):
        try: print(touch())
        except OSError as e: print(e.errno)
    print(view[90000], len(view.tobytes()))
    view.release(); other.close(); whole.close()
";
    let once = "5\n5\n5\n0 100000\n";
    Place::new("mmap").prints("on", program, &once.repeat(3));
}

#[test]
fn deep_and_broken_sources_are_errors() {
    let place = Place::new("sources");
    let deep = |open: &str, close: &str| {
        format!("x = {}1{}", open.repeat(100_000), close.repeat(100_000)).into_bytes()
    };
    let cases: [(&str, Vec<u8>, &str); 12] = [
        (
            "parentheses",
            deep("(", ")"),
            "SyntaxError: too many nested parentheses",
        ),
        (
            "brackets",
            deep("[", "]"),
            "SyntaxError: too many nested parentheses",
        ),
        (
            "lambdas",
            deep("lambda:", ""),
            "MemoryError: Parser stack overflowed",
        ),
        (
            "minuses",
            deep("-", ""),
            "MemoryError: Parser stack overflowed",
        ),
        (
            "nots",
            deep("not ", ""),
            "MemoryError: Parser stack overflowed",
        ),
        (
            "attributes",
            [b"x = a".to_vec(), b".a".repeat(100_000)].concat(),
            "RecursionError",
        ),
        (
            "sums",
            [b"x = 1".to_vec(), b"+a".repeat(100_000)].concat(),
            "RecursionError",
        ),
        (
            "ifs",
            (0..3000)
                .map(|n| format!("{}if 1:\n", " ".repeat(n)))
                .collect::<String>()
                .into_bytes(),
            "IndentationError: too many levels of indentation",
        ),
        (
            "a null",
            b"x = 1\0\n".to_vec(),
            "SyntaxError: source code cannot contain null bytes",
        ),
        (
            "bad UTF-8",
            b"x = '\xFF'\n".to_vec(),
            "SyntaxError: Non-UTF-8 code starting with",
        ),
        (
            "an unknown encoding",
            b"# coding: nosuch\n".to_vec(),
            "SyntaxError: unknown encoding: nosuch",
        ),
        (
            "a long import",
            [b"import a".to_vec(), b".a".repeat(100_000)].concat(),
            "RecursionError: maximum recursion depth exceeded",
        ),
    ];
    for (what, program, error) in &cases {
        place.fails("on", what, program, error);
    }
    let names: String = (0..70_000).map(|n| format!(" v{n} = {n}\n")).collect();
    for mode in MODES {
        place.prints(
            mode,
            &format!("def f():\n{names} return v69999\nprint(f())"),
            "69999\n",
        );
    }
}

#[test]
fn recursion_without_end_is_an_error() {
    let program = "
import sys, threading
class R:
    def __repr__(self): return repr(self)
    def __eq__(self, other): return self == other
    def __getattr__(self, name): return getattr(self, name)
    def __call__(self): return self()
    def __add__(self, other): return self + other
    def __len__(self): return len(self)
    def __bool__(self): return bool(self)
def plain(): return plain()
def mapped(): return list(map(lambda x: mapped(), [1]))
def ordered(): return sorted([1, 2], key=lambda x: ordered())
def chained():
    yield from chained()
def nested(wrap, n=40000):
    x = wrap(None)
    for _ in range(n): x = wrap(x)
    return x
x = R()
calls = [plain, mapped, ordered, x, lambda: repr(x), lambda: x == 1, lambda: x.name, lambda: x + 1, lambda: len(x), lambda: bool(x),
    lambda: next(chained()), lambda: exec('plain()')]
def run():
    count = 0
    for f in calls:
        try: f()
        except RecursionError: count += 1
    for wrap in (lambda x: [x], lambda x: (x,), lambda x: {1: x}):
        deep = nested(wrap)
        for f in (repr, lambda x: x == nested(wrap)):
            try: f(deep)
            except RecursionError: pass
        del deep
    print(count, len(calls))
for limit in (1000, 200000):
    sys.setrecursionlimit(limit)
    run()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
";
    let place = Place::new("recursion");
    for mode in MODES {
        place.prints(mode, program, &"12 12\n".repeat(4));
    }
}

#[test]
fn damaged_data_is_an_error() {
    let program = "
import marshal, types, random
random.seed(5)
def f(a, b=2, *c, d=4, **e):
    try: return [a + i for i in range(b)]
    except ValueError as error: return error
good = marshal.dumps([f.__code__, 1.5, 'text', {1: (2, 3)}, b'bytes', 10 ** 30, frozenset({1})])
kinds = set()
for n in range(3000):
    data = bytearray(good)
    for _ in range(random.randrange(1, 4)): data[random.randrange(len(data))] = random.randrange(256)
    if n % 3 == 0: del data[random.randrange(len(data)):]
    try: marshal.loads(bytes(data))
    except (ValueError, EOFError, TypeError, MemoryError, OverflowError, RecursionError) as e: kinds.add(type(e).__name__)
c = f.__code__
names = [n for n in dir(c) if n.startswith('co_') and n not in ('co_lines', 'co_positions', 'co_branches', 'co_lnotab')]
values = [-1, 0, 1, 2 ** 31, 2 ** 64, b'', b'\\xff' * 40, bytes(800), (), (1,), ('a', 'b'), 'text', None, 1.5]
done = 0
for name in names:
    for value in values:
        try:
            code = c.replace(**{name: value})
            types.FunctionType(code, {}, argdefs=(1, 2))(3)
        except Exception as e: kinds.add(type(e).__name__)
        done += 1
raw = c.co_code
for n in range(1500):
    data = bytearray(raw)
    for _ in range(random.randrange(1, 4)): data[random.randrange(len(data))] = random.randrange(256)
    try: types.FunctionType(c.replace(co_code=bytes(data), co_name='damaged'), {'range': range}, 'f', (1, 2))
    except Exception as e: kinds.add(type(e).__name__)
print(done == len(names) * len(values), 'ValueError' in kinds)
";
    let place = Place::new("data");
    for mode in MODES {
        place.prints(mode, program, "True True\n");
    }
}

#[test]
fn forks_beside_a_busy_thread_end() {
    let program = "
import os, threading, warnings
warnings.simplefilter('ignore')
stop = False
def busy():
    while not stop: [i * i for i in range(50)]; {i: str(i) for i in range(20)}
thread = threading.Thread(target=busy)
thread.start()
def work(k):
    total = 0
    for i in range(200): total += i * k
    return total
bad = 0
for i in range(100):
    pid = os.fork()
    if pid == 0:
        t = threading.Thread(target=work, args=(3,))
        t.start(); t.join()
        os._exit(0 if work(i) == 19900 * i else 1)
    bad += os.waitpid(pid, 0)[1] != 0
stop = True
thread.join()
print(bad)
";
    let place = Place::new("forks");
    for mode in ["off", "always"] {
        place.prints(mode, program, "0\n");
    }
}

#[test]
fn memory_of_dead_functions_and_classes_is_bounded() {
    let program = "
def resident():
    for line in open('/proc/self/status'):
        if line.startswith('VmRSS'): return int(line.split()[1])
def make(i):
    space = {}
    exec(f'def f(n):\\n t = 0\\n for i in range(n): t += i * {i}\\n return t', space)
    class C:
        def __init__(self): self.a = 1; self.b = 2
        def sum(self): return self.a + self.b
    for _ in range(70): space['f'](3); C().sum()
for i in range(200): make(i)
before = resident()
for i in range(600): make(i)
print(resident() - before < 8000)
";
    Place::new("memory").prints("always", program, "True\n");
}
