INSERT INTO people (email, first_name, last_name, pesel, nip, born, "Odd Name", boss, settings, tags, photo,
                    balance, seen)
SELECT format('qwosoba%s@firma.pl', n), 'Zdzisława', format('Brzęczyszczykiewicz-%s', n),
       CASE WHEN n % 5 > 0 THEN format('%s%s', 44051401350 + n, '') END, format('526025%s', 1000 + n),
       date '1980-01-01' + n, format(E'odd "%s", with\nline, \\. and tab\t', n), nullif(n / 2, 0),
       jsonb_build_object('contact', jsonb_build_object('mail', format('qwosoba%s@firma.pl', n), 'size', n + 0.10),
                          'note', format('tajne-%s', n)),
       ARRAY[format('t%s', n), NULL, ''], decode('00ff5c2c22', 'hex'), n + 0.00001, timestamptz '2024-06-01 12:00+02'
  FROM generate_series(1, 300) AS n;
UPDATE people SET last_name = NULL, "Odd Name" = '' WHERE id = 7;
INSERT INTO crm.notes (person, body) SELECT id, format('Rozmowa z qwosoba%s, tel. 601 000 %s', id, 100 + id) FROM people;
DELETE FROM fired;
INSERT INTO settled SELECT format('526025%s', 1000 + n) FROM generate_series(1, 50) AS n;
INSERT INTO debts SELECT nip, place FROM settled, generate_series(1, 3) AS place;
INSERT INTO outgoing VALUES (1, 'do not send');
INSERT INTO bookkeeping VALUES ('source');
