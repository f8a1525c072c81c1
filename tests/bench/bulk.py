"""Many records: a bulk change, an import and an export, each against what the
database does for the same rows by itself."""

import os
import subprocess
import time
import uuid

from measure import median, ratio
from more import client
from place import Failure, rss_kib

OWN = 100000
CHANGED = 10000
IMPORTED = int(os.environ.get('KONAK_BENCH_IMPORT', '100000'))
PIECE = 500
WRONG = 300                     # rows of a file that are refused


def signed_in(b):
    b.need_server()
    os.environ.update({k: v for k, v in b.place.env().items()
                       if k.startswith(('KONAK_', 'PG'))})
    c = client().Client(timeout=600)
    with open(b.tokens) as f:
        c.resume(bytes.fromhex(f.readline().split()[0]))
    b.place.big.sql('update auth.sessions set auth_at = now()')
    return c


def timed(fn):
    began = time.monotonic()
    fn()
    return {'seconds': time.monotonic() - began}


def copy(b, text, table):
    """Rows through COPY, with the table's triggers and its audit."""
    done = subprocess.run(
        ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d',
         'konak_' + b.place.big.name, '-c',
         "select set_config('konak.company', '%s', "
         "false), set_config('konak.user', '%s', false)" % (
             b.place.big.company, b.place.big.owner), '-c',
         'copy %s from stdin' % table], input=text, env=b.place.env(),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise Failure(done.stderr)


def change(b, c):
    """10,000 records with their versions, and the same in one statement."""
    big = b.place.big
    b.place.big.sql(
        "set role konak_owner; set konak.audit = 'off'; "
        'insert into konak.customers (company_id, company_name) '
        "select '%s', 'Ölçüm ' || i from generate_series(1, %d) i" % (
            big.company, CHANGED))
    n = [0]

    def rows():
        return big.sql("select id, version from konak.customers where "
                       "company_id = '%s' and company_name like 'Ölçüm %%' "
                       'order by id' % big.company)

    def konak():
        got = rows()
        n[0] += 1
        args = {'ids': [r[0] for r in got],
                'versions': [int(r[1]) for r in got],
                'set': {'sector': 'k%d' % n[0]}}
        return timed(lambda: c.call('customers.edit_many', **args))

    def sql():
        n[0] += 1
        text = ("begin; select konak.enter('\\x%s', '%s', "
                "'{customers.edit}', true, '%s'); set local role konak_app; "
                "update konak.customers set sector = 's%d' where company_id "
                "= (select konak.company()) and company_name like 'Ölçüm %%'; "
                'commit' % (b.hash, big.company, client().uuid7(), n[0]))
        return timed(lambda: big.sql(text))

    got = b.rounds.run('bulk change', {'konak': konak, 'sql': sql})
    b.table.add('bulk change of 10,000 records, of one UPDATE with audit',
                0.7, ratio(got['sql'], got['konak'], 'seconds'),
                note='%.0f a second' % (CHANGED / median(
                    [x['seconds'] for x in got['konak']])))


