"""Rounds, and how much other programs disturbed them; pgbench."""

import glob
import math
import os
import statistics
import subprocess
import sys

from place import Failure

NOISE = 0.05                    # of the processors, by other programs


def machine():
    """Busy and total jiffies of all processors."""
    with open('/proc/stat') as f:
        v = [int(x) for x in f.readline().split()[1:9]]
    return sum(v) - v[3] - v[4], sum(v)


def family(roots):
    """Jiffies of these processes and of all that they started, the dead
    ones that were waited for among them."""
    parent, spent = {}, {}
    for path in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(path) as f:
                text = f.read()
        except OSError:
            continue
        pid = int(text.split(' ', 1)[0])
        v = text.rsplit(')', 1)[1].split()
        parent[pid] = int(v[1])
        spent[pid] = sum(int(x) for x in v[11:15])
    total = 0
    for pid in spent:
        p = pid
        while p and p not in roots:
            p = parent.get(p, 0)
        total += spent[pid] if p else 0
    return total


class Rounds:
    """Runs the same things in turn until enough rounds were quiet; when the
    machine never is, the quietest rounds count, and the report says so."""

    def __init__(self, place, wanted, patience):
        self.place = place
        self.wanted = wanted
        self.patience = patience
        self.loudest = 0.0      # of the rounds that count
        self.thrown = 0

    def roots(self):
        pids = {os.getpid(), self.place.postmaster}
        if self.place.server:
            pids.add(self.place.server.pid)
        return pids

    def run(self, title, things, wanted=None):
        """things: {name: function}; returns {name: [result a round]}."""
        done = []
        wanted = wanted or self.wanted
        for n in range(wanted * self.patience):
            busy, total = machine()
            own = family(self.roots())
            row = {name: fn() for name, fn in things.items()}
            busy, total = (b - a for a, b in zip((busy, total), machine()))
            own = family(self.roots()) - own
            noise = max(0.0, (busy - own) / max(total, 1))
            done.append((noise, row))
            print('%s: round %d, others used %.0f %%' % (
                title, n + 1, noise * 100), file=sys.stderr)
            if sum(d[0] <= NOISE for d in done) == wanted:
                break
        done.sort(key=lambda d: d[0])
        self.thrown += len(done) - wanted
        done = done[:wanted]
        self.loudest = max(self.loudest, done[-1][0])
        return {name: [row[name] for _, row in done] for name in things}


def median(values):
    return statistics.median(values)


def ratio(a, b, key=None):
    """The median of the rounds' own ratios."""
    pick = (lambda x: x[key]) if key else (lambda x: x)
    return median([pick(x) / pick(y) for x, y in zip(a, b)])


WARM = 0.5                      # seconds of pgbench that do not count


def pgbench(place, script, clients, seconds, variables=()):
    """rate, and p50 and p99 of its transactions in milliseconds; without its
    beginning, in which each connection reads catalogues and plans."""
    for old in glob.glob(place.dir + '/pgbench_log*'):
        os.unlink(old)
    args = [place.bin + '/pgbench', '-n', '-M', 'prepared', '-T',
            str(math.ceil(seconds + WARM + clients / 32)), '-c',
            str(clients), '-j', str(min(clients, 2)), '-l', '-f', script]
    for name, value in variables:
        args += ['-D', '%s=%s' % (name, value)]
    done = subprocess.run(args, env=place.app_env(), cwd=place.dir,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    if done.returncode:
        raise Failure('pgbench: ' + '; '.join(
            x for x in done.stdout.splitlines() if 'error' in x))
    ends = []
    for path in glob.glob(place.dir + '/pgbench_log*'):
        with open(path) as f:
            for line in f:
                v = line.split()
                ends.append((int(v[4]) * 1000000 + int(v[5]), int(v[2])))
        os.unlink(path)
    if not ends:
        raise Failure('pgbench: no transaction in time')
    begun = min(end - took for end, took in ends) + WARM * 1e6
    last = max(ends)[0]
    times = sorted(took for end, took in ends if end - took >= begun)
    if not times:
        raise Failure('pgbench: nothing after its first half second')
    return {'rate': len(times) * 1e6 / (last - begun),
            'p50_ms': times[len(times) // 2] / 1e3,
            'p99_ms': times[len(times) * 99 // 100] / 1e3}
