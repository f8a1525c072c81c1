-- 0260-announcements-words.sql - words of announcements by their index. Of a
-- beginning that it has not counted the planner thinks that two rows of a
-- hundred have it, and reads all announcements of the house; the index finds
-- out that there are none in a tenth of a millisecond.

set local role konak_definer;
alter function konak.announcements_matching(text) set enable_seqscan = off;
set local role konak_owner;
