"""What is measured, and the goal of each."""

import hashlib
import os

import board
import bulk
import chain
import more
import statements
import timetable
import vault
from measure import WARM, median, pgbench, ratio

BEST = (2, 4, 8)                # connections of pgbench to choose from


class Table:
    def __init__(self, rounds):
        self.rounds = rounds
        self.rows = []

    def line(self, text, met):
        """A figure that says its goal itself."""
        self.rows.append((text, '', '', 'yes' if met else 'NO', ''))
        print('%-8s %s' % ('met' if met else 'SHORT', text), flush=True)

    def left_out(self, what, why):
        self.rows.append((what, '', 'not measured', 'NO', why))
        print('%-8s %s: %s' % ('LEFT OUT', what, why), flush=True)

    def add(self, what, goal, value, unit='', most=False, note=''):
        met = value <= goal if most else value >= goal
        self.rows.append((what, '%s %.3g%s' % ('≤' if most else '≥', goal,
                                             unit),
                          '%.3g%s' % (value, unit) if value < 1000 else
                          '%.0f%s' % (value, unit),
                          'yes' if met else 'NO', note))
        print('%-8s %s: %s, goal %s%s' % (
            'met' if met else 'SHORT', what, self.rows[-1][2],
            self.rows[-1][1], ' (%s)' % note if note else ''), flush=True)

    def text(self):
        lines = ['| what | goal | reached | met | |', '|---|---|---|---|---|']
        lines += ['| %s |' % ' | '.join(row) for row in self.rows]
        return '\n'.join(lines)

    def noise(self):
        return ('Other programs used at most %.0f %% of the processors in '
                'the rounds that count; %d louder rounds were thrown away.'
                % (self.rounds.loudest * 100, self.rounds.thrown))

    def write(self, path, command):
        head, _, _ = open(path, encoding='utf-8').read().partition(
            '<!-- written by tests/bench/run -->')
        with open(path, 'w', encoding='utf-8') as f:
            f.write('%s<!-- written by tests/bench/run -->\n\n'
                    '`%s`, on %d cores. %s\n\n%s\n' % (
                        head, command, os.cpu_count(), self.noise(),
                        self.text()))


class Bench:
    def __init__(self, place, rounds, seconds, table):
        self.place = place
        self.rounds = rounds
        self.seconds = seconds
        self.table = table
        self.k = {}             # kind: (script, variables)
        self.b = {}
        self.best = {}
        self.quick = False
        self.tokens = None      # a file of 64 sessions

    def need_server(self):
        if not self.place.server:
            self.place.serve()
        if self.tokens is None:
            self.tokens = self.place.big.tokens(64)
            with open(self.tokens) as f:
                token = bytes.fromhex(f.readline().split()[0])
            self.hash = hashlib.sha256(token).hexdigest()

    def args(self, kind):
        """Arguments of requests, one for each of the records worked on."""
        if kind == 'list':
            return [{}]
        if kind == 'get':
            return [{'id': i} for i in self.place.big.ids[64:128]]
        rows = self.place.big.sql(
            'select id, version from konak.customers where company_id = '
            "'%s' and id in (%s)" % (self.place.big.company, ', '.join(
                "'%s'" % i for i in self.place.big.ids[128:256])))
        return [{'id': i, 'version': int(v), 'vary': statements.FIELD}
                for i, v in rows]

    def need_scripts(self, kind):
        self.need_server()
        if kind in self.k:
            return
        found = statements.captured(self.place, kind, self.args(kind),
                                    self.tokens)
        text, names = statements.script_of(self.place, kind, found)
        big = self.place.big
        names += [('known', '0'), ('hash', '\\x' + self.hash),
                  ('company', big.company), ('user', big.owner),
                  ('request', big.sql('select konak.uuid7()')[0][0])]
        self.k[kind] = (statements.write(self.place, kind, text), names)
        if not self.b:
            statements.copy_tables(self.place)
        self.b[kind] = (statements.write(
            self.place, 'floor-' + kind,
            statements.floor_scripts(self.place)[kind]), names)

    def bench(self, which, kind, clients):
        script, names = which[kind]
        return pgbench(self.place, script, clients, self.seconds, names)

    def best_of(self, kind):
        """The number of connections at which pgbench does most."""
        if kind not in self.best:
            found = self.rounds.run('%s: connections' % kind, {
                n: lambda n=n: self.bench(self.k, kind, n) for n in BEST})
            self.best[kind] = max(BEST, key=lambda n: median(
                [x['rate'] for x in found[n]]))
        return self.best[kind]

    def load(self, kind, n, tokens=None, **options):
        return self.place.load(statements.VERBS[kind], self.args(kind), n,
                               self.seconds, tokens or self.tokens,
                               **options)

    def warm_load(self, kind, n, **options):
        """As pgbench's, without its beginning."""
        self.place.load(statements.VERBS[kind], self.args(kind), n, WARM,
                        self.tokens, **options)
        return self.load(kind, n, **options)


