"""What the audit chain costs writers: edits with and without its trigger, of
the same statements, in one company and spread over all."""

import hashlib
import secrets

import statements
from measure import median, pgbench, ratio

CLIENTS = 16
TRIGGER = 'alter table konak.audit_logs %s trigger audit_logs_90_chain'
SEATS = '''
create schema if not exists bench;
drop table if exists bench.seats;
create table bench.seats as
select row_number() over (order by random()) - 1 as n, c.id as company,
    m.user_id as person, null::text as hash
from konak.companies c
cross join lateral (select x.user_id from konak.memberships x
    where x.company_id = c.id and x.is_owner and x.deleted_at is null
    order by x.user_id limit 1) m
where c.company_type <> 'group' and exists (select from konak.customers k
    where k.company_id = c.id);
grant usage on schema bench to konak_app;
grant select on bench.seats to konak_app;
'''
# A client's company, as if drawn by lot: some share one.
SEAT = '''\\if :known = 0
\\set seat mod(:client_id * 7919 + :client_id * :client_id, :seats)
select company, hash from bench.seats
    where n = :seat \\gset
\\endif
'''


def seats(b):
    """A session of its owner in each company; how many there are."""
    big = b.place.big
    big.sql(SEATS)
    rows = big.sql('select n, company, person from bench.seats')
    for n, company, person in rows:
        token = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
        big.sql("insert into auth.sessions (token_hash, user_id, company_id, "
                "expires_at, idle_until, two_fa_method) values ('\\x%s', "
                "'%s', '%s', now() + '1 day', now() + '1 day', 'totp'); "
                "update bench.seats set hash = '\\x%s' where n = %s" % (
                    token, person, company, token, n))
    return len(rows)


def chain(b):
    b.need_scripts('edit')
    script, names = b.k['edit']
    with open(script) as f:
        spread = statements.write(b.place, 'edit-spread', SEAT + f.read())
    wide = [(k, v) for k, v in names if k not in ('company', 'hash')] + \
        [('seats', str(seats(b)))]

    def run(path, variables, on):
        def once():
            b.place.big.sql(TRIGGER % ('enable' if on else 'disable'))
            return pgbench(b.place, path, CLIENTS, b.seconds, variables)
        return once
    try:
        got = b.rounds.run('audit chain', {
            'spread': run(spread, wide, True),
            'spread, none': run(spread, wide, False),
            'one': run(script, names, True),
            'one, none': run(script, names, False)})
    finally:
        b.place.big.sql(TRIGGER % 'enable' +
                        '; select konak.audit_chain_rest()')
    for what, goal, words in (('spread', .65, 'writers spread over %d '
                               'companies' % int(wide[-1][1])),
                              ('one', .22, 'writers in one company')):
        b.table.add('audit chain: %s, of the rate without' % words, goal,
                    ratio(got[what], got[what + ', none'], 'rate'),
                    note='%d connections, %.0f a second without' % (
                        CLIENTS, median([x['rate']
                                         for x in got[what + ', none']])))
