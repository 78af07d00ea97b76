# Library: hash functions.
import _blake2
import _hmac
import _md5
import _sha1
import _sha2
import _sha3

h = _md5.md5()


def attempt(text):
    try:
        print(text, "->", eval(text))
    except Exception as e:
        print(text, "->", type(e).__name__, e)


CASES = r"""
_md5.md5('a')
_md5.md5(1)
_md5.md5(b'a',string=b'a')
_md5.md5(b'a',usedforsecurity=False).name
_md5.md5(b'a',b'b')
h.update('a')
h.name
h.digest_size
h.block_size
_md5.MD5Type()
type(h)
_sha2.sha256().update(1)
_sha3.shake_128().digest(5)
_sha3.shake_128().digest(-1)
_sha3.shake_128().digest(2**40)
_sha3.shake_128().hexdigest(length=3)
_sha3.sha3_256('a')
_blake2.blake2b(digest_size=0)
_blake2.blake2b(digest_size=65)
_blake2.blake2b(key=b'a'*65)
_blake2.blake2b(salt=b'a'*17)
_blake2.blake2b(person=b'a'*17)
_blake2.blake2b(fanout=256)
_blake2.blake2b(depth=0)
_blake2.blake2b(leaf_size=-1)
_blake2.blake2b(leaf_size=2**33)
_blake2.blake2b(node_offset=2**65)
_blake2.blake2b(node_depth=256)
_blake2.blake2b(inner_size=65)
_blake2.blake2s(inner_size=33)
_blake2.blake2s(node_offset=2**48)
_blake2.blake2b(b'a',last_node=True).hexdigest()
_blake2.blake2b(b'a',fanout=3,depth=2,leaf_size=7,node_offset=9,node_depth=1,inner_size=5,salt=b'ab',person=b'cd',key=b'k',digest_size=20,last_node=True).hexdigest()
_blake2.blake2s(b'a',fanout=3,depth=2,leaf_size=7,node_offset=9,node_depth=1,inner_size=5,salt=b'ab',person=b'cd',key=b'k',digest_size=20,last_node=True).hexdigest()
_blake2.blake2b().name
_blake2.blake2b('a')
_blake2.blake2b.MAX_KEY_SIZE,_blake2.blake2b.SALT_SIZE
_blake2.blake2b().block_size
_hmac.new(b'k',b'm','md5').hexdigest()
_hmac.new(b'k'*500,b'm','sha512').hexdigest()
_hmac.new(b'k',b'm')
_hmac.new(b'k',b'm','x')
_hmac.new('k',b'm','md5')
_hmac.new(b'k','m','md5')
_hmac.new(b'k',b'm',1)
_hmac.HMAC()
_hmac.new(b'k',None,'sha256').name
_hmac.compute_digest(b'k',b'm','md5')
_hmac.compute_md5(b'k',b'm')
_hmac.compute_blake2b_32(b'k',b'm')
_hmac.compute_blake2s_32(b'k',b'm')
_hmac.compute_sha3_512(b'k',b'm')
_hmac.compute_md5('k',b'm')
_hmac.compute_digest(b'k',b'm','zz')
_hmac.new(b'k',b'm',digestmod='sha3_256').block_size
_sha1.sha1(b'abc').hexdigest()
_sha2.sha224(b'abc').hexdigest()
_sha2.sha384(b'abc').hexdigest()
_sha3.sha3_512(b'abc').hexdigest()
_sha3.shake_256(b'abc').hexdigest(40)
"""
for case in CASES.strip().splitlines():
    attempt(case)
