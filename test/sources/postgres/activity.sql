-- What one client makes PostgreSQL log: definitions, errors, warnings, slow statements. Run by psql, which goes on after errors.
CREATE TABLE agents (id integer PRIMARY KEY, codename text NOT NULL, mail text UNIQUE);
INSERT INTO agents SELECT n, 'agent ' || n, 'agent' || n || '@example.org' FROM generate_series(1, 10) AS n;
CREATE ROLE app LOGIN PASSWORD 'hunter2-created';
GRANT SELECT, UPDATE ON agents TO app;
ALTER ROLE app PASSWORD 'hunter2-altered';
ALTER ROLE app
	WITH CONNECTION LIMIT 20
	PASSWORD 'hunter2-on-its-own-line';

-- Errors, each with its statement.
SELEC 1;
SELECT * FROM missing_table;
INSERT INTO agents VALUES (1, 'twice', 'twice@example.org');
INSERT INTO agents VALUES (11, 'same mail', 'agent7@example.org');
INSERT INTO agents VALUES (12, NULL, NULL);
SELECT 1 / 0;
SELECT
	codename,
	no_such_column
FROM agents
WHERE mail = 'agent3@example.org';
SELECT 'ünïcödé "quoted", with a comma' || missing_function(1);
SET statement_timeout = '150ms';
SELECT pg_sleep(5);
RESET statement_timeout;

-- Warnings and notices.
COMMIT;
CREATE TABLE IF NOT EXISTS agents (id integer);
DO $$ BEGIN
	RAISE NOTICE 'a notice with "quotes" and, commas';
	RAISE WARNING E'a warning of\ntwo lines';
	RAISE LOG 'a log message';
	RAISE EXCEPTION 'an exception' USING DETAIL = E'first line of the detail\nsecond line', HINT = 'a hint', ERRCODE = 'P0001';
END $$;

-- Slow statements.
SELECT pg_sleep(0.25);
SELECT codename, pg_sleep(0.12)
FROM agents
WHERE id = 1
	-- a comment inside, with an empty line after it

	AND mail LIKE 'agent%';
PREPARE slow (integer) AS SELECT id, pg_sleep(0.15) FROM agents WHERE id = $1;
EXECUTE slow(3);
SELECT pg_sleep(1.2), 'a slow one of more than a second';
CHECKPOINT;
