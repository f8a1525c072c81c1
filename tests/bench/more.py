"""Peers, growth, memory, pushes, signing in, the demo."""

import copy
import ctypes
import hashlib
import json
import os
import re
import subprocess
import sys
import time

import peers as peer
from measure import median, ratio
from place import (SMALL, TINY, Failure, SRC, Tenant, cluster, flat_yaml,
                   release, rss_kib)

sys.path.insert(0, SRC + '/tests')
TENANTS, SESSIONS = 50, 2000


def client():
    import konak                # tests/konak.py
    return konak


def peers(b):
    peer.install()
    b.need_server()
    for name, make, more in (('Node', peer.node, 4),
                             ('Django', peer.django, 15)):
        p = make(b.place)
        try:
            for n in (8, 32):
                got = b.rounds.run('%s, %d clients' % (name, n), {
                    'tls': lambda: b.load('list', n, tls=True),
                    'peer': lambda: p.load(n, b.seconds)})
                b.table.add('list, tls, %d in flight: times %s' % (n, name),
                            more, ratio(got['tls'], got['peer'], 'rate'),
                            note='%.0f a second there, %.1f ms CPU each' % (
                                median([x['rate'] for x in got['peer']]),
                                median([x['server_us'] for x in got['peer']])
                                / 1e3))
                b.table.add("list, tls, %d in flight: p99 of %s's" % (
                    n, name), 1 / 7, ratio(got['tls'], got['peer'],
                                           'p99_ms'), most=True,
                    note='%.0f ms there' % median(
                        [x['p99_ms'] for x in got['peer']]))
        finally:
            p.stop()
    page(b)


def page(b):
    """Bytes of one page against the same as an array of JSON objects."""
    c = signed_in(b)
    reply = c.call('customers.list')
    rows = [{k: v if v is None or isinstance(v, (int, bool)) else str(v)
             for k, v in zip(reply['columns'], row)}
            for row in reply['rows']]
    text = json.dumps(rows, separators=(',', ':'), ensure_ascii=False)
    wire = b.load('list', 1)['bytes']
    b.table.add('page on the wire, of compact JSON objects', 0.6,
                wire / len(text.encode()), most=True,
                note='%.0f bytes' % wire)


def signed_in(b):
    os.environ.update({k: v for k, v in b.place.env().items()
                       if k.startswith(('KONAK_', 'PG'))})
    c = client().Client()
    with open(b.tokens) as f:
        c.call('session.resume',
               token=bytes.fromhex(f.readline().split()[0]))
    return c


def growth(b):
    b.need_server()
    few = Tenant(b.place, SMALL).tokens(8)
    got = b.rounds.run('customers', {
        'many': lambda: b.load('list', 1),
        'few': lambda: b.load('list', 1, tokens=few)})
    b.table.add('list p50: 200,000 customers of 2,000', 1.2,
                ratio(got['many'], got['few'], 'p50_ms'), most=True)

    idle = b.place.big.tokens(5000)

    def among(n):
        def run():
            holder = b.place.hold(n, idle)
            try:
                return b.load('list', 1)
            finally:
                release(holder)
        return run
    got = b.rounds.run('sessions', {'many': among(5000), 'few': among(5)})
    b.table.add('list p50: among 5,000 idle sessions of 5', 1.1,
                ratio(got['many'], got['few'], 'p50_ms'), most=True)