def wrong(n):
    return n % (IMPORTED // WRONG) == 0


def cells(n):
    return ['Aktarım %d Ltd. Şti.' % n, 'Kişi %d' % n, 'nobody' if wrong(n)
            else 'a%d@x.example' % n, 'Rize']


def load(b, c):
    """The pieces of a file, a trial, and the run; against COPY."""
    big = b.place.big

    def konak():
        rid = client().uuid7()
        c.call('customers.import', rid=rid, file='bench.csv',
               header=['a', 'b', 'c', 'd'],
               columns=['company_name', 'contact_person', 'email', 'city'])
        for at in range(1, IMPORTED + 1, PIECE):
            c.call('customers.import_rows', **{
                'import': rid, 'from': at, 'rows': [
                    cells(i) for i in range(at, min(at + PIECE,
                                                    IMPORTED + 1))]})
        out = timed(lambda: c.call('customers.import_run', rows=IMPORTED,
                                   skip=True, **{'import': rid}))
        if not b.quick:
            c.call('imports.undo', id=rid)
        return out

    def plain():
        text = ''.join('%s\t%s\t%s\n' % (
            big.company, uuid.UUID(int=uuid.uuid4().int), '\t'.join(cells(i)))
            for i in range(1, IMPORTED + 1) if not wrong(i))
        out = timed(lambda: copy(
            b, text, 'konak.customers (company_id, id, company_name, '
            'contact_person, email, city)'))
        big.sql("set role konak_owner; update konak.customers set deleted_at "
                "= now() where company_id = '%s' and company_name like "
                "'Aktarım %%' and deleted_at is null" % big.company)
        return out

    got = b.rounds.run('import', {'copy': plain, 'konak': konak},
                       1 if b.quick else None)
    b.table.add('import of %d customers, %d of them wrong, rows a second of '
                "COPY with the table's triggers" % (IMPORTED, WRONG), 0.5,
                ratio(got['copy'], got['konak'], 'seconds'),
                note='%.0f a second' % (IMPORTED / median(
                    [x['seconds'] for x in got['konak']])))


def export(b, c):
    """What konakd grows by while a whole company leaves it."""
    b.place.big.sql('update auth.sessions set auth_at = now()')
    before = rss_kib(b.place.server.pid)
    begun = c.call('customers.export')
    after, rows, most = None, 0, before
    while True:
        out = c.call('customers.export_rows', export=begun['export'],
                     limit=1000, **({'after': after} if after else {}))
        rows += len(out['rows'])
        after = out['next']
        most = max(most, rss_kib(b.place.server.pid))
        if not after:
            break
    b.table.add('konakd while %d records are exported' % rows, 16,
                (most - before) / 1024, ' MiB more', most=True)


def undo(b, c):
    """A bulk change that is taken back, of the change itself."""
    rows = b.place.big.sql(
        'select id, version from konak.customers where company_id = '
        "'%s' and company_name like 'Ölçüm %%' order by id limit %d" % (
            b.place.big.company, CHANGED))
    rid = client().uuid7()
    there = timed(lambda: c.call(
        'customers.edit_many', rid=rid, ids=[r[0] for r in rows],
        versions=[int(r[1]) for r in rows], set={'city': str(rid)[:8]}))
    back = timed(lambda: c.call('records.undo', request=rid))
    b.table.add('undo of a bulk change of 10,000 records, of the change', 2,
                back['seconds'] / there['seconds'], most=True,
                note='%.1f s' % back['seconds'])


def search(b, c):
    """All that a role may see, against one list."""
    def times(verb, **args):
        out = []
        for _ in range(40):
            began = time.monotonic()
            c.call(verb, **args)
            out.append(time.monotonic() - began)
        return median(out)
    got = b.rounds.run('search', {
        'list': lambda: times('customers.list'),
        'all': lambda: times('search.all', text='yıldız')})
    b.table.add("search of everything, p50 of a list's", 1,
                ratio(got['all'], got['list']), most=True,
                note='%.1f ms' % (median(got['all']) * 1e3))


def own(b, c):
    """A page sorted by a field that the company has added, which no index
    sorts, over all of its customers."""
    big = b.place.big
    made = c.call('custom_field_defs.create', record_type='customers',
                  name='Ölçü', kind='int')
    key = big.sql("select key from konak.custom_field_defs where id = '%s'" %
                  made['id'])[0][0]
    big.sql('set session_replication_role = replica; '
            'insert into konak.customers (company_id, company_name, custom) '
            "select '%s', 'Alan ' || i, jsonb_build_object('%s', "
            '(random() * 1e6)::int::text) from generate_series(1, %d) i' % (
                big.company, key, OWN))
    big.sql('vacuum analyze konak.customers')
    out = []
    for _ in range(20):
        began = time.monotonic()
        c.call('customers.list', sort=key)
        out.append(time.monotonic() - began)
    b.table.add('list of %d customers by an own field, p50' % OWN, 150,
                median(out) * 1e3, ' ms', most=True)
    big.sql("delete from konak.customers where company_id = '%s' and custom "
            "? '%s'" % (big.company, key))
    c.call('custom_field_defs.delete', id=made['id'], version=1)


def bulk(b):
    c = signed_in(b)
    search(b, c)
    change(b, c)
    undo(b, c)
    export(b, c)
    load(b, c)
    own(b, c)
