# `ssl`: a handshake through buffers and through sockets, certificates, errors, sessions, callbacks.
import socket
import ssl
import tempfile
import threading
import warnings

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIICRjCCAeugAwIBAgIUBJpxhfIrrVc5Y9OK3W3OV2XvfOswCgYIKoZIzj0EAwIw
MzELMAkGA1UEBhMCWFkxEDAOBgNVBAoMB0V4YW1wbGUxEjAQBgNVBAMMCWxvY2Fs
aG9zdDAgFw0yNjExMjUyMjM5NTZaGA8yMTI2MTEwMTIyMzk1NlowMzELMAkGA1UE
BhMCWFkxEDAOBgNVBAoMB0V4YW1wbGUxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABIq9QAF1vwBYC0+JuL2T02Zma+dSb8ohQJd5
05oYVuVgMYc3BcU/LV9cFVD9eXp4iasrdSZv/Nnmq9upS+IyKRujgdowgdcwHQYD
VR0OBBYEFJzJabMNYUR2aFFOksSuATPC+yqdMB8GA1UdIwQYMBaAFJzJabMNYUR2
aFFOksSuATPC+yqdMA8GA1UdEwEB/wQFMAMBAf8wTgYDVR0RBEcwRYIJbG9jYWxo
b3N0gg0qLmV4YW1wbGUub3JnhwR/AAABhhRodHRwczovL2V4YW1wbGUub3JnL4EN
YUBleGFtcGxlLm9yZzA0BggrBgEFBQcBAQQoMCYwJAYIKwYBBQUHMAGGGGh0dHA6
Ly9vY3NwLmV4YW1wbGUub3JnLzAKBggqhkjOPQQDAgNJADBGAiEApFSJDivJBy/q
MHRmNO9zo+fVkwo4OxoyyTV5U+C7EA8CIQC+EafZqAcDOvKSsDL8A768HRtc7XYe
Q3jCCNWrzUExmg==
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgExuI6JtkFIE5MU+c
YrbCUDcPaczDCN3VRugok51EaEOhRANCAASKvUABdb8AWAtPibi9k9NmZmvnUm/K
IUCXedOaGFblYDGHNwXFPy1fXBVQ/Xl6eImrK3Umb/zZ5qvbqUviMikb
-----END PRIVATE KEY-----
"""

with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
    file.write(CERTIFICATE + KEY)
PATH = file.name


def contexts(**kwargs):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(PATH)
    client = ssl.create_default_context(cadata=CERTIFICATE)
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return client, server


def pair(client, server, hostname="localhost", session=None):
    """Moves the bytes between two ends until both are done."""
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(a, b, server_hostname=hostname, session=session)
    two = server.wrap_bio(b, a, server_side=True)
    done = set()
    while len(done) < 2:
        for end in (one, two):
            if end not in done:
                try:
                    end.do_handshake()
                    done.add(end)
                except ssl.SSLWantReadError:
                    pass
    return one, two


print("-- handshake")
client, server = contexts()
client.set_alpn_protocols(["h2", "http/1.1"])
server.set_alpn_protocols(["http/1.1"])
one, two = pair(client, server)
print(one.version(), two.version(), one.cipher() == two.cipher(), one.cipher()[1:])
print(one.selected_alpn_protocol(), two.selected_alpn_protocol())
print(one.write(b"hello"), two.read(100), two.write(b"world!"), one.read(3), one.pending(), one.read())
for end in (one, two):
    try:
        print(end.read())
    except ssl.SSLWantReadError as e:
        print(type(e).__name__, e.errno, e.strerror.rpartition(" (")[0], e.library, e.reason)
print(one.getpeercert())
print(two.getpeercert(), len(one.getpeercert(True)))
print([len(c) for c in one.get_verified_chain()], two.get_verified_chain())
print(one.server_hostname, two.server_hostname, one.server_side, two.server_side, one.compression())

print("-- errors")
client, server = contexts()
for name in ("other.org", "a.example.org", "127.0.0.1", "127.0.0.2"):
    try:
        one, two = pair(client, server, name)
        print(name, one.version())
    except ssl.SSLCertVerificationError as e:
        print(name, e.errno, e.library, e.reason, e.verify_code, e.verify_message)
untrusting = ssl.create_default_context(cadata=CERTIFICATE)
try:
    pair(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), server)
except ssl.SSLError as e:
    print(type(e).__mro__[:4], e.verify_message, str(e).startswith("[SSL: CERTIFICATE_VERIFY_FAILED]"))
client, server = contexts()
server.maximum_version = ssl.TLSVersion.TLSv1_2
client.minimum_version = ssl.TLSVersion.TLSv1_3
try:
    pair(client, server)
except ssl.SSLError as e:
    print(e.library, e.reason)
for code in (
    "server.set_ciphers('nothing')",
    "server.minimum_version = 5",
    "server.verify_mode = 9",
    "client.verify_mode = ssl.CERT_NONE",
    "client.load_verify_locations()",
    "client.load_verify_locations(cadata='x')",
    "client.load_verify_locations(cafile='/nothing/here')",
    "server.load_cert_chain('/nothing/here')",
    "server.sni_callback = 3",
    "client.sni_callback = print",
    "server.num_tickets = -1",
    "del server.options",
    "ssl.SSLSocket()",
    "ssl.MemoryBIO(1)",
    "ssl.SSLContext(99)",
    "client.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname='')",
    "one.context = 3",
    "one.read(-1)",
):
    try:
        exec(code)
        print(code, "went through")
    except Exception as e:
        print(code, "->", type(e).__name__, str(e).partition(" (_ssl")[0])

print("-- names of servers, messages")
client, server = contexts()
seen = []
server.sni_callback = lambda sock, name, context: seen.append((type(sock).__name__, name, context is server))
messages = []
client._msg_callback = lambda *args: messages.append((args[1], args[4]))
pair(client, server)
print(seen, messages[0], len(messages) > 5)
server.sni_callback = lambda *args: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
try:
    pair(client, server)
except ssl.SSLError as e:
    print(e.reason)

print("-- sessions")
client, server = contexts()
client.maximum_version = ssl.TLSVersion.TLSv1_2
one, two = pair(client, server)
session = one.session
print(one.session_reused, session.has_ticket, session.timeout > 0, session == one.session)
one, two = pair(client, server, session=session)
print(one.session_reused, two.session_reused, one.session == session, server.session_stats()["hits"])

print("-- passwords, keys")
client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
client.check_hostname = False
client.verify_mode = ssl.CERT_NONE
client.maximum_version = ssl.TLSVersion.TLSv1_2
client.set_ciphers("PSK")
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.maximum_version = ssl.TLSVersion.TLSv1_2
server.set_ciphers("PSK")
client.set_psk_client_callback(lambda hint: (f"me, {hint}", b"\1\2\3"))
server.set_psk_server_callback(lambda who: print("key of", who) or b"\1\2\3", "a hint")
one, two = pair(client, server, None)
print(one.version(), one.getpeercert())

print("-- sockets")


def serve(listener):
    connection, _ = listener.accept()
    with server.wrap_socket(connection, server_side=True) as end:
        data = b""
        while len(data) < 300_000:
            data += end.recv(65536)
        end.sendall(data[::-1])
        end.unwrap().sendall(b"plain again")


client, server = contexts()
with socket.create_server(("127.0.0.1", 0)) as listener:
    thread = threading.Thread(target=serve, args=(listener,))
    thread.start()
    sock = socket.create_connection(listener.getsockname())
    with client.wrap_socket(sock, server_hostname="localhost") as end:
        sent = bytes(range(250)) * 1200
        end.sendall(sent)
        got = b""
        while len(got) < len(sent):
            buffer = bytearray(5000)
            n = end.recv_into(buffer)
            got += buffer[:n]
        print(got == sent[::-1], end.recv(10))
        plain = end.unwrap()
        print(plain.recv(100))
        plain.close()
    thread.join()

print("-- numbers and names")
print(ssl._txt2obj("serverAuth", name=True), ssl._nid2obj(129))
print(ssl.Purpose.SERVER_AUTH, len(ssl.RAND_bytes(10)), ssl.RAND_status())
print(ssl.cert_time_to_seconds("Jan  5 09:34:43 2018 GMT"))
bio = ssl.MemoryBIO()
print(bio.write(b"abcdef"), bio.pending, bio.read(2), bio.eof, bio.read(), bio.eof)
bio.write_eof()
print(bio.eof)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    ssl.SSLContext(ssl.PROTOCOL_TLS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.options |= ssl.OP_NO_TLSv1_2
print([str(w.message) for w in caught])
