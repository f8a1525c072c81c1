-- 0063-consents.sql - who may be sent marketing, by which channel.

create type konak.consent_channel as enum
    ('call', 'sms', 'email', 'whatsapp');
create type konak.consent_state as enum
    ('onay', 'ret');
create type konak.consent_source as enum
    ('form', 'website', 'phone', 'email', 'whatsapp', 'contract', 'iys');

create table konak.consents (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	contact_id uuid not null,
	channel konak.consent_channel not null default 'email',
	state konak.consent_state not null,
	decided_at timestamptz not null default konak.now(),
	source konak.consent_source not null default 'form',
	proof text not null,
	is_current boolean not null default true,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint consents_pkey primary key (company_id, id),
	constraint consents_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint consents_contact_id_fkey foreign key (company_id, contact_id)
	    references konak.customer_contacts,
	constraint consents_proof_length check (length(proof) between 1 and 500),
	constraint consents_decided_at_past check
	    (decided_at <= created_at + interval '1 day')
);

select konak.sort_index('konak.consents', 'decided_at', '{contact_id}');
select konak.sort_index('konak.consents', 'decided_at', '{channel}');
select konak.sort_index('konak.consents', 'decided_at', '{state}');
select konak.sort_index('konak.consents', 'decided_at');
select konak.sort_index('konak.consents', 'decided_at', '{is_current}');

select konak.protect('konak.consents', '{"record": "consents", "module": "customers", "audit": "CONSENT", "title": "proof", "view": {"customers.view": "all"}, "create": {"customers.edit": "all"}, "once": ["contact_id", "channel", "state", "decided_at", "source", "proof"], "readonly": ["is_current"], "quiet": ["is_current"], "parent": {"table": "customer_contacts", "column": "contact_id"}}'::jsonb);

-- The newest decision of a person on a channel is the one in force.
select konak.protect_define('consents_newest', $f$
begin
	update konak.consents c set is_current = c.id = (
	    select n.id from konak.consents n
	    where n.company_id = new.company_id and n.contact_id = new.contact_id
		and n.channel = new.channel and n.deleted_at is null
	    order by n.decided_at desc, n.id desc limit 1)
	where c.company_id = new.company_id and c.contact_id = new.contact_id
	    and c.channel = new.channel and c.deleted_at is null;
	return null;
end $f$);
create trigger consents_20_newest after insert on konak.consents
    for each row execute function konak.consents_newest();

-- Whether marketing may go to a person by a channel: only with a consent in
-- force. What serves an order, a bill or a question needs none.
create function konak.consent_ok(contact uuid, by konak.consent_channel)
    returns boolean
language sql stable
as $$
	select exists (select from konak.consents c
	    where c.company_id = konak.company() and c.contact_id = contact
		and c.channel = by and c.is_current and c.state = 'onay'
		and c.deleted_at is null)
$$;
grant execute on function konak.consent_ok(uuid, konak.consent_channel)
    to konak_app, konak_definer;
