\set id 7
SELECT codename, pg_sleep(0.2) FROM agents WHERE id = :id;
