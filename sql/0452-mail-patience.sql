-- 0452-mail-patience.sql - a mail server that refuses or is down for a day loses
-- nothing: after the first hour a mail is tried once an hour, 32 times in all.

update konak.job_kinds set max_attempts = 32 where kind = 'mails.send';
