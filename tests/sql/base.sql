-- The functions of 0001: ids in order, folding, checks of numbers, settings.

begin;
select plan(76);

-- ids -------------------------------------------------------------------------

select is((select count(*) from (select id, lag(id) over (order by n) as last
    from (select n, konak.uuid7() as id from generate_series(1, 5000) n) x) y
    where id <= last and substr(id::text, 1, 18) < substr(last::text, 1, 18)),
    0::bigint, '5,000 ids come in the order of their making');
select is((select count(distinct konak.uuid7()) from generate_series(1, 5000)),
    5000::bigint, 'and are all different');
select matches(konak.uuid7()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
    'version 7, variant 10');
select cmp_ok(abs(extract(epoch from clock_timestamp()) * 1000 - ('x' || lpad(
    substr(replace(konak.uuid7()::text, '-', ''), 1, 12), 16, '0'))::bit(64)::bigint),
    '<', 1000::numeric, 'the first 48 bits are the time in milliseconds');

-- folding: the same vectors as lib/tr.c ---------------------------------------

\getenv src KONAK_SRC
\if :{?src}
\else
\set src .
\endif
\setenv FOLD :src/tests/fold.tsv
\set vectors `cat "$FOLD"`
create temp table fold as
select split_part(l, E'\t', 1) as t, split_part(l, E'\t', 2) as f
from regexp_split_to_table(:'vectors', E'\n') l
where l !~ '^#' and l like E'%\t%';
select cmp_ok((select count(*) from fold), '>', 40::bigint,
    'tests/fold.tsv has been read');
select results_eq($$select t, konak.fold(t) from fold order by t$$,
    $$select t, f from fold order by t$$, 'konak.fold() agrees with it');
select is(konak.fold(t), 'seker', 'folds ' || t)
from unnest(array['SEKER', 'şeker', 'Şeker', 'ŞEKER']) t;
select is(konak.fold('Iğdır İZMİR ılıca'), 'igdir izmir ilica',
    'the four i''s are one');
select is(konak.fold(null), null, 'nothing folds to nothing');

-- numbers ---------------------------------------------------------------------

select is(konak.vkn_ok(t), true, 'VKN ' || t)
from unnest(array['4540536920', '3297552117', '1729171602', '1234567890']) t;
select is(konak.vkn_ok(t), false, 'no VKN: ' || t)
from unnest(array['4540536921', '1111111111', '123456789', '12345678901',
    '123456789a', '', ' 4540536920', '４５４０５３６９２０']) t;
select is(konak.tckn_ok(t), true, 'TCKN ' || t)
from unnest(array['17291716060', '10000000146']) t;
select is(konak.tckn_ok(t), false, 'no TCKN: ' || t)
from unnest(array['17291716050', '07291716060', '1729171606', '11111111111', '']) t;
select is(konak.tax_no_ok(t), true, 'tax number ' || t)
from unnest(array['4540536920', '17291716060']) t;
select is(konak.iban_ok(t), true, 'IBAN ' || t)
from unnest(array['TR330006100519786457841326', 'DE89370400440532013000',
    'GB82WEST12345698765432']) t;
select is(konak.iban_ok(t), false, 'no IBAN: ' || t)
from unnest(array['TR330006100519786457841327', 'TR33000610051978645784132',
    'tr330006100519786457841326', 'TR33 0006 1005 1978 6457 8413 26', '',
    'TR330006110519786457841326']) t;
select is(konak.phone_ok(t), true, 'phone ' || t)
from unnest(array['+905321234567', '+12025550123']) t;
select is(konak.phone_ok(t), false, 'no phone: ' || t)
from unnest(array['05321234567', '+0532123456', '+90 532 123 45 67', '+1234567890123456', '']) t;
select is(konak.email_ok(t), true, 'e-mail ' || t)
from unnest(array['a@b.co', 'ali.veli+x@alt.örnek.com.tr']) t;
select is(konak.email_ok(t), false, 'no e-mail: ' || t)
from unnest(array['a@b', '@b.co', 'a b@c.co', 'a@b..co', 'a@@b.co', '',
    E'a\t@b.co', 'a@b.co' || repeat('m', 250)]) t;
select is(konak.url_ok(t), true, 'address ' || t)
from unnest(array['https://www.örnek.com.tr/a?b=c', 'ornek.com']) t;
select is(konak.url_ok(t), false, 'no address: ' || t)
from unnest(array['javascript:alert(1)', 'ornek', 'https://a b.com']) t;
select is(konak.networks_ok(n), ok, 'networks ' || n::text)
from (values ('{local,10.0.0.0/8,192.168.1.5,2001:db8::/32}'::text[], true),
    ('{10.0.0.1/8}', true), ('{evim}', false), ('{300.1.1.1}', false)) v(n, ok);

-- settings --------------------------------------------------------------------

select ok(konak.company() is null and konak.me() is null
    and konak.request() is null, 'no setting: no company, no person');
select is(konak.may('customers.view'), false, 'and no right');
do $$ begin perform set_config('konak.rights',
    '|tasks.view_all=team|customers.view=all|', true); end $$;
select is(konak.may('customers.view'), true, 'a right that is held');
select is(konak.may('customers'), false, 'half a code is none');
select is(konak.may('view'), false, 'nor is its end');
select is(konak.scope('tasks.view_all'), 'team', 'its scope');
select is(konak.may('tasks.view_all', 'all'), false, 'another scope is not held');
select is(konak.scope('tasks.view_own'), null, 'no right, no scope');

select * from finish();
rollback;
