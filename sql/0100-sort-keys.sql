-- 0100-sort-keys.sql - indexes of sort keys that may be empty, as 0012 says.

select konak.sort_keys_convert();
