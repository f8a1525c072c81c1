"""A client of the protocol, written from konak-protocol(7) and konak.cddl
alone: it shares no line with the programs that it tests."""

import base64
import hashlib
import hmac
import os
import re
import socket
import ssl
import struct
import subprocess
import time
import uuid

import cbor2

HELLO, REQUEST, REPLY, PART, WINDOW, ERROR, PUSH, PROGRESS, CANCEL, PING = \
    range(1, 11)
END, MORE, ACK = 1, 2, 4
BODY_MAX = 65524
CREDIT = 262144


def uuid7():
    ms = int(time.time() * 1000)
    n = ms << 80 | int.from_bytes(os.urandom(10), 'big')
    n = n & ~(0xf << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return uuid.UUID(int=n)


def header(length, kind, flags, number, zero=0):
    return struct.pack('>IBBHI', length, kind, flags, zero, number)


def totp(secret, at):
    key = base64.b32decode(secret + '=' * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack('>Q', int(at) // 30),
                   hashlib.sha1).digest()
    o = mac[-1] & 15
    return '%06d' % ((struct.unpack('>I', mac[o:o + 4])[0] & 0x7fffffff)
                     % 1000000)


SECRETS = ('password', 'old', 'new', 'code', 'token', 'secret', 'recovery',
           'password_code')


def secret(values):
    """Remembers what may stand in no log, for whoever reads the logs."""
    path = os.environ.get('KONAK_SECRETS')
    for name in SECRETS if path else ():
        found = values.get(name)
        for v in found if isinstance(found, list) else [found]:
            if isinstance(v, bytes):
                v = '%s\t%s' % (v.hex(), base64.b64encode(v).decode())
            # the code of a right or of a classroom is no secret
            if isinstance(v, str) and (name != 'code' or re.fullmatch(
                    r'\d{6}|[0-9A-Za-z-]{10,}', v)):
                with open(path, 'a', encoding='utf-8') as f:
                    f.write('a %s\t%s\n' % (name, v))


def account(email):
    """(password, base32 secret or None) of one of the sample's people."""
    with open(os.environ['KONAK_ACCOUNTS'], encoding='utf-8') as f:
        for line in f:
            name, password, secret = line.split()
            if name == email:
                return password, None if secret == '-' else secret
    raise KeyError(email)


def admin_sql(text, fetch=False):
    """As the database's administrator, for what a test must arrange."""
    done = subprocess.run(
        ['psql', '-XAtq', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-c', text],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [r.split('\t') for r in done.stdout.splitlines()] if fetch else None


def totp_again(email):
    """A step counts once; tests sign in more often than each half minute."""
    admin_sql('update auth.totp set last_step = null where user_id = '
              "(select id from konak.users where email = '%s')" % email)


class Refused(Exception):
    """.code, .key, .field, .fields ({name: key}) and the whole .error"""

    def __init__(self, error):
        super().__init__('%s: %s' % (error.get('code'), error.get('text')))
        self.error = error
        self.code = error.get('code')
        self.key = error.get('key')
        self.field = error.get('field')
        self.fields = {f['field']: f['key'] for f in error.get('fields', [])}


class Gone(Exception):
    """The server closed the connection."""


class Client:
    """One connection. Requests may overlap: ask() gives a number, answer()
    waits for it; call() does both."""

    def __init__(self, lang='en', tls=False, tenant=None, hello=True,
                 host=None, timeout=30):
        if tls:
            self.s = socket.create_connection(
                (os.environ['KONAK_ADDR'], int(os.environ['KONAK_PORT'])),
                timeout=timeout)
            self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            context = ssl.create_default_context(
                cafile=os.environ['KONAK_CA'])
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            self.s = context.wrap_socket(
                self.s, server_hostname=host or os.environ['KONAK_HOST'])
        else:
            self.s = socket.socket(socket.AF_UNIX)
            self.s.settimeout(timeout)
            self.s.connect(os.environ['KONAK_SOCKET'])
        self.number = 0
        self.pushes = []
        self.progress = {}
        self.answers = {}
        self.pongs = []
        self.partial = {}
        if hello:
            body = {'v': [1, 1], 'client': 'konak.py', 'lang': lang}
            if not tls:
                body['tenant'] = tenant or os.environ['KONAK_TENANT']
            self.send(HELLO, 0, 0, body)
            kind, _, _, raw = self.frame()
            self.hello = cbor2.loads(raw)
            if kind != HELLO:
                raise Refused(self.hello)

    # --- frames ---------------------------------------------------------

    def raw(self, data):
        try:
            self.s.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError) as e:
            raise Gone(str(e)) from None

    def send(self, kind, flags, number, body):
        data = b'' if body is None else cbor2.dumps(body)
        self.raw(header(len(data), kind, flags, number) + data)

    def exactly(self, n):
        data = b''
        while len(data) < n:
            try:
                got = self.s.recv(n - len(data))
            except (ConnectionResetError, ssl.SSLError) as e:
                raise Gone(str(e)) from None
            if not got:
                raise Gone('the server closed the connection')
            data += got
        return data

    def frame(self):
        n, kind, flags, _, number = struct.unpack('>IBBHI', self.exactly(12))
        return kind, flags, number, self.exactly(n)

    def pump(self):
        """Takes one frame and puts it where it belongs."""
        kind, flags, number, body = self.frame()
        if kind == PING:
            if flags & ACK:
                self.pongs.append(body)
            else:
                self.raw(header(len(body), PING, ACK, number) + body)
        elif kind == PUSH:
            self.pushes.append(cbor2.loads(body))
        elif kind == PROGRESS:
            self.progress.setdefault(number, []).append(cbor2.loads(body))
        elif kind == ERROR:
            self.answers[number] = (ERROR, cbor2.loads(body))
        elif kind == REPLY and not flags & MORE:
            self.answers[number] = (REPLY, cbor2.loads(body))
        elif kind == REPLY:
            self.partial[number] = body
        elif kind == PART:
            self.partial[number] += body
            if flags & END:
                self.answers[number] = (REPLY, cbor2.loads(
                    self.partial.pop(number)))
            else:
                self.send(WINDOW, 0, number, {'credit': len(body)})

    # --- requests -------------------------------------------------------

    def ask(self, verb, args=None, rid=None, number=None):
        self.number = number or self.number + 1
        body = {'verb': verb, 'id': rid or uuid7()}
        if args:
            body['args'] = args
            secret(args)
        data = cbor2.dumps(body)
        if len(data) <= BODY_MAX:
            self.raw(header(len(data), REQUEST, 0, self.number) + data)
            return self.number
        self.raw(header(BODY_MAX, REQUEST, MORE, self.number) +
                 data[:BODY_MAX])
        for at in range(BODY_MAX, len(data), BODY_MAX):
            piece = data[at:at + BODY_MAX]
            last = END if at + BODY_MAX >= len(data) else 0
            self.raw(header(len(piece), PART, last, self.number) + piece)
        return self.number

    def answer(self, number):
        while number not in self.answers:
            self.pump()
            if 0 in self.answers:
                raise Refused(self.answers.pop(0)[1])
        kind, body = self.answers.pop(number)
        if kind == ERROR:
            raise Refused(body)
        secret(body)
        return body

    def call(self, verb, rid=None, **args):
        """The reply's map; rid: the id of a resend."""
        return self.answer(self.ask(verb, args, rid))

    def rows(self, verb, **args):
        """A list's rows as maps, and next."""
        out = self.call(verb, **args)
        return [dict(zip(out['columns'], r)) for r in out['rows']], \
            out.get('next')

    def push(self, seconds, want=lambda p: True):
        """The next push that is wanted, or None after so many seconds."""
        until = time.monotonic() + seconds
        old = self.s.gettimeout()
        while True:
            for p in self.pushes:
                if want(p):
                    self.pushes.remove(p)
                    return p
            left = until - time.monotonic()
            if left <= 0:
                return None
            self.s.settimeout(left)
            try:
                self.pump()
            except (TimeoutError, socket.timeout):
                return None
            finally:
                self.s.settimeout(old)

    # --- signing in -----------------------------------------------------

    def sign_in(self, email):
        password, secret = account(email)
        self.call('auth.sign_in', email=email, password=password)
        totp_again(email)
        done = self.call('auth.code', code=totp(secret, time.time()))
        self.user, self.token = done['user'], done['token']
        return self

    def resume(self, token):
        self.token = token
        self.resumed = self.call('session.resume', token=token)
        return self

    def companies(self):
        return {c['name']: c
                for c in self.call('session.companies')['companies']}

    def enter(self, name):
        self.entered = self.call('session.enter',
                                 company=self.companies()[name]['id'])
        return self

    def close(self):
        self.s.close()


def signed_in(who, company='DİJİTAL AŞ', **more):
    """A client of one of the sample's people, inside a company."""
    c = Client(**more).sign_in(who + '@xyz.example')
    return c.enter(company) if company else c
