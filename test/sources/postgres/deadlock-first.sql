BEGIN;
UPDATE agents SET codename = 'first' WHERE id = 1;
SELECT pg_sleep(0.5);
UPDATE agents
SET codename = 'first'
WHERE id = 2;
COMMIT;
