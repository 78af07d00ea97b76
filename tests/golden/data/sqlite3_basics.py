# The module sqlite3: statements, transactions, conversions, functions written in Python, hooks, errors.
import sqlite3


def attempt(what, *args):
    try:
        print(what(*args))
    except (sqlite3.Error, sqlite3.Warning, OverflowError, TypeError, ValueError, IndexError) as error:
        print(type(error).__name__, error, getattr(error, "sqlite_errorname", None))


connection = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
cursor = connection.cursor()
cursor.execute("create table t (id integer primary key, name text, data blob, size real, point pt)")
cursor.execute("insert into t (name, data, size) values (?, ?, ?)", ("one", b"\0\1", 1.5))
print(cursor.lastrowid, cursor.rowcount, connection.in_transaction, connection.total_changes)
cursor.executemany("insert into t (name) values (:name)", [{"name": "two"}, {"name": None}])
print(cursor.rowcount, cursor.lastrowid)
connection.commit()
print(connection.in_transaction)
print(cursor.execute("select * from t order by id").fetchmany(2), cursor.fetchone(), cursor.fetchone())
print([column[0] for column in cursor.description])
with connection:
    connection.execute("update t set size = id")
try:
    with connection:
        connection.execute("delete from t")
        raise KeyError
except KeyError:
    print(connection.execute("select count(*) from t").fetchone())

for sql, parameters in [("select ?", (2**63,)), ("select ?", (object(),)), ("select ?", ()), ("select :a", {}), ("select ?", {"a": 1}), ("selec", ()), ("select 1; select 2", ()),
                        ("insert into t (id) values (1)", ()), ("select * from u", ()),
                        ("", ()), ("-- nothing", ()), ("select ?", 5)]:
    attempt(lambda: connection.execute(sql, parameters).fetchall())


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __conform__(self, protocol):
        if protocol is sqlite3.PrepareProtocol:
            return f"{self.x};{self.y}"


sqlite3.register_converter("pt", lambda data: Point(*map(int, data.split(b";"))))
connection.execute("update t set point = ? where id = 1", (Point(3, 4),))
point, shown = connection.execute('select point, name as "n [pt]" from t where id = 1 and 0 union all select point, null from t where id = 1').fetchone()
print(point.x, point.y, shown) if isinstance(point, Point) else print(point, shown)

connection.row_factory = sqlite3.Row
row = connection.execute("select id, name as Label from t").fetchone()
print(row.keys(), tuple(row), row["label"], row[-1], row[:1], len(row), row == connection.execute("select id, name as Label from t").fetchone())
attempt(lambda: row["none"])
attempt(lambda: row[9])
connection.row_factory = None

connection.create_function("twice", 1, lambda x: x * 2, deterministic=True)
connection.create_function("fails", 0, lambda: 1 / 0)
print(connection.execute("select twice(21), twice('ab'), twice(1.5)").fetchone())
attempt(lambda: connection.execute("select fails()").fetchone())


class Product:
    def __init__(self):
        self.value = 1

    def step(self, x):
        self.value *= x

    def finalize(self):
        return self.value


connection.create_aggregate("product", 1, Product)
print(connection.execute("select product(id) from t").fetchone())
connection.create_collation("backwards", lambda a, b: (a < b) - (a > b))
print(connection.execute("select name from t where name is not null order by name collate backwards").fetchall())


class Sum:
    def __init__(self):
        self.total = 0

    def step(self, x):
        self.total += x

    def inverse(self, x):
        self.total -= x

    def value(self):
        return self.total

    finalize = value


connection.create_window_function("running", 1, Sum)
print(connection.execute("select running(id) over (order by id rows between 1 preceding and current row) from t").fetchall())

connection.set_authorizer(lambda action, *names: sqlite3.SQLITE_DENY if names[0] == "secret" else sqlite3.SQLITE_OK)
attempt(lambda: connection.execute("create table secret (x)"))
connection.set_authorizer(None)
steps = []
connection.set_progress_handler(lambda: steps.append(1), 10)
connection.execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 200) select sum(i) from n").fetchall()
connection.set_progress_handler(None, 0)
print(len(steps) > 5)
traced = []
connection.set_trace_callback(traced.append)
connection.execute("select ? + 1", (4,)).fetchall()
connection.set_trace_callback(None)
print(traced)

connection.commit()
with connection.blobopen("t", "data", 1) as blob:
    print(len(blob), blob.read(), blob.tell())
    blob.seek(0)
    blob.write(b"x")
    blob[1] = 121
    print(blob[:], blob[0])
    attempt(lambda: blob[5])
attempt(lambda: blob.read())
copy = sqlite3.connect(":memory:")
connection.backup(copy)
print(copy.execute("select data from t where id = 1").fetchone(), list(copy.iterdump())[:2])
again = sqlite3.connect(":memory:")
again.deserialize(copy.serialize())
print(again.execute("select count(*) from t").fetchone())
again.text_factory = bytes
print(again.execute("select name from t where id = 2").fetchone())
again.executescript("create table s (a); insert into s values (1); insert into s values (2); -- end")
print(again.execute("select * from s").fetchall(), again.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED) > 0)
for mode in True, False:
    other = sqlite3.connect(":memory:", autocommit=mode)
    other.execute("create table a (b)")
    print(other.autocommit, other.in_transaction)
    other.close()
for thing in connection, copy, again:
    thing.close()
attempt(lambda: connection.execute("select 1"))
attempt(lambda: sqlite3.connect("/none/such"))
print(sqlite3.complete_statement("select 1;"), sqlite3.complete_statement("select"), sqlite3.threadsafety, sqlite3.apilevel)
