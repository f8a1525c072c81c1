"""Valid records of any type, made from its definition alone, so that a new
record type enters the generated tests by itself."""

import os
from datetime import datetime, timedelta

from konak import admin_sql, uuid7

VALUES = {
    'text': 'Deneme', 'longtext': 'Uzun deneme', 'email': 'a%d@x.example',
    'phone': '+90532111%04d', 'url': 'https://x%d.example', 'int': 3,
    'decimal': '1.5', 'money': '12.50', 'percent': '10', 'date': '2025-12-19',
    'time': '10:30', 'timestamp': '2025-12-19T10:30:00.000000Z',
    'duration': 60, 'bool': True, 'vkn': '4540536920', 'tckn': '10000000146',
    'tax_no': '4540536920', 'iban': 'TR330006100519786457841326',
    'color': '#3498db', 'currency': 'TRY', 'inet': '10.0.0.1',
    'uuid': '01900000-0000-7000-8000-000000000001',
    'timezone': 'Europe/Istanbul', 'tags': ['deneme'],
}


def iban(n):
    """A valid Turkish one, another for every n."""
    account = '000610%016d' % n
    return 'TR%02d%s' % (98 - int(account + '292700') % 97, account)


def card(n):
    """A card number whose last digit is right."""
    body = '411111%09d' % n
    total = sum(int(d) if i % 2 else sum(divmod(2 * int(d), 10))
                for i, d in enumerate(body))
    return '%s%d' % (body, -total % 10)


def tckn(n):
    """A national id whose last two digits are right."""
    d = [int(c) for c in '1%08d' % n]
    d.append((7 * sum(d[0::2]) - sum(d[1::2])) % 10)
    return ''.join(map(str, d + [sum(d) % 10]))


# What a field of type secret holds, each time another: some may stand in one
# record alone.
SECRETS = {
    'text': 'Gizli deneme %d'.__mod__, 'longtext': 'Gizli\ndeneme %d'.__mod__,
    'password': 'Deneme-Parola-%d'.__mod__,
    'totp': lambda n: 'JBSWY3DPEHPK3PXP', 'card': card, 'tckn': tckn,
    'iban': iban,
}


# Whose changes want a fresh code, or which have rules by hand.
NO_DEFAULTS = ('companies', 'leavers', 'mail_settings', 'memberships',
               'notifications', 'reminders', 'roles', 'saved_views',
               'signin_settings', 'vault_settings')


