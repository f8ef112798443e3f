BEGIN;
UPDATE agents SET codename = 'second' WHERE id = 2;
SELECT pg_sleep(0.5);
UPDATE agents
SET codename = 'second'
WHERE id = 1;
COMMIT;
