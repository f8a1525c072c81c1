-- 0383-mail-unsure.sql - the state of a mail of which nobody knows whether it has
-- left. A new value of an enum is used by later transactions alone (0384).

alter type konak.mail_state add value 'unsure' after 'sending';
