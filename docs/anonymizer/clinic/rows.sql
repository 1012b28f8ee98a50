-- Invented people. 7 companies, 500 patients, 2,000 visits, 2,000 reminders.
INSERT INTO companies (name, nip, city)
SELECT 'Zakłady ' || n || ' sp. z o.o.',
       (ARRAY['5210000173', '5210079364', '5210237745', '5210316930', '5210475315', '5210554500', '5210633694'])[n],
       (ARRAY['Kutno', 'Płock', 'Radom'])[1 + n % 3]
  FROM generate_series(1, 7) n;
INSERT INTO patients (employer, pesel, first_name, last_name, email, phone, born, contact)
SELECT 1 + n % 7,
       -- birth date, serial number with the sex in its last digit, check digit
       body || (10 - (substr(body, 1, 1)::int + 3 * substr(body, 2, 1)::int + 7 * substr(body, 3, 1)::int
                      + 9 * substr(body, 4, 1)::int + substr(body, 5, 1)::int + 3 * substr(body, 6, 1)::int
                      + 7 * substr(body, 7, 1)::int + 9 * substr(body, 8, 1)::int + substr(body, 9, 1)::int
                      + 3 * substr(body, 10, 1)::int) % 10) % 10,
       (ARRAY['Anna', 'Jan', 'Maria', 'Piotr'])[1 + n % 4],
       (ARRAY['Kowalska', 'Nowak', 'Wiśniewska', 'Wójcik', 'Mazur'])[1 + n % 5],
       'patient' || n || '@poczta.example', '60' || 1000000 + n * 37,
       born, jsonb_build_object('language', 'pl', 'emergency', jsonb_build_object('phone', '50' || 1000000 + n * 41))
  FROM (SELECT n, date '1950-01-01' + n * 43 AS born,
               to_char(date '1950-01-01' + n * 43, 'YYMMDD') || lpad((n * 2 + n % 2)::text, 4, '0') AS body
          FROM generate_series(1, 500) n) made;
INSERT INTO visits (patient, at, doctor, diagnosis, notes, price)
SELECT 1 + n % 500, timestamptz '2026-01-05 08:00+01' + n * interval '23 minutes',
       'dr ' || (ARRAY['Zielińska', 'Lis'])[1 + n % 2], (ARRAY['J06', 'M54', 'I10', NULL])[1 + n % 4],
       CASE WHEN n % 3 = 0 THEN 'Please call ' || p.phone || ' before the next visit' END, 120 + n % 90
  FROM generate_series(1, 2000) n JOIN patients p ON p.id = 1 + n % 500;
INSERT INTO reminders (visit, sent_to, sent_at)
SELECT v.id, p.email, v.at - interval '1 day' FROM visits v JOIN patients p ON p.id = v.patient;