def floor(b):
    for kind, goal in (('list', 0.85), ('get', 0.55), ('edit', 0.55)):
        b.need_scripts(kind)
        n = b.best_of(kind)
        got = b.rounds.run(kind + ', floor', {
            'k': lambda: b.bench(b.k, kind, n),
            'b': lambda: b.bench(b.b, kind, n)})
        b.table.add('%s: (k) of (b)' % kind, goal,
                    ratio(got['k'], got['b'], 'rate'),
                    note='%d connections, (b) %.0f a second' % (
                        n, median([x['rate'] for x in got['b']])))


def through(kind, tls_goal, unix_goal):
    def measure(b):
        b.need_scripts(kind)
        best = b.best_of(kind)
        for n in (8, 32):
            got = b.rounds.run('%s, %d in flight' % (kind, n), {
                'k': lambda: b.bench(b.k, kind, best),
                'kn': lambda: b.bench(b.k, kind, n),
                'tls': lambda: b.warm_load(kind, n, tls=True),
                'unix': lambda: b.warm_load(kind, n)})
            report(b, kind, n, got, tls_goal, unix_goal)
        if kind == 'list':
            one(b)
    return measure


def report(b, kind, n, got, tls_goal, unix_goal):
    for line, goal in (('tls', tls_goal), ('unix', unix_goal)):
        b.table.add(
            '%s, %s, %d in flight, of (k)' % (kind, line, n), goal,
            ratio(got[line], got['k'], 'rate'),
            note='%.0f a second, client %.0f µs' % (
                median([x['rate'] for x in got[line]]), median(
                    [x['client_cpu_s'] * 1e6 / x['requests']
                     for x in got[line]])))
    if kind != 'list':
        return
    for line in ('tls', 'unix'):
        b.table.add('list, %s, %d in flight: p99 of (k)\'s' % (line, n),
                    1.6 if n == 8 else 1.4,
                    ratio(got[line], got['kn'], 'p99_ms'), most=True,
                    note='%.1f ms' % median([x['p99_ms']
                                             for x in got[line]]))
        b.table.add('list, %s, %d in flight: server CPU' % (line, n), 150,
                    median([x['server_us'] for x in got[line]]), ' µs',
                    most=True)


def one(b):
    got = b.rounds.run('list, 1 in flight', {
        'k': lambda: b.bench(b.k, 'list', 1),
        'tls': lambda: b.warm_load('list', 1, tls=True),
        'unix': lambda: b.warm_load('list', 1)})
    for line in ('tls', 'unix'):
        b.table.add("list, %s, 1 client: p50 of (k)'s" % line, 1.6,
                    ratio(got[line], got['k'], 'p50_ms'), most=True,
                    note='%.2f ms' % median([x['p50_ms']
                                             for x in got[line]]))


# What -q measures, the longest last.
QUICK = ('floor', 'list', 'get', 'edit', 'peers', 'memory', 'push', 'signin',
         'growth', 'tenants', 'client', 'board', 'gantt', 'timetable', 'demo',
         'vault', 'chain', 'bulk')
ALL = {
    'floor': floor,
    'list': through('list', 0.75, 0.85),
    'get': through('get', 0.5, 0.6),
    'edit': through('edit', 0.8, 0.8),
    'peers': more.peers,
    'growth': more.growth,
    'tenants': more.tenants,
    'memory': more.memory,
    'push': more.push,
    'signin': more.signin,
    'demo': more.demo,
    'bulk': bulk.bulk,
    'client': more.terminal,
    'chain': chain.chain,
    'board': board.board,
    'timetable': timetable.timetable,
    'gantt': more.gantt,
    'vault': vault.vault,
}