class Bare:
    """What konakd sends for a list, by libpq and nothing else: one connection
    a tenant, asked in turn."""

    def __init__(self, b, tiny, names, tokens):
        place = b.place
        enter, rows = (re.sub(r'\s+', ' ', x) for x in re.search(
            r'(select substr.*?);\n(select t\.id.*?);\n',
            open(b.k['list'][0]).read(), re.S).groups())
        own = dict(b.k['list'][1])
        with open(tokens) as f:
            hashes = ['\\x' + hashlib.sha256(bytes.fromhex(
                line.split()[0])).hexdigest() for line in f]
        pq = self.pq = ctypes.CDLL('libpq.so.5')
        for name in ('PQconnectdb', 'PQexec', 'PQgetResult'):
            getattr(pq, name).restype = ctypes.c_void_p
        pq.PQerrorMessage.restype = ctypes.c_char_p
        with open('%s/tenants/%s.yaml' % (place.path, TINY)) as f:
            app = flat_yaml(f.read())
        self.conns = [self.connect(place, app, name) for name in names]
        for c, token in zip(self.conns, hashes):
            values = dict(own, hash=token, company=tiny.company)
            for name, sql in (('e', enter), ('l', rows)):
                self.sql(c, 'prepare %s as %s' % (name, re.sub(
                    r'(?<!:):(\w+)', lambda m: "'%s'" % values[m.group(1)],
                    sql)))
            if not pq.PQenterPipelineMode(ctypes.c_void_p(c)):
                raise Failure('no pipeline')

    def connect(self, place, app, name):
        env = place.app_env()
        c = self.pq.PQconnectdb((
            "host=%s dbname=konak_%s user=%s password=%s options='%s'" % (
                env['PGHOST'], name, app['user'], app['password'],
                env['PGOPTIONS'])).encode())
        if self.pq.PQstatus(ctypes.c_void_p(c)):
            raise Failure(self.pq.PQerrorMessage(ctypes.c_void_p(c)).decode())
        return c

    def sql(self, c, text):
        r = ctypes.c_void_p(self.pq.PQexec(ctypes.c_void_p(c), text.encode()))
        if self.pq.PQresultStatus(r) != 1:
            raise Failure(self.pq.PQerrorMessage(ctypes.c_void_p(c)).decode())
        self.pq.PQclear(r)

    def ask(self, c):
        pq, c = self.pq, ctypes.c_void_p(c)
        for name in (b'e', b'l'):
            pq.PQsendQueryPrepared(c, name, 0, None, None, None, 0)
        pq.PQpipelineSync(c)
        pq.PQflush(c)
        rows = 0
        for n in range(5):      # each with its end, and Sync's
            r = pq.PQgetResult(c)
            if r:
                r = ctypes.c_void_p(r)
                rows = max(rows, pq.PQntuples(r))
                pq.PQclear(r)
        if rows < 50:
            raise Failure('%d rows by libpq' % rows)

    def run(self, conns, seconds):
        times, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            for c in conns:
                began = time.monotonic()
                self.ask(c)
                times.append(time.monotonic() - began)
        return {'p50_ms': median(times) * 1e3}

    def close(self):
        for c in self.conns:
            self.pq.PQfinish(ctypes.c_void_p(c))


def clones(place, tiny, names, path):
    """Databases that are alike, each a tenant with a session in path. They
    need not outlive a crash: making them waits for no disk."""
    folder = place.path + '/tenants/'
    with open(folder + TINY + '.yaml') as f:
        text = f.read()
    place.sql('alter system set fsync = off')
    place.sql('select pg_reload_conf()')
    open(path, 'w').close()
    for name in names:
        place.sql('create database konak_%s template konak_%s '
                  'strategy file_copy' % (name, TINY))
        place.sql('grant connect on database konak_%s to konak_%s_app' % (
            name, TINY))
        with open(os.open(folder + name + '.yaml',
                          os.O_WRONLY | os.O_CREAT, 0o600), 'w') as f:
            f.write(text.replace('"konak_%s"' % TINY, '"konak_%s"' % name)
                    .replace('"%s"' % TINY, '"%s"' % name)
                    .replace('"%s.' % TINY, '"%s.' % name))
        clone = copy.copy(tiny)
        clone.name = name
        clone.tokens(1, path, 'a')
    place.sql('alter system reset fsync')
    place.sql('select pg_reload_conf()')
    place.sql('checkpoint')
    os.sync()                   # what is written later would disturb


def around(b, tiny, names, path):
    alone = path + '.one'
    with open(path) as f, open(alone, 'w') as g:
        g.write(f.readline())
    bare = Bare(b, tiny, names, path)
    got = b.rounds.run('tenants', {
        'many': lambda: b.load('list', 1, tokens=path, connections=TENANTS),
        'one': lambda: b.load('list', 1, tokens=alone, connections=TENANTS),
        'bare': lambda: bare.run(bare.conns, b.seconds),
        'bare one': lambda: bare.run(bare.conns[:1], b.seconds)})
    bare.close()
    floor = ratio(got['bare'], got['bare one'], 'p50_ms')
    times = ratio(got['many'], got['one'], 'p50_ms')
    b.table.add('list p50: 50 tenants of one', 1.2, times, most=True,
                note='%.2f ms' % median([x['p50_ms'] for x in got['many']]))
    b.table.add('50 tenants of one, of what libpq alone makes of them', 1.2,
                times / floor, most=True,
                note='%.2f times there: a process of the database that has '
                'not run for a while' % floor)


def tenants(b):
    """One request at a time goes round the tenants, or stays in one. All
    are clones of one that has little else than its tables."""
    names = ['t%d' % i for i in range(TENANTS)]
    path = b.place.dir + '/tokens.tenants'
    folder = b.place.path + '/tenants/'
    b.need_scripts('list')
    b.place.unserve()
    if not os.path.exists(folder + TINY + '.yaml'):
        b.place.fill(TINY, 200, 1)
    tiny = Tenant(b.place, TINY)
    try:
        clones(b.place, tiny, names, path)
        b.place.serve()
        around(b, tiny, names, path)
    finally:
        b.place.unserve()
        for name in names:
            if os.path.exists(folder + name + '.yaml'):
                os.unlink(folder + name + '.yaml')
            b.place.sql('drop database if exists konak_%s with (force)' % name)
        b.place.serve()


