"""A school of 60 classes whose week is full: how soon it is planned, and what a
lesson in the hand costs."""

import hashlib
import random
import secrets
import subprocess
import time

import bulk
from board import p95, timed
from largeschool import large_school
from measure import median
from more import client
from place import TICK, Failure, ticks

TIMES = 60


def planner(b):
    """Somebody who plans a school's timetables, signed in."""
    bulk.signed_in(b)
    big = b.place.big
    found = big.sql(
        'select c.id, m.user_id from konak.companies c join konak.memberships '
        'm on m.company_id = c.id and m.is_owner join konak.academic_years y '
        "on y.company_id = c.id where c.kind = 'school' limit 1")
    if not found:
        raise Failure('no school in the tenant')
    token = secrets.token_bytes(32)
    big.sql('insert into auth.sessions (token_hash, user_id, company_id, '
            'expires_at, idle_until, two_fa_method) values '
            "('\\x%s', '%s', '%s', now() + '1 day', now() + '1 day', 'totp')"
            % (hashlib.sha256(token).hexdigest(), found[0][1], found[0][0]))
    return client().Client(timeout=600).resume(token), token


def imported(c, text):
    upload = client().uuid7()
    data = text.encode()
    for n in range(0, len(data), 40000):
        c.call('timetable.upload', upload=upload, part=n // 40000,
               data=data[n:n + 40000])
    return c.call('timetable.import', upload=upload, name='Ölçü')['id']


def generated(b, c, plan):
    """The job's end, and the longest time without news of it."""
    job = c.call('timetable.generate', timetable=plan, limit=120)['job']
    heard, last, gap = time.monotonic(), None, 0.0
    while True:
        state = c.call('timetable.job', job=job)
        lease = b.place.big.sql('select due_at from konak.jobs where id = '
                                "'%s'" % job)
        if lease != last:
            gap, heard, last = (max(gap, time.monotonic() - heard),
                                time.monotonic(), lease)
        if state['state'] not in ('waiting', 'running'):
            return state, max(gap, time.monotonic() - heard)
        time.sleep(0.05)


def planned(b, c, seed):
    spent = ticks(b.place.server.pid, children=True) - \
        ticks(b.place.server.pid)
    began = time.monotonic()
    plan = imported(c, large_school(seed))
    stored = time.monotonic()
    state, gap = generated(b, c, plan)
    ended = time.monotonic()
    if not (state['result'] or {}).get('solved'):
        raise Failure('not solved: %r' % state)
    engine = (ticks(b.place.server.pid, children=True)
              - ticks(b.place.server.pid) - spent) * TICK / 1e6
    return {'plan': plan, 'generate': ended - stored, 'gap': gap,
            'of': (ended - began) / (2 * engine + 5)}


def engine_runs(b):
    return subprocess.call(['pgrep', '-P', str(b.place.server.pid), 'fet-cl'],
                           stdout=subprocess.DEVNULL) == 0


def cancelled(b, c, plan):
    job = c.call('timetable.generate', timetable=plan, limit=120)['job']
    until = time.monotonic() + 30
    while not engine_runs(b) and time.monotonic() < until:
        time.sleep(0.01)
    began = time.monotonic()
    c.call('jobs.cancel', id=job)
    while engine_runs(b) and time.monotonic() < until:
        time.sleep(0.01)
    return time.monotonic() - began


def moved(c, other, plan):
    """Milliseconds to judge each slot for a lesson, to store a move, and until
    the other one has heard of it."""
    lessons = c.call('timetable.load', timetable=plan)['lessons']
    rng = random.Random(1)
    judged, stored, seen = [], [], []
    for row in rng.sample(lessons, TIMES):
        judged += timed(lambda row=row: c.call('timetable.slots',
                                               lesson=row[1]), 1)
        for verb, place in (('remove', {}), ('place', {
                'day': row[10], 'period': row[11] % 100})):
            other.pushes.clear()
            began = time.monotonic()
            c.call('timetable.' + verb, lesson=row[1], **place)
            stored.append(time.monotonic() - began)
            other.push(5)
            seen.append(time.monotonic() - began)
    return {name: p95(x) * 1000 for name, x in (
        ('judged', judged), ('stored', stored), ('seen', seen))}


def timetable(b):
    c, token = planner(b)
    got = b.rounds.run('60 classes', {'plan': lambda: planned(
        b, c, 6)})['plan']
    b.table.add('a school of 2,400 hours, generated and stored', 15, median(
        [x['generate'] for x in got]), ' s', most=True)
    b.table.add('it came in and was generated, of twice the engine and 5 s', 1,
                median([x['of'] for x in got]), most=True)
    b.table.add('the longest time without progress', 1, median(
        [x['gap'] for x in got]), ' s', most=True)
    plan = got[0]['plan']
    other = client().Client(timeout=60).resume(token)
    other.call('watch.start', type='timetable_entries')
    got = b.rounds.run('moves of lessons', {'moves': lambda: moved(
        c, other, plan)})['moves']
    for name, goal, what in (
            ('judged', 50, 'a lesson in the hand: every slot judged, p95'),
            ('stored', 20, 'a lesson is moved, p95'),
            ('seen', 200, 'and known on another screen, p95')):
        b.table.add(what, goal, median([x[name] for x in got]), ' ms',
                    most=True)
    got = b.rounds.run('cancel', {'cancel': lambda: cancelled(b, c, plan)})
    b.table.add('a cancelled engine is gone', 2, median(got['cancel']), ' s',
                most=True)
