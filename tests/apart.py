"""A .fet file without a solution: five lessons that a constraint keeps apart, in
four periods. Konak does not keep that constraint, so that only the engine finds
it out, and looks for as long as it may."""

FIVE = range(1, 6)
APART = ''.join(
    ['<?xml version="1.0" encoding="UTF-8"?><fet version="6.8.5">'
     '<Mode>Official</Mode><Institution_Name>x</Institution_Name><Comments/>'
     '<Days_List><Number_of_Days>1</Number_of_Days><Day><Name>P</Name></Day>'
     '</Days_List><Hours_List><Number_of_Hours>4</Number_of_Hours>']
    + ['<Hour><Name>%d</Name></Hour>' % n for n in range(1, 5)]
    + ['</Hours_List><Subjects_List><Subject><Name>Ders</Name></Subject>'
       '</Subjects_List><Activity_Tags_List></Activity_Tags_List>'
       '<Teachers_List>']
    + ['<Teacher><Name>T%d</Name></Teacher>' % n for n in FIVE]
    + ['</Teachers_List><Students_List></Students_List><Activities_List>']
    + ['<Activity><Teacher>T%d</Teacher><Subject>Ders</Subject><Duration>1'
       '</Duration><Total_Duration>1</Total_Duration><Id>%d</Id>'
       '<Activity_Group_Id>0</Activity_Group_Id><Active>true</Active>'
       '<Comments></Comments></Activity>' % (n, n) for n in FIVE]
    + ['</Activities_List><Buildings_List></Buildings_List><Rooms_List>'
       '</Rooms_List><Time_Constraints_List><ConstraintBasicCompulsoryTime>'
       '<Weight_Percentage>100</Weight_Percentage><Active>true</Active>'
       '<Comments></Comments></ConstraintBasicCompulsoryTime>'
       '<ConstraintActivitiesNotOverlapping><Weight_Percentage>100'
       '</Weight_Percentage><Number_of_Activities>5</Number_of_Activities>']
    + ['<Activity_Id>%d</Activity_Id>' % n for n in FIVE]
    + ['<Active>true</Active><Comments></Comments>'
       '</ConstraintActivitiesNotOverlapping></Time_Constraints_List>'
       '<Space_Constraints_List><ConstraintBasicCompulsorySpace>'
       '<Weight_Percentage>100</Weight_Percentage><Active>true</Active>'
       '<Comments></Comments></ConstraintBasicCompulsorySpace>'
       '</Space_Constraints_List></fet>'])
