"""The statements of (k), which are what konakd itself sends, and of (b), the
floor: the same rows from a copy of the table with one plain policy."""

import os
import re
import time

from place import Failure, HERE

VERBS = {'list': 'customers.list', 'get': 'customers.get',
         'edit': 'customers.edit'}
FIELD = 'city'

COPY = '''
create schema bench;
create table bench.customers (like konak.customers including all);
insert into bench.customers ({columns}) select {columns}
    from konak.customers;
create table bench.audit (
	company_id uuid not null, at timestamptz not null default now(),
	id uuid not null default gen_random_uuid(), request_id uuid,
	user_id uuid, action text not null, record_id uuid, version integer,
	values jsonb not null, primary key (company_id, at, id));
create index on bench.audit (company_id, record_id, at);
create index on bench.audit (company_id, request_id);
alter table bench.customers enable row level security;
alter table bench.customers force row level security;
alter table bench.audit enable row level security;
alter table bench.audit force row level security;
create policy one on bench.customers using (company_id =
    (select current_setting('konak.company')::uuid));
create policy one on bench.audit using (company_id =
    (select current_setting('konak.company')::uuid));
alter table bench.customers set (fillfactor = 90);
grant usage on schema bench to konak_app;
grant all on all tables in schema bench to konak_app;
'''

# Each client of pgbench works on a record of its own, found once.
OWN = '''\\if :known = 0
begin;
{context};
select id, version from {table} where company_id = :company
    and deleted_at is null order by id limit 1 offset :client_id \\gset
commit;
\\set known 1
\\endif
'''
SET = "select set_config('konak.company', :company, true)"
ENTER = "select konak.enter(:hash, :company, '{}', false, null)"

COLUMNS = ("select coalesce((select string_agg(quote_ident(attname), ', ' "
           "order by attnum) from pg_attribute where attrelid = "
           "to_regclass('%s.customers') and attnum > 0 and not attisdropped "
           "and attgenerated = ''), '')")


def copy_tables(place):
    """A cluster that is kept may have the copy of an older table."""
    columns = place.big.sql(COLUMNS % 'konak')[0][0]
    if place.big.sql(COLUMNS % 'bench')[0][0] == columns:
        return
    place.big.sql('drop schema if exists bench cascade')
    place.big.sql(COPY.format(columns=columns))
    place.big.sql('vacuum (freeze, analyze) bench.customers')


def pipeline(statements):
    return '\\startpipeline\n' + ''.join(
        s.rstrip(';') + ';\n' for s in statements) + '\\endpipeline\n'


def floor_scripts(place):
    """(b): what performance.md calls the floor, over the same columns."""
    plain = ', '.join(r[0] for r in place.big.sql(
        "select attname from pg_attribute where attrelid = "
        "'konak.customers'::regclass and attnum > 0 and not attisdropped and "
        "attname not in ('company_id', 'search', 'deleted_at', "
        "'deleted_request') order by attnum"))
    where = ' where company_id = :company and '
    return {
        'list': pipeline([SET, 'select %s from bench.customers%s'
                          'deleted_at is null order by company_name collate '
                          '"tr-x-icu", id limit 50' % (plain, where)]),
        'get': OWN.format(context=SET, table='bench.customers') +
        pipeline([SET, 'select %s from bench.customers%sid = :id' % (
            plain, where)]),
        'edit': OWN.format(context=SET, table='bench.customers') +
        pipeline([SET, 'update bench.customers set %s = :version, version = '
                  'version + 1, updated_at = now()%sid = :id and version = '
                  ':version returning %s' % (FIELD, where, plain),
                  'insert into bench.audit (company_id, request_id, user_id, '
                  "action, record_id, version, values) values (:company, "
                  ":request, :user, 'CUSTOMER_UPDATE', :id, :version, "
                  "jsonb_build_object('title', 'x', 'old', "
                  "jsonb_build_object('%s', :version::text), 'new', "
                  "jsonb_build_object('%s', :version::text)))" % (
                      FIELD, FIELD)]) + '\\set version :version + 1\n',
    }


def log_all(place, on):
    settings = {'log_statement': "'all'", 'log_parameter_max_length': '-1',
                'log_error_verbosity': "'default'"}
    for name, value in settings.items():
        place.big.sql('alter system %s %s%s' % (
            'set' if on else 'reset', name, ' = ' + value if on else ''))
    place.big.sql('select pg_reload_conf()')
    time.sleep(0.5)


ENTRY = re.compile(r'^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] (\w+):  ?', re.M)
VALUE = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


def entries(text):
    """(statement, {number: literal}) of every execution in a log."""
    parts = ENTRY.split(text)[1:]
    out = []
    for kind, body in zip(parts[::2], parts[1::2]):
        body = ' '.join(body.split())
        if kind == 'LOG' and body.startswith('execute '):
            out.append((body.split(': ', 1)[1], {}))
        elif kind == 'DETAIL' and body.lower().startswith('parameters') \
                and out:
            out[-1][1].update(VALUE.findall(body))
    return out


def captured(place, kind, args, tokens):
    """The statements and parameters of one request in the middle of some."""
    log = place.dir + '/db/log'
    log_all(place, True)
    start = os.path.getsize(log)
    place.load(VERBS[kind], args, 1, 1, tokens)
    log_all(place, False)
    with open(log, encoding='utf-8', errors='replace') as f:
        f.seek(start)
        text = f.read()
    # What other connections sent meanwhile is no part of it.
    found = [e for e in entries(text) if 'konak.touch(' not in e[0] and
             'konak_push' not in e[0]]
    enters = [i for i, (sql, _) in enumerate(found) if 'konak.enter(' in sql]
    if len(enters) < 5:
        raise Failure('no statements of %s in the log' % VERBS[kind])
    return found[enters[3]:enters[4]]


def script_of(place, kind, found):
    """A pgbench script: values that differ from request to request become
    variables, the rest stands as it was sent."""
    out = []
    names = {}
    ids = set(place.big.ids)
    for sql, params in found:
        enter = 'konak.enter(' in sql

        def value(m):
            v = params[m.group(1)]
            n = m.group(1)
            plain = v[1:-1]
            if v == 'NULL':
                return 'null'
            if enter and n in '125':
                return {'1': ':hash', '2': ':company', '5': ':request'}[n]
            if plain in ids:
                return ':id'
            if kind == 'edit' and not enter:
                return ':version'       # the new text, and the version
            names.setdefault(plain, 'p%d' % len(names))
            return ':' + names[plain]
        out.append(re.sub(r'\$(\d+)', value, sql))
    script = pipeline(out)
    if kind != 'list':
        script = OWN.format(context=ENTER, table='konak.customers') + script
    if kind == 'edit':
        script += '\\set version :version + 1\n'
    return script, [(name, text) for text, name in names.items()]


def write(place, name, text):
    folder = place.build + '/tests/bench/sql'
    os.makedirs(folder, exist_ok=True)
    path = '%s/%s.sql' % (folder, name)
    with open(path, 'w') as f:
        f.write(text)
    return path
