"""A small school and a studio for tests: two classes with a teacher, a pupil
and a parent each, so that what is inside a person's scope and what is outside
can be told apart. Made by SQL, beside whatever the sample has."""

import hashlib
import secrets
import subprocess

from konak import admin_sql

SCHOOL, STUDIO = 'Mavi Koleji', 'Halı Render'


def literal(value):
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return "'%s'" % str(value).replace("'", "''")


class Company:
    """One of the sample's companies, seen by its database."""

    number = 0

    def __init__(self, name):
        self.name = name
        self.id = admin_sql("select id from konak.companies where name = %s"
                            % literal(name), fetch=True)[0][0]
        self.psql = subprocess.Popen(
            ['psql', '-XAtq', '-F', '\t', '-v', 'ON_ERROR_STOP=1'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.sql("set role konak_owner; select set_config('konak.company', "
                 "'%s', false)" % self.id)

    def sql(self, text):
        """Rows of a statement, as the owner of the tables, in this company.
        One psql for all: there are thousands of them."""
        rows = []
        try:
            self.psql.stdin.write(text + ';\n\\echo done.\n')
            self.psql.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError(self.psql.stderr.read()) from None
        for line in self.psql.stdout:
            if line == 'done.\n':
                return rows
            rows.append(line.rstrip('\n').split('\t'))
        raise RuntimeError(self.psql.stderr.read())

    def insert(self, table, **cols):
        """A row; its id."""
        cols = dict(cols, company_id=self.id)
        return self.sql('insert into konak.%s (%s) values (%s) returning id'
                        % (table, ', '.join(cols), ', '.join(
                            literal(v) for v in cols.values())))[0][0]

    def version(self, table, id):
        return int(self.sql("select version from konak.%s where id = '%s'"
                            % (table, id))[0][0])

    def person(self, role, first='Deneme', last='Kişi'):
        """A new person with an account, in this company: the user's id."""
        Company.number += 1
        user = self.sql("select konak.op_user(null, 'k%d-%s@kind.example', "
                        "%s, %s)" % (Company.number, secrets.token_hex(4),
                                     literal(first), literal(last)))[0][0]
        self.sql("select konak.op_member('%s', '%s', '%s')"
                 % (user, self.id, role))
        return user

    def session(self, user):
        """A token of that person, inside, without signing in."""
        token = secrets.token_bytes(32)
        admin_sql("insert into auth.sessions (token_hash, user_id, "
                  "company_id, expires_at, idle_until, two_fa_method) values "
                  "('\\x%s', '%s', '%s', now() + '1 day', now() + '1 day', "
                  "'totp')" % (hashlib.sha256(token).hexdigest(), user,
                               self.id))
        return token


class School(Company):
    """Side 'in': class A with its class teacher, who also teaches one lesson
    there, a subject teacher, a pupil and a parent. Side 'out': class B, all
    others."""

    def __init__(self, name=SCHOOL):
        super().__init__(name)
        # No plan, no limits.
        self.sql("update konak.companies set subscription_plan_id = null "
                 "where id = '%s'" % self.id)
        tag = secrets.token_hex(3)
        self.users, self.teacher = {}, {}
        for who, role in (('class_teacher', 'class_teacher'),
                          ('subject_teacher', 'subject_teacher'),
                          ('other_teacher', 'class_teacher')):
            self.users[who] = self.person(role, who.replace('_', ' '), tag)
            self.teacher[who] = self.insert(
                'teachers', user_id=self.users[who],
                employee_id='%s-%s' % (who, tag), joining_date='2020-09-01')
        self.klass = {
            'in': self.a_class('A' + tag, self.teacher['class_teacher']),
            'out': self.a_class('B' + tag, self.teacher['other_teacher'])}
        self.subject, self.pupil = {}, {}
        for who, side in (('class_teacher', 'in'), ('subject_teacher', 'in'),
                          ('other_teacher', 'out')):
            self.subject[who] = self.insert('subjects',
                                            name='%s %s' % (who, tag))
            self.insert('lesson_requirements', class_id=self.klass[side],
                        subject_id=self.subject[who],
                        teacher_id=self.teacher[who])
        for side, parent, student in (
                ('in', 'parent', 'student'),
                ('out', 'other_parent', 'other_student')):
            self.users[parent] = self.person('parent', parent, tag)
            self.users[student] = self.person('student', student, tag)
            self.pupil[side] = self.a_pupil(
                side, self.users[student], self.users[parent])

    def a_class(self, name, teacher=None, capacity=500):
        Company.number += 1
        return self.insert('classes', name=name[:40], grade=name[:3],
                           section=str(Company.number), capacity=capacity,
                           academic_year='2026-27', class_teacher_id=teacher)

    def a_pupil(self, side, user=None, parent=None):
        Company.number += 1
        return self.insert('students', user_id=user or self.person('student'),
                           class_id=self.klass.get(side, side),
                           parent_id=parent, admission_date='2026-09-01',
                           roll_number=str(Company.number))
