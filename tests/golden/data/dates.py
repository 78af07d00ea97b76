"""Library: dates, times, spans and zones."""

import pickle
from datetime import *


class C(timedelta):
    pass


class D(datetime):
    pass


class Summer(tzinfo):
    """One hour more from April to September."""

    def utcoffset(self, dt):
        return timedelta(hours=1) + self.dst(dt)

    def dst(self, dt):
        if dt is None:
            return timedelta(0)
        return timedelta(hours=4 <= dt.month < 10)

    def tzname(self, dt):
        return "S%T" if self.dst(dt) else "W"

    def __repr__(self):
        return "Summer()"


def show(text):
    try:
        print(text, "->", ascii(eval(text)))
    except Exception as error:
        print(text, "->", type(error).__name__, ":", ascii(str(error)))


for line in r'''
date()
date(1)
date(1,2,3,4)
date(year=1,month=2,day=3,x=4)
date('1',2,3)
date(1.0,2,3)
date(1<<40,2,3)
date(1<<90,2,3)
date(0,2,3)
date(2000,2,30)
date(2000,13,30)
date(year='a')
date(b"1234")
date("1234")
date(b"1\x34\x03\x04")
date(b"1\x04\x03\x04")
date("1\x04\x03\x04")
time(1,2,3,4,5)
time(25)
time(1,2,3,4,None,1)
time(1,2,3,4,None,fold=2)
time(1,60)
time(1,0,60)
time(1,0,0,1000000)
time(hour=1,foo=2)
time('a')
datetime()
datetime(1)
datetime(1,2,3,4,5,6,7,8)
datetime(1,2,3,fold=3)
datetime(1,2,3,x=3)
timedelta(1,2,3,4,5,6,7,8)
timedelta('a')
timedelta(x=1)
timedelta(1<<40)
timedelta(1e300)
timedelta(float('nan'))
timedelta(999999999,86400)
-timedelta.min
timedelta.max+timedelta.resolution
timedelta(1)/0
timedelta(1)//0
timedelta(1)//timedelta(0)
timedelta(1)/timedelta(0)
timedelta(1)%timedelta(0)
divmod(timedelta(1),timedelta(0))
timedelta(1)*float('nan')
timedelta(1)*float('inf')
timedelta(1)*1e300
timedelta(1)*10**30
timezone()
timezone(1)
timezone(timedelta(1))
timezone(timedelta(1),2)
timezone(timedelta(hours=1),"x",3)
timezone(timedelta(hours=1),name="x")
timezone(offset=timedelta(hours=1),foo="x")
timezone.utc.utcoffset(1)
timezone.utc.utcoffset()
timezone.utc.tzname(1)
timezone.utc.dst(1)
timezone.utc.fromutc(1)
timezone.utc.fromutc(datetime(1,1,1))
tzinfo().utcoffset(None)
tzinfo().dst(None)
tzinfo().tzname(None)
tzinfo().fromutc(None)
tzinfo().fromutc(datetime(1,1,1))
tzinfo().__reduce__()
date.fromordinal(0)
date.fromordinal(10**8)
date.fromordinal(1<<80)
date.fromordinal('a')
date.fromisoformat('x')
date.fromisoformat(1)
date.fromisoformat('2020-13-01')
date.fromisoformat('2020-W54-1')
date.fromisoformat('2020-W01-8')
date.fromisoformat('2020-W00-1')
date.fromisoformat('0000-W01-1')
date.fromisoformat('9999-W53-1')
date.fromisoformat('9999-W52-6')
time.fromisoformat('x')
time.fromisoformat('')
time.fromisoformat(1)
time.fromisoformat('24:00')
time.fromisoformat('25:00')
time.fromisoformat('T12')
time.fromisoformat('12:30:00+24:00')
time.fromisoformat('12:30:00+23:60')
datetime.fromisoformat('x')
datetime.fromisoformat(1)
datetime.fromisoformat('2020-01-01T25')
datetime.fromisoformat('2020-01-01T24')
datetime.fromisoformat('2020-01-01T24:01')
datetime.fromisoformat('9999-12-31T24')
datetime.fromisoformat('2020-01-01T12:00:00+25:00')
datetime.fromisoformat('2020-01-01T12:00:00.1234567+00:00')
date.fromisocalendar()
date.fromisocalendar(1,2)
date.fromisocalendar(0,1,1)
date.fromisocalendar(2020,54,1)
date.fromisocalendar(2021,53,1)
date.fromisocalendar(2021,5,8)
date.fromisocalendar(1<<80,5,8)
date.fromisocalendar(1<<40,5,8)
date.fromisocalendar('a',5,8)
date(2020,1,1)+timedelta.max
date(2020,1,1)-timedelta.max
date(2020,1,1)+1
date(2020,1,1)<1
date(2020,1,1)<datetime(2020,1,1)
datetime(2020,1,1)<date(2020,1,1)
datetime(2020,1,1)-date(2020,1,1)
datetime(2020,1,1)<datetime(2020,1,1,tzinfo=timezone.utc)
datetime(2020,1,1)-datetime(2020,1,1,tzinfo=timezone.utc)
time(1)<time(1,tzinfo=timezone.utc)
datetime(2020,1,1)+timedelta.max
datetime.combine(1,2)
datetime.combine(date(1,1,1),2)
datetime.combine(date(1,1,1))
datetime.combine(date(1,1,1),time(1),3)
datetime(2020,1,1,tzinfo=3)
datetime(2020,1,1).isoformat(1)
datetime(2020,1,1).isoformat('ab')
datetime(2020,1,1).isoformat(timespec='ab')
datetime(2020,1,1).isoformat(foo='ab')
time(1).isoformat(3)
time(1).isoformat('x')
date(1,1,1).strftime()
date(1,1,1).strftime(1)
date(1,1,1).strftime(format='%Y')
date(1,1,1).replace(x=1)
date(1,1,1).replace('x')
date(1,1,1).replace(1,2,3,4)
time(1).replace(99)
time(1).replace(tzinfo=3)
time(1).replace(1,1,1,1,None,1)
datetime(1,1,1).replace(fold=3)
datetime(1,1,1).replace(foo=3)
datetime.strptime(1,2)
datetime.strptime('2020','%Y')
date.strptime('2020','%Y')
time.strptime('12','%H')
date(1,1,1).isocalendar()
date(1,1,1).isocalendar().__reduce__()
type(date(1,1,1).isocalendar())
type(date(1,1,1).isocalendar())()
type(date(1,1,1).isocalendar())(1,2,3)
date(1,1,1).isocalendar().year
date(1,1,1).isocalendar()==(1,1,1)
datetime(1,1,1).__reduce_ex__(4)
datetime(1,1,1,fold=1).__reduce_ex__(4)
datetime(1,1,1,fold=1).__reduce_ex__(3)
datetime(1,1,1,fold=1,tzinfo=timezone.utc).__reduce__()
time(1).__reduce_ex__(4)
date(1,1,1).__reduce__()
date(1,1,1).__reduce_ex__(2)
timedelta(1).__reduce__()
timedelta(1).__reduce_ex__(4)
timedelta(1).__getstate__()
timezone.utc.__reduce__()
timezone.utc.__getinitargs__()
timezone.utc.__reduce_ex__(4)
date(1,1,1).__replace__(year=3)
date.__module__
timedelta.days
date.year
timezone.utc.__repr__()
str(timezone.utc)
timezone.utc is timezone(timedelta(0))
timezone(timedelta(0),'UTC')
timezone.min
timezone.max
date(1,1,1)==None
datetime(2020,1,1)==date(2020,1,1)
timedelta(1)>3
timedelta(1)+3
timedelta(1)*'a'
timedelta(1)/'a'
3*timedelta(1)
3.5*timedelta(1)
3-timedelta(1)
timedelta(1)-date(1,1,1)
timedelta(1)+date(1,1,1)
time(1,2,3).dst(3)
time(1,fold=1,tzinfo=timezone.utc)
datetime(1,1,1,fold=1,tzinfo=timezone.utc)
date(yeer=1,month=2,day=3)
date(1,2,month=3)
date(1,2,3,year=3)
timedelta(dais=1)
timedelta(1,days=1)
timedelta(1)/0.0
timedelta(1)//1.0
timedelta(1)%2
C(1)
str(C(-1,3,4))
-C(1)
abs(C(-1))
D(1,1,1)+timedelta(1)
timedelta(1)+D(1,1,1)
date(1,1,1)-datetime(1,1,1)
date.fromisoformat('2020W01123')
date.fromisoformat('2020W011')
datetime.fromisoformat('2020-01-01T00:00:00+00:00:00.000001')
datetime.fromisoformat('2020-01-01T00:00:00-00:00')
datetime.fromisoformat('2020-01-01\ud800')
datetime.fromisoformat('2020-01-01\ud80012')
datetime.fromisoformat('2020-01-01\u1234' '12')
date.fromisoformat('2020-01-\ud800')
datetime.fromisoformat('')
datetime.fromisoformat('2020-1-1')
D.fromisoformat('2020-01-01')
D.combine(date(1,1,1),time(1),timezone.utc)
datetime.combine(date(1,1,1),tzinfo=1)
datetime.combine(date(1,1,1),time(1),timezone.utc,1)
D(1,1,1).replace(day=2)
D.strptime('2020','%Y')
timezone(C(0,60))
timezone(C(0,60)).utcoffset(None)
timezone(timedelta(0,60,1))
timezone(timedelta(-1,60,1))
timezone(timedelta(-1,60,1)).tzname(None)
timezone(timedelta(-1,60)).tzname(None)
timezone(timedelta(hours=1),'a')==timezone(timedelta(hours=1),'b')
timezone.utc<timezone.utc
timezone.utc==1
bool(timedelta(0))
timedelta(1)//timedelta(0,7)
divmod(timedelta(1),timedelta(0,7))
divmod(timedelta(1),7)
timedelta(1).total_seconds()
timedelta.max.total_seconds()
timedelta(0,0,1)/2
timedelta(0,0,3)/2
timedelta(0,0,3)*0.5
timedelta(0,0,1)//-2
timedelta(0,0,1)/10**30
timedelta(0,0,-1)//10**30
timedelta(1)/timedelta(3)
timedelta(weeks=1.5,microseconds=.5)
timedelta(days=10**40,hours=-24*10**40)
timedelta(days=True)
timedelta(days=1e17)
date(1,1,1).ctime()
datetime(2020,2,3,4,5,6).ctime()
date(2020,2,3).timetuple()
datetime(2020,2,3,tzinfo=timezone.utc).timetuple()
datetime(2020,2,3,tzinfo=timezone.utc).utctimetuple()
datetime(1,1,1,tzinfo=timezone(timedelta(hours=1))).utctimetuple()
date(1,2,3).strftime('%Y %G %C %F %y|%f|%z|%Z|%:z|%%|%')
date(9999,2,3).strftime('%C %F')
date(99,2,3).strftime('%C %F %G')
time(1,2,3,4).strftime('%Y %H %f %z %Z %:z')
time(1,2,3,4,timezone(timedelta(hours=-1,seconds=-5,microseconds=-3),'a%b')).strftime('%Y %H %f %z %Z %:z')
date(1,2,3).strftime('\ud800\x00%Y')
f"{date(1,2,3)}"
f"{date(1,2,3):%Y}"
f"{D(1,2,3)}"
datetime(2020,1,1,fold=1)==datetime(2020,1,1)
time(1,2).isoformat('auto')
time(1,2).isoformat(timespec='hours')
time(1,2,3,4567).isoformat(timespec='milliseconds')
datetime(1,2,3).isoformat('\u1234','minutes')
datetime(1,2,3).isoformat('\ud800')
time.__reduce_ex__(time(1,fold=1),4)
time(1,fold=1).__reduce_ex__('a')
datetime(b"\x07\xe4\x81\x01\0\0\0\0\0\0")
datetime(b"\x07\xe4\x81\x01\0\0\0\0\0\0",3)
datetime(b"\x07\xe4\x81\x01\0\0\0\0\0\0",timezone.utc)
datetime("\x07\xe4\x01\x01\0\0\0\0\0\0",None)
datetime("\x07\u1234\x01\x01\0\0\0\0\0\0",None)
time(b"\x81\0\0\0\0\0")
time(b"\x81\0\0\0\0\xff")
time(b"\x18\0\0\0\0\0")
time(b"\x01\0\0\xff\xff\xff")
time(b"\x01\0\0\0\0\0",tzinfo=1)
time(b"\x01\0\0\0\0\0",1)
datetime(b"\x07\xe4\x0f\x01\0\0\0\0\0\0")
date(b"\x07\xe4\x0f\x01")
time(1,tzinfo=None).__replace__(hour=2)
date(1,1,1).__replace__(1)
date(1,1,1)>=date(1,1,1)
date.fromordinal(True)
date.max.toordinal()
date.max+timedelta(1)
datetime.max+timedelta(1)
datetime.min-timedelta(0,1)
tzinfo().utcoffset(1)
D(2020,1,1).date()
D(2020,1,1).timetz()
timezone.utc.fromutc(datetime(1,1,1,tzinfo=timezone.utc))
type('Z',(timezone,),{})
type('Z',(date,time),{})
date(1,1,1).isocalendar()[:]
repr(timezone(timedelta(0)))
date.replace(date(1,1,1),1.5)
datetime.strptime('x','y')
datetime(2020,1,1).__sub__(3)
datetime(2020,1,1).__rsub__(3)
datetime.fromtimestamp(1.5e-6, timezone.utc)
datetime.fromtimestamp(0, timezone.utc)
datetime.fromtimestamp('a', timezone.utc)
datetime(2020,1,1,tzinfo=timezone.utc).astimezone(timezone(timedelta(hours=3)))
datetime(1970,1,2,tzinfo=timezone.utc).timestamp()
'''.strip().splitlines():
    show(line)

