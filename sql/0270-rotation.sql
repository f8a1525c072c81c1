-- 0270-rotation.sql - boxes sealed anew stay on their page.

-- The generation changes with every box: with an index on it each new row
-- costs an entry in all of the indexes. Without it, and with room beside it, a
-- new row goes where the old one was. Rotation walks the primary key and needs
-- no other; konakctl keys status counts.
drop index konak.secrets_generation_idx;
alter table konak.secrets set (fillfactor = 50);
