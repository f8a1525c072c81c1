"""A board of 10,000 cards: how soon it opens, what a move costs, and when the
others hear of it; what the client has to do for it."""

import random
import time

import bulk
from measure import median, ratio
from more import client, told

CARDS = 10000
COLUMNS = ('new', 'contacted', 'meeting_scheduled', 'proposal_sent',
           'negotiation')
MOVES = 200

# The first 30 of each column and all the counts, with nothing around it.
BARE = (
    "select t.* from (values ('new'::konak.lead_status), ('contacted'), "
    "('meeting_scheduled'), ('proposal_sent'), ('negotiation')) c(s) "
    'cross join lateral (select x.* from konak.leads x where '
    "x.company_id = '{0}' and x.status = c.s and x.deleted_at is null "
    'order by x.sort_order, x.id limit 30) t; '
    'select status, count(*), sum(expected_value), sum(weighted_value) '
    "from konak.leads where company_id = '{0}' and deleted_at is null "
    'group by status')


def fill(big):
    big.sql(
        "set role konak_owner; set konak.audit = 'off'; "
        'delete from konak.leads where company_id = \'{0}\'; '
        'insert into konak.leads (company_id, company_name, status, '
        "sort_order, expected_value) select '{0}', 'Kart ' || n, "
        "(array['{1}'])[1 + n % 5]::konak.lead_status, konak.board_nth(n), n "
        'from generate_series(1, {2}) n; analyze konak.leads'.format(
            big.company, "','".join(COLUMNS), CARDS))


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]


def timed(fn, times):
    took = []
    for _ in range(times):
        began = time.monotonic()
        fn()
        took.append(time.monotonic() - began)
    return took


def moves(c, other, ids):
    """Milliseconds until a move is stored, and until the other one has heard
    and asked for the card."""
    stored, seen = [], []
    rng = random.Random(1)
    for _ in range(MOVES):
        id = rng.choice(ids)
        version = c.call('leads.get', id=id)['version']
        other.pushes.clear()
        began = time.monotonic()
        c.call('leads.move', id=id, version=version,
               column=rng.choice(COLUMNS), after=rng.choice(ids))
        stored.append((time.monotonic() - began) * 1000)
        other.push(5)
        other.call('leads.board', ids=[id])
        seen.append((time.monotonic() - began) * 1000)
    return stored, seen


def board(b):
    c = bulk.signed_in(b)
    big = b.place.big
    fill(big)
    other = client().Client(timeout=60).resume(c.token)
    other.call('watch.start', type='leads')
    ids = [r[0] for r in big.sql(
        "select id from konak.leads where company_id = '%s' order by id "
        'limit 500' % big.company)]
    got = b.rounds.run('board', {
        'konak': lambda: {'s': median(timed(
            lambda: c.call('leads.board'), 10))},
        'bare': lambda: {'s': median(timed(
            lambda: big.sql(BARE.format(big.company)), 10))}})
    b.table.add('board of 10,000 cards, first answer', 150, median(
        [x['s'] for x in got['konak']]) * 1000, ' ms', most=True)
    b.table.add('of the bare statements through psql', 1.5, ratio(
        got['konak'], got['bare'], 's'), most=True)
    got = b.rounds.run('moves', {'moves': lambda: dict(zip(
        ('stored', 'seen'), (p95(x) for x in moves(c, other, ids))))})
    b.table.add('a move is stored, p95', 20, median(
        [x['stored'] for x in got['moves']]), ' ms', most=True)
    b.table.add('and known on another screen, p95', 200, median(
        [x['seen'] for x in got['moves']]), ' ms', most=True)
    told(b, 'tui/board')
