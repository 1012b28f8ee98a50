INSERT INTO people (email, first_name, pesel, born, `Odd "Name"`, settings, photo, balance, ratio, weight, active,
                    flags, mood, seen, met)
SELECT concat('qwosoba', seq, '@firma.pl'), 'Zdzisława', if(seq % 5 > 0, 44051401350 + seq, NULL),
       date_add('1980-01-01', INTERVAL seq DAY), if(seq = 7, '', concat('odd "', seq, '", it''s\nline, \\ and tab\t')),
       json_object('mail', concat('qwosoba', seq, '@firma.pl'), 'size', seq + 0.5), unhex('00ff5c2c22'),
       seq + 0.00001, 0.1 * seq, 1 / seq, seq % 2, 5, if(seq % 2, 'so''so', 'good'), '2024-06-01 10:00:00.123456',
       '2024-06-01 12:00:00'
  FROM seq_1_to_300;
UPDATE people SET boss = id - 1 WHERE id > 1;
INSERT INTO notes (person, body) SELECT id, concat('Rozmowa z qwosoba', id, ', tel. 601 000 ', 100 + id) FROM people;
INSERT INTO outgoing VALUES (1);
INSERT INTO bookkeeping VALUES ('source');