summer = Summer()
july = datetime(2024, 7, 1, 12, tzinfo=summer)
print(july.isoformat(), july.utctimetuple()[:6], july.timetuple().tm_isdst)
print(july.strftime("%H:%M %z %:z %Z"), july.astimezone(timezone.utc))
print(datetime(2024, 3, 31, 22, 30, tzinfo=timezone.utc).astimezone(summer))
print(july - datetime(2024, 1, 1, 12, tzinfo=summer), july - datetime(2024, 1, 1, 12, tzinfo=timezone.utc))
print(july == july.astimezone(timezone.utc), hash(july) == hash(july.astimezone(timezone.utc)))
for bad in (3, timedelta(1), "x"):
    class Bad(tzinfo):
        def utcoffset(self, dt):
            return bad

        tzname = dst = utcoffset

    for name in ("utcoffset", "dst", "tzname"):
        try:
            print(name, getattr(datetime(2024, 1, 1, tzinfo=Bad()), name)())
        except (TypeError, ValueError) as error:
            print(name, type(error).__name__, error)
for value in (date(2024, 2, 29), time(1, 2, 3, 4, timezone.utc, fold=1), july.replace(tzinfo=None), D.max, timedelta.min, C(1, 2, 3)):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert repr(pickle.loads(pickle.dumps(value, protocol))) == repr(value)
print(pickle.dumps(datetime(2024, 2, 29, 1, 2, 3, 4, timezone(timedelta(hours=-5), "EST"), fold=1), 4))
for year in (1, 4, 100, 1999, 2000, 2004, 2009, 2010, 2020, 9999):
    print(year, [date(year, m, d).isocalendar()[:] for m, d in ((1, 1), (1, 3), (12, 28), (12, 31))])
assert all(date.fromordinal(n).toordinal() == n for n in range(1, 3652060, 997))