def memory(b):
    tokens = b.place.big.tokens(SESSIONS)
    b.place.again()
    empty = rss_kib(b.place.server.pid)
    b.table.add('konakd without a session', 12, empty / 1024, ' MiB',
                most=True)
    for line, tls, goal in (('tls', True, 24), ('unix', False, 8)):
        b.place.again()
        # what the first ones cost once is not theirs
        release(b.place.hold(50, tokens, tls))
        before = rss_kib(b.place.server.pid)
        holder = b.place.hold(SESSIONS, tokens, tls)
        time.sleep(1)
        each = (rss_kib(b.place.server.pid) - before) / SESSIONS
        release(holder)
        b.table.add('an idle session, %s' % line, goal, each, ' KiB',
                    most=True)


def push(b):
    b.need_server()
    got = b.rounds.run('pushes', {
        'eight': lambda: b.load('edit', 8, watchers=8),
        'none': lambda: b.load('edit', 8)})
    b.table.add('edits a second with 8 subscribers, of without', 0.9,
                ratio(got['eight'], got['none'], 'rate'))
    calm = b.rounds.run('pushes, calm', {
        'one': lambda: b.load('edit', 1, watchers=1)})['one']
    lost = sum(x['requests'] - x['pushes'] for x in calm)
    b.table.add("change told to another client, p95 since the edit was sent",
                200, median([x['push_p95_ms'] for x in calm]), ' ms',
                most=True, note='%d lost' % max(lost - len(calm), 0))
    b.table.add("of that after the edit's own answer", 10, max(0, median(
        [x['push_p50_ms'] - x['p50_ms'] for x in calm])), ' ms', most=True)


def argon2_seconds(password, stored):
    lib = ctypes.CDLL('libsodium.so.23')
    lib.sodium_init()
    began = time.monotonic()
    if lib.crypto_pwhash_str_verify(stored.encode(), password.encode(),
                                    ctypes.c_ulonglong(len(password))):
        raise Failure('that is not the password')
    return time.monotonic() - began


def signin(b):
    """From the e-mail to the definitions of the screen, with the code at
    hand; against the password's hash alone."""
    b.need_server()
    os.environ.update({k: v for k, v in b.place.env().items()
                       if k.startswith(('KONAK_', 'PG'))})
    konak = client()
    email = 'patron@xyz.example'
    password, secret = konak.account(email)
    stored = b.place.big.sql(
        'select c.password_hash from auth.credentials c join konak.users u '
        "on u.id = c.user_id where u.email = '%s'" % email)[0][0]

    def whole():
        b.place.big.sql('update auth.totp set last_step = null; '
                        'delete from auth.throttle')
        began = time.monotonic()
        c = konak.Client(tls=True)
        c.call('auth.sign_in', email=email, password=password)
        c.call('auth.code', code=konak.totp(secret, time.time()))
        companies = c.call('session.companies')
        c.call('session.enter', company=companies['last'] or
               companies['companies'][0]['id'])
        c.call('defs.list')
        return time.monotonic() - began
    whole()                     # connections and plans are made once
    got = b.rounds.run('signing in', {
        'whole': whole, 'argon': lambda: argon2_seconds(password, stored)})
    b.table.add('sign-in to dashboard, of the Argon2id time', 1.3,
                ratio(got['whole'], got['argon']), most=True,
                note='%.0f ms' % (median(got['whole']) * 1e3))


def told(b, path):
    """What a test of the client finds; each line has its goal in words."""
    done = subprocess.run([SRC + '/tests/run', '-b', b.place.build, '-j', '1',
                           '-v', path], stdout=subprocess.PIPE,
                          env=dict(os.environ, KONAK_QUIET='1'),
                          stderr=subprocess.STDOUT, text=True)
    lines = 0
    for line in done.stdout.splitlines():
        found = re.match(r'\s+(ok|not ok) \d+ - (.*(?:goal|sent).*)', line)
        if found:
            b.table.line(found.group(2), found.group(1) == 'ok')
            lines += 1
    if lines == 0:
        raise Failure('%s says no figure' % path)


def terminal(b):
    told(b, 'tui/figures')


def gantt(b):
    told(b, 'tui/spans')


def demo(b):
    env = dict(os.environ, KONAK_DEMO_BUILD=b.place.build,
               KONAK_DEMO_STATE=b.place.dir + '/demo')
    cluster.call([SRC + '/demo', '--ready'], env=env)
    times = []
    for _ in range(3):
        cluster.call([SRC + '/demo', '--stop'], env=env)
        began = time.monotonic()
        cluster.call([SRC + '/demo', '--ready'], env=env)
        times.append(time.monotonic() - began)
    cluster.call([SRC + '/demo', '--reset'], env=env)
    b.table.add('./demo again, database and server stopped', 5,
                median(times), ' s', most=True)
