"""The vault: how soon a secret is there, how many in a second, and what others
notice while keys change and while many sign in."""

import os
import subprocess
import sys
import threading
import time

from measure import family, median, ratio
from more import client
from place import SRC, TICK, Failure

COUNT = 100000                  # secrets that are sealed anew
LOOKERS = 2                     # people who look at lists meanwhile
PACE = 0.04                     # a list each, so often
KNOCKS = 20                     # sign-ins a second
SHOWN = 200

# Signs in KNOCKS times a second, whoever is there, and counts who was told.
KNOCK = '''
import sys, threading, time
sys.path.insert(0, %r)
import konak
accounts = [x.split() for x in open(sys.argv[1])]
accounts = [(a[0], a[1]) for a in accounts if len(a) > 1]
told, waited, lock = [0], [0], threading.Lock()
def one(email, password):
    try:
        c = konak.Client(timeout=120)
        began = time.monotonic()
        n = c.ask('auth.sign_in', {'email': email, 'password': password})
        try:
            c.answer(n)
        except konak.Refused:
            pass
        with lock:
            told[0] += any('place' in p for p in c.progress.get(n, []))
            waited[0] += time.monotonic() - began > 1
    except OSError:
        pass
print('ready', flush=True)
threads, began = [], time.monotonic()
while time.monotonic() - began < float(sys.argv[2]):
    t = threading.Thread(target=one, args=accounts[len(threads) %% len(accounts)])
    t.start()
    threads.append(t)
    time.sleep(max(0, began + len(threads) / %d - time.monotonic()))
for t in threads:
    t.join()
print(len(threads), told[0], waited[0])
'''


def signed_in(b, n):
    out = []
    with open(b.tokens) as f:
        for line in f.readlines()[:n]:
            c = client().Client(timeout=120)
            c.resume(bytes.fromhex(line.split()[0]))
            out.append(c)
    return out


def p(times, part):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * part))] * 1e3


class Lookers:
    """People who turn pages of customers at their own pace."""

    def __init__(self, people):
        self.times, self.stop = [], threading.Event()
        self.threads = [threading.Thread(target=self.look, args=(c,))
                        for c in people]
        for t in self.threads:
            t.start()

    def look(self, c):
        while not self.stop.is_set():
            began = time.monotonic()
            c.call('customers.list', limit=50)
            took = time.monotonic() - began
            self.times.append(took)
            time.sleep(max(0, PACE - took))

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join()
        return self.times


def looked(people, seconds):
    lookers = Lookers(people)
    time.sleep(seconds)
    return lookers.end()


def entries(b, c):
    """Sealed ones, and no limit of the hour."""
    b.place.big.sql('update auth.sessions set auth_at = now()')
    rule = c.rows('vault_settings.list')[0]
    if rule:
        c.call('vault_settings.edit', id=rule[0]['id'],
               version=rule[0]['version'], hourly_limit=0, alarm_after=0)
    else:
        c.call('vault_settings.create', id=client().uuid7(), hourly_limit=0,
               alarm_after=0)
    return [c.call('credentials.create', id=client().uuid7(),
                   title='Ölçüm %d' % i, password='Parola-%d-x' % i)['id']
            for i in range(64)]


def reveal(b, c, ids):
    times = []
    for i in range(SHOWN):
        began = time.monotonic()
        c.call('credentials.reveal', id=ids[i % len(ids)], field='password')
        times.append(time.monotonic() - began)
    b.table.add('reveal, asked and answered, p95', 50, p(times, .95), ' ms',
                most=True, note='p50 %.1f ms' % p(times, .5))
    args = [{'id': str(i), 'field': 'password'} for i in ids]
    got = b.rounds.run('reveal', {
        'reveal': lambda: b.place.load('credentials.reveal', args, 8,
                                       b.seconds, b.tokens),
        'edit': lambda: b.load('edit', 8)})
    b.table.add('reveals of the rate of edits with audit', 0.5,
                ratio(got['reveal'], got['edit'], 'rate'),
                note='%.0f a second' % median(
                    [x['rate'] for x in got['reveal']]))


def rotate(b, people, ids):
    """A copy of a box keeps its place, and so opens."""
    count = COUNT // 2 if b.quick else COUNT
    b.place.big.sql(
        "insert into konak.secrets (company_id, id, record_type, record_id, "
        "field, box, created_at) select company_id, gen_random_uuid(), "
        "record_type, record_id, field, box, created_at from konak.secrets, "
        "generate_series(1, %d) where record_id = '%s'; "
        'analyze konak.secrets' % (count, ids[0]))
    alone = looked(people, 3)
    lookers = Lookers(people)
    began = time.monotonic()
    busy = family(b.rounds.roots())
    done = subprocess.run([b.place.build + '/konakctl', 'keys', 'rotate',
                           '--tenant', b.place.big.name],
                          env=b.place.env(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    took = time.monotonic() - began
    busy = (family(b.rounds.roots()) - busy) * TICK
    beside = lookers.end()
    if done.returncode:
        raise Failure(done.stdout)
    b.table.add('keys rotated, secrets a second', 5000, count / took,
                note='%d beside %d people who look at lists, %.0f µs of CPU '
                'each with theirs' % (count, len(people), busy / count))
    b.table.add("p99 of others' lists while keys are rotated, of that before",
                2, p(beside, .99) / p(alone, .99), most=True,
                note='%.1f ms before' % p(alone, .99))


def crowd(b, people):
    seconds = 10                # the p99 of 500 lists: of 5 of them
    accounts = b.place.env()['KONAK_ACCOUNTS']
    alone = looked(people, seconds)
    knock = subprocess.Popen([sys.executable, '-c', KNOCK % (
        SRC + '/tests', KNOCKS), accounts, str(seconds)], env=b.place.env(),
        stdout=subprocess.PIPE, text=True)
    knock.stdout.readline()
    beside = looked(people, seconds)
    n, told, waited = map(int, knock.stdout.readline().split())
    knock.wait()
    b.table.add("p99 of others' lists while %d people a second sign in, of "
                'that before' % KNOCKS, 1.5,
                p(beside, .99) / p(alone, .99), most=True,
                note='%.1f ms before' % p(alone, .99))
    b.table.add('of those who wait more than a second, told their place', 1,
                min(1, told / max(waited, 1)),
                note='%d came, %d waited, %d were told' % (n, waited, told))


def vault(b):
    b.need_server()
    os.environ.update({k: v for k, v in b.place.env().items()
                       if k.startswith(('KONAK_', 'PG'))})
    people = signed_in(b, LOOKERS + 1)
    ids = entries(b, people[0])
    reveal(b, people[0], ids)
    rotate(b, people[1:], ids)
    crowd(b, people[1:])
