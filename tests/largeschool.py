"""A school of 60 classes and 120 teachers as a file of the timetable engine:
2,400 hours a week, every class full from the first period of Monday to the last
of Friday. Each teacher is on for half of the week; a class has a teacher from each
of ten departments, for four hours, two of them together. Seeded."""

import random

CLASSES, DEPARTMENTS, TEACHERS, HOURS = 60, 10, 12, 8
DAYS = ('Pzt', 'Sal', 'Çar', 'Per', 'Cum')


def named(outer, item, names, more=''):
    return '<%s>%s%s</%s>\n' % (outer, more, ''.join(
        '<%s><Name>%s</Name></%s>' % (item, n, item) for n in names), outer)


def constraint(name, weight, inside=''):
    return ('<%s><Weight_Percentage>%d</Weight_Percentage>%s<Active>true'
            '</Active><Comments></Comments></%s>\n' % (name, weight, inside,
                                                      name))


def large_school(seed):
    rnd = random.Random(seed)
    classes = ['S%02d' % n for n in range(CLASSES)]
    teachers = [['Ö%d-%02d' % (d, n) for n in range(TEACHERS)]
                for d in range(DEPARTMENTS)]
    activities, spread, number = [], [], 0
    for d, staff in enumerate(teachers):
        places = staff * (CLASSES // TEACHERS)
        rnd.shuffle(places)
        for klass, teacher in zip(classes, places):
            first, ids = number + 1, []
            for duration in (2, 1, 1):
                number += 1
                ids.append('<Activity_Id>%d</Activity_Id>' % number)
                activities.append(
                    '<Activity><Teacher>%s</Teacher><Subject>Ders %d'
                    '</Subject><Students>%s</Students><Duration>%d</Duration>'
                    '<Total_Duration>4</Total_Duration><Id>%d</Id>'
                    '<Activity_Group_Id>%d</Activity_Group_Id><Active>true'
                    '</Active><Comments></Comments></Activity>\n' % (
                        teacher, d, klass, duration, number, first))
            spread.append(constraint(
                'ConstraintMinDaysBetweenActivities', 95,
                '<Consecutive_If_Same_Day>true</Consecutive_If_Same_Day>'
                '<Number_of_Activities>3</Number_of_Activities>%s<MinDays>1'
                '</MinDays>' % ''.join(ids)))
    return ''.join(
        ['<?xml version="1.0" encoding="UTF-8"?>\n<fet version="6.8.5">\n'
         '<Mode>Official</Mode><Institution_Name>Okul</Institution_Name>'
         '<Comments></Comments>\n',
         named('Days_List', 'Day', DAYS,
               '<Number_of_Days>5</Number_of_Days>'),
         named('Hours_List', 'Hour', range(1, HOURS + 1),
               '<Number_of_Hours>8</Number_of_Hours>'),
         named('Subjects_List', 'Subject',
               ['Ders %d' % d for d in range(DEPARTMENTS)]),
         '<Activity_Tags_List></Activity_Tags_List>\n',
         named('Teachers_List', 'Teacher', sum(teachers, [])),
         '<Students_List>']
        + ['<Year><Name>%s</Name><Number_of_Students>30</Number_of_Students>'
           '</Year>' % k for k in classes]
        + ['</Students_List>\n<Activities_List>\n'] + activities
        + ['</Activities_List>\n<Buildings_List></Buildings_List>'
           '<Rooms_List></Rooms_List>\n<Time_Constraints_List>\n',
           constraint('ConstraintBasicCompulsoryTime', 100)] + spread
        + ['</Time_Constraints_List>\n<Space_Constraints_List>\n',
           constraint('ConstraintBasicCompulsorySpace', 100),
           '</Space_Constraints_List>\n</fet>\n'])
