# The module xml.parsers.expat: events, positions and errors of a parser that is fed piece by piece.
from xml.parsers import expat

DOCUMENT = b"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE r [
<!ELEMENT r (#PCDATA | a)*>
<!ELEMENT s ((a, b?)+ | c)>
<!ATTLIST r kind (x | y) "x" words NMTOKENS #IMPLIED>
<!NOTATION n PUBLIC "p" "s">
<!ENTITY inner "[&#65;<a/>]">
<!ENTITY outer SYSTEM "file">
<!ENTITY raw SYSTEM "bytes" NDATA n>
]>
<r words=" a   b " xmlns:p="urn:p"><!-- note --><?go now?>
t\xc3\xa9xt &lt;&inner; <![CDATA[<x>]]> &outer; <p:a p:b="1"/></r>
"""
HANDLERS = [name for name in dir(expat.XMLParserType) if "Handler" in name]


def parse(data, size, separator=None, skip=()):
    parser = expat.ParserCreate(namespace_separator=separator)
    for name in HANDLERS:
        if name in skip:
            continue

        def handler(*args, name=name):
            where = parser.CurrentLineNumber, parser.CurrentColumnNumber, parser.CurrentByteIndex
            print(name, args[1:] if name.startswith("External") else args, *where)
            return 1

        setattr(parser, name, handler)
    try:
        for start in range(0, len(data), size):
            parser.Parse(data[start:start + size])
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        print(type(error).__name__, error, error.code, error.lineno, error.offset)


parse(DOCUMENT, len(DOCUMENT), skip=["DefaultHandler"])
parse(DOCUMENT, len(DOCUMENT), "|", skip=["DefaultHandler", "DefaultHandlerExpand", "CharacterDataHandler"])

for bad in [b"", b"<a>", b"<a></b>", b"<a x='1' x='2'/>", b"<a/><b/>", b"text", b"<a>&b;</a>", b"<a>&#0;</a>", b"<a>]]></a>",
            b"<a>\xff</a>", b"<a", b"<a b='<'/>", b"<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", b"<a/><?xml version='1.0'?>",
            b"<?xml version='1.0' encoding='utf-16'?><a/>", b"<!DOCTYPE a [<!ELEMENT b (c|d,e)>]><a/>", b"<a><![CDATA[x",
            b"<!DOCTYPE a [<!ENTITY % p 'x'><!ENTITY q '%p;'>]><a/>"]:
    print(bad)
    parse(bad, 3, skip=HANDLERS)
for bad in [b"<p:a/>", b"<a xmlns:p=''/>", b"<a xmlns:xmlns='u'/>", b"<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>", b"<a:b:c/>"]:
    print(bad)
    parse(bad, 3, "|", skip=HANDLERS)

for encoding in ["utf-16", "iso-8859-1", "cp1252", "koi8-r"]:
    text = f"<?xml version='1.0' encoding='{encoding}'?><a>\u00e9\u20ac\u042f</a>"
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = lambda text: print(encoding, ascii(text))
    parser.Parse(text.encode(encoding, "ignore"), True)

laughs = "<!DOCTYPE a [<!ENTITY l0 'ha'>" + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10)) + "]><a>&l9;</a>"
try:
    expat.ParserCreate().Parse(laughs, True)
except expat.ExpatError as error:
    print(error.code, expat.ErrorString(error.code))

parser = expat.ParserCreate()
parser.buffer_text = True
parser.CharacterDataHandler = print
parser.Parse("<a>one<b/>two\nthree&amp;four</a>", True)


def fails(name, attributes):
    raise KeyError(name)


parser = expat.ParserCreate()
parser.StartElementHandler = fails
try:
    parser.Parse("<a><b/></a>", True)
except KeyError as error:
    print("raised", error)
deep = 100000
parser = expat.ParserCreate()
parser.Parse("<a>" * deep + "</a>" * deep, True)