class Maker:
    """Makes records as this client, whose role may create them."""

    count = 0
    defaults = 0

    def __init__(self, client):
        self.client = client
        self.defs = {d['name']: d for d in client.call('defs.list')['defs']}

    def person(self):
        """An account that belongs to no company yet."""
        Maker.count += 1
        return admin_sql(
            "set role konak_owner; select konak.op_user(null, "
            "'kisi%d-%d@maker.example', 'Kişi', 'Deneme')" % (
                os.getpid(), Maker.count), fetch=True)[0][0]

    def value(self, field):
        Maker.count += 1
        kind = field['type']
        if 'default' in field:
            return field['default']
        if field.get('values') == 'records':
            return 'customers'
        if kind in ('choice', 'choices'):
            code = field['choices'][0][0]
            return code if kind == 'choice' else [code]
        if kind == 'ref':
            return self.reference(field['ref'])
        if kind == 'secret':
            return SECRETS[field['holds']](Maker.count)
        value = VALUES[kind]
        if kind == 'text' and field.get('max', 255) < 5:
            return '%04d' % (Maker.count % 10000)
        if kind == 'text':
            value = '%s %d' % (value, Maker.count)
            return value[:field.get('max', 255)]
        if kind in ('email', 'phone', 'url'):
            return value % (Maker.count % 10000)
        return value

    def reference(self, name):
        rows = self.client.call(name + '.lookup', limit=1)['rows']
        if name in ('users', 'roles', 'companies') or \
                'create' not in self.defs[name]['can']:
            return rows[0][0]
        return self.make(name)['id']

    def arguments(self, name):
        """What R.create needs, and no more."""
        args = {f['name']: self.value(f) for f in self.defs[name]['fields']
                if f.get('required') and f.get('create') and
                not {'default', 'default_is'} & set(f)}
        special = getattr(self, 'special_' + name, None)
        return special(args) if special else args

    def change(self, name):
        """One field of R.edit with a new value; {} when none can be."""
        for f in self.defs[name]['fields']:
            if f.get('edit') and f['type'] in ('text', 'longtext') and \
                    f['name'] not in ('slug', 'domain_name', 'host'):
                Maker.count += 1
                return {f['name']: 'Yeni %d' % Maker.count}
        for f in self.defs[name]['fields']:
            if f.get('edit') and f['type'] not in ('ref', 'bool'):
                return {f['name']: self.value(f)}
        return {}

    def secrets(self, name):
        """The fields of type secret that may be set."""
        return [f for f in self.defs[name]['fields']
                if f['type'] == 'secret' and f.get('create')]

    def make_sealed(self, name):
        """A record with a value in each of them."""
        args = self.arguments(name)
        args.update({f['name']: self.value(f) for f in self.secrets(name)})
        return self.client.call(name + '.create', id=uuid7(), **args)

    def make(self, name):
        return self.client.call(name + '.create', id=uuid7(),
                                **self.arguments(name))

    # Types of the organisation, whose rules say more than their fields.

    def special_field_defaults(self, args):
        """A field that there is, each time another one."""
        free = [(d['name'], f['name']) for d in self.client.call(
            'defs.list')['defs'] if d['name'] not in NO_DEFAULTS
            for f in d.get('fields', []) if f['type'] in ('text', 'longtext') and f.get('create') and
            f.get('max', 255) >= 20]
        Maker.defaults += 1
        args['record_type'], args['field'] = free[Maker.defaults % len(free)]
        args['value'] = 'Deneme'
        return args

    def special_memberships(self, args):
        company = self.client.call('session.me')['company']['company']['id']
        args['user_id'] = self.person()
        args['role_id'] = admin_sql(
            "select id from konak.roles where company_id = '%s' and template "
            "in ('intern', 'student', 'staff') limit 1" % company,
            fetch=True)[0][0]
        return args

    # What is about a record of any type.

    def special_comments(self, args):
        args.update(record_type='customers',
                    record_id=self.make('customers')['id'])
        return args

    def special_companies(self, args):
        Maker.count += 1
        args.update(slug='sirket-%d' % Maker.count, company_type='main',
                    email='sirket%d@maker.example' % Maker.count)
        return args

    # Rules over several fields.

    def special_proposals(self, args):
        args['customer_id'] = self.reference('customers')
        return args

    def special_domains(self, args):
        Maker.count += 1
        args['domain_name'] = 'firma%d.example' % Maker.count
        return args

    def special_credential_grants(self, args):
        args['user_id'] = self.reference('users')
        return args

    special_mail_account_grants = special_credential_grants

    def alone(self, table):
        """One row a company: the one that there is goes."""
        company = self.client.call('session.me')['company']['company']['id']
        admin_sql("delete from konak.%s where company_id = '%s'" % (
            table, company))

    def special_vault_settings(self, args):
        self.alone('vault_settings')
        return args

    def special_signin_settings(self, args):
        self.alone('signin_settings')
        return args

    def special_mail_settings(self, args):
        self.alone('mail_settings')
        args.update(host='smtp.konak.example', is_active=False)
        return args

    def special_identities(self, args):
        """One row a person."""
        admin_sql("delete from konak.identities where user_id = '%s'"
                  % args['user_id'])
        return args

    def special_dns_records(self, args):
        args['value'] = '10.0.0.1'
        return args

    def special_timesheet_locks(self, args):
        args['locked_until'] = '2001-01-01'
        return args

    def special_time_entries(self, args):
        """Half an hour that nobody else works in."""
        Maker.count += 1
        args.pop('user_id', None)
        args['description'] = 'Deneme işi %d' % Maker.count
        start = datetime(2030, 1, 1) + timedelta(hours=Maker.count)
        args['started_at'] = start.isoformat() + 'Z'
        args['ended_at'] = (start + timedelta(minutes=30)).isoformat() + 'Z'
        return args

    def special_exchange_rates(self, args):
        Maker.count += 1
        args['rate_date'] = str(datetime(2000, 1, 1) +
                                timedelta(days=Maker.count))[:10]
        return args
