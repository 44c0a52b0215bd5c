"""Suites, hashes and fingerprints (page 1)."""

import functools
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmssl import sm2

from .cbor import encode

ALGORITHM = {1: -8, 2: -65538}


def digest(suite, domain, content):
    return plain_hash(suite, domain.encode("ascii") + b"\x00" + content)


def plain_hash(suite, message):
    if suite == 1:
        return hashlib.sha256(message).digest()
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(message)
    return sm3.finalize()


def fingerprint(suite, key):
    return digest(suite, "docket/key/1", bytes([suite]) + key)


def short_author(author):
    return int.from_bytes(author[:8], "big")


def signed_bytes(suite, header):
    """COSE's Sig_structure (RFC 9052, 4.4)."""
    return encode(["Signature1", encode({1: ALGORITHM[suite]}), b"", header])


@functools.lru_cache(maxsize=4096)
def is_signed(suite, key, header, signature):
    message = signed_bytes(suite, header)
    if len(signature) != 64:
        return False
    if suite == 1:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            return True
        except (InvalidSignature, ValueError):
            return False
    return _is_signed_sm2(key, message, signature)


CURVE_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
CURVE_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
CURVE_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def _is_signed_sm2(key, message, signature):
    # gmssl takes any numbers for a point and a signature; what GB/T 32918.2 (7.1) refuses is refused here.
    if len(key) != 65 or key[0] != 4:
        return False
    x, y = int.from_bytes(key[1:33], "big"), int.from_bytes(key[33:], "big")
    if max(x, y) >= CURVE_P or (y * y - x * x * x + 3 * x - CURVE_B) % CURVE_P:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (1 <= r < CURVE_N and 1 <= s < CURVE_N) or (r + s) % CURVE_N == 0:
        return False
    # Its value Z is over the user id 1234567812345678.
    crypt = sm2.CryptSM2(private_key="", public_key=key[1:].hex())
    return bool(crypt.verify_with_sm3(signature.hex(), message))
