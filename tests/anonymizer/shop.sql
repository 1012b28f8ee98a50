-- A schema that is not orderhub's, with what is awkward: other schemas, odd names, types, triggers, sequences.
CREATE TABLE people (
    id serial PRIMARY KEY,
    email text NOT NULL UNIQUE,
    first_name varchar(40) NOT NULL,
    last_name varchar(40),
    pesel char(11) UNIQUE,
    nip text,
    born date,
    "Odd Name" text,
    boss integer REFERENCES people,
    settings jsonb,
    tags text[],
    photo bytea,
    balance numeric(20, 5),
    seen timestamptz,
    upper_name text GENERATED ALWAYS AS (upper(last_name)) STORED
);
CREATE SCHEMA crm;
CREATE TABLE crm.notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person integer NOT NULL REFERENCES people,
    body text NOT NULL
);
CREATE TABLE settled (nip text PRIMARY KEY);
CREATE TABLE debts (settled_nip text NOT NULL REFERENCES settled, place integer, PRIMARY KEY (settled_nip, place));
CREATE TABLE outgoing (id integer PRIMARY KEY, body text);
CREATE TABLE bookkeeping (name text PRIMARY KEY);
CREATE TABLE fired (id serial PRIMARY KEY);
CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fired DEFAULT VALUES;
    RETURN new;
END $$;
CREATE TRIGGER on_note AFTER INSERT ON crm.notes FOR EACH ROW EXECUTE FUNCTION fire();
