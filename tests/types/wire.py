"""A client of a few lines for the tests of the record engine."""

import base64
import hashlib
import hmac
import os
import socket
import struct
import time
import uuid

import cbor2

HELLO, REQUEST, REPLY, PART, WINDOW, ERROR, PUSH, PROGRESS, CANCEL, PING = \
    range(1, 11)
END, MORE, ACK = 1, 2, 4


def uuid7():
    ms = int(time.time() * 1000)
    n = ms << 80 | int.from_bytes(os.urandom(10), 'big')
    n = n & ~(0xf << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return uuid.UUID(int=n)


def totp(secret, at):
    key = base64.b32decode(secret + '=' * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack('>Q', int(at) // 30),
                   hashlib.sha1).digest()
    o = mac[-1] & 15
    return '%06d' % ((struct.unpack('>I', mac[o:o + 4])[0] & 0x7fffffff)
                     % 1000000)


class Refused(Exception):
    """.code, .key, .field, .fields ({name: key}) and the whole .error"""

    def __init__(self, error):
        super().__init__('%s: %s' % (error.get('code'), error.get('text')))
        self.error = error
        self.code = error.get('code')
        self.key = error.get('key')
        self.field = error.get('field')
        self.fields = {f['field']: f['key'] for f in error.get('fields', [])}


class Client:
    def __init__(self, lang='en'):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(30)
        self.s.connect(os.environ['KONAK_SOCKET'])
        self.number = 0
        self.pushes = []
        self.send(HELLO, 0, 0, {'v': [1, 1], 'client': 'wire.py', 'lang': lang,
                                'tenant': os.environ['KONAK_TENANT']})
        assert self.frame()[0] == HELLO

    def send(self, kind, flags, number, body):
        data = b'' if body is None else cbor2.dumps(body)
        self.s.sendall(struct.pack('>IBBHI', len(data), kind, flags, 0,
                                   number) + data)

    def exactly(self, n):
        data = b''
        while len(data) < n:
            got = self.s.recv(n - len(data))
            if not got:
                raise EOFError('the server closed the connection')
            data += got
        return data

    def frame(self):
        while True:
            n, kind, flags, _, number = struct.unpack('>IBBHI',
                                                      self.exactly(12))
            body = self.exactly(n)
            if kind == PING and not flags & ACK:
                self.s.sendall(struct.pack('>IBBHI', n, PING, ACK, 0, number)
                               + body)
            elif kind == PUSH:
                self.pushes.append(cbor2.loads(body))
            elif kind != PROGRESS and kind != PING:
                return kind, flags, number, body

    def call(self, verb, rid=None, **args):
        """The reply's map; rid: the id of a resend."""
        self.number += 1
        self.send(REQUEST, 0, self.number, {
            'verb': verb, 'id': rid or uuid7(), 'args': args})
        kind, flags, number, body = self.frame()
        whole = body
        while flags & MORE:
            self.send(WINDOW, 0, number, {'credit': len(body)})
            kind2, flags, number, body = self.frame()
            whole += body
            if kind2 == PART and flags & END:
                break
            flags |= MORE
        out = cbor2.loads(whole)
        if kind == ERROR:
            raise Refused(out)
        return out

    def rows(self, verb, **args):
        """A list's rows as maps, and next."""
        out = self.call(verb, **args)
        return [dict(zip(out['columns'], r)) for r in out['rows']], \
            out.get('next')

    def sign_in(self, email):
        with open(os.environ['KONAK_ACCOUNTS']) as f:
            for line in f:
                name, password, secret = line.split()
                if name == email:
                    break
        self.call('auth.sign_in', email=email, password=password)
        self.user = self.call('auth.code',
                              code=totp(secret, time.time()))['user']
        return self

    def enter(self, name):
        tree = self.call('session.companies')['companies']
        company = [c for c in tree if c['name'] == name][0]['id']
        self.entered = self.call('session.enter', company=company)
        return self
