"""What the tests of the agency's record types share: the accounts of the main
agency, and refusals that are expected."""

from konak import Refused, signed_in, uuid7
from tap import ok

__all__ = ['owner', 'admin', 'manager', 'employee', 'intern', 'make',
           'edit', 'refused', 'first']

owner = signed_in('patron', lang='tr')
admin = signed_in('yonetici', lang='tr')
manager = signed_in('mudur', lang='tr')
employee = signed_in('calisan', lang='tr')
intern = signed_in('stajyer', lang='tr')


def make(record, /, who=owner, **fields):
    return who.call(record + '.create', id=uuid7(), **fields)


def edit(record, row, /, who=owner, **fields):
    """The row as it is afterwards, whatever version it had."""
    now = who.call(record + '.get', id=row['id'])
    return who.call(record + '.edit', id=row['id'], version=now['version'],
                    **fields)


def first(record, /, **filter):
    rows, _ = owner.rows(record + '.list', limit=1, filter=filter)
    return rows[0]


def refused(name, verb, /, who=owner, code=None, field=None, says='',
            **args):
    """The call is refused in words, at that field."""
    codes = (code,) if code else ('invalid', 'refused', 'exists')
    try:
        got = who.call(verb, **args)
    except Refused as e:
        good = e.code in codes and (field is None or e.field == field) and \
            says in e.error.get('text', '')
        if not ok(good, name):
            print('# %r' % e.error)
        return
    ok(False, name)
    print('# done: %r' % (got,))
