INSERT INTO hr.departments (code, name) SELECT 100000000 + n * 7, 'x' FROM generate_series(1, 20) AS n;
INSERT INTO hr.employees (department, badge, email)
SELECT 1 + n % 20, nullif(n % 7, 0) * 1000 + n, format('qwperson%s@firma.pl', n) FROM generate_series(1, 400) AS n;
UPDATE hr.employees SET boss = CASE id WHEN 1 THEN 400 ELSE id / 2 + id % 2 END WHERE id % 5 > 0;
UPDATE hr.departments SET head = id * 3 WHERE id % 4 > 0;
INSERT INTO hr.details SELECT id, 'n' FROM hr.employees WHERE id % 3 = 0;
INSERT INTO badges_lost SELECT gen_random_uuid(), badge FROM hr.employees WHERE id % 10 = 1;
INSERT INTO shifts SELECT d, n, d * 3 FROM generate_series(1, 20) AS d, generate_series(1, 30) AS n;
INSERT INTO swaps (department, number, employee_text, mail, lost, who)
SELECT CASE WHEN n % 6 > 0 THEN 1 + n % 20 END, CASE WHEN n % 7 > 0 THEN 1 + n % 30 END, n::text, e.email,
       (SELECT id FROM badges_lost ORDER BY id OFFSET n % 40 LIMIT 1),
       jsonb_build_object('people', jsonb_build_array(jsonb_build_object('id', n, 'mail', e.email)))
  FROM generate_series(1, 200) AS n JOIN hr.employees e ON e.id = n;
INSERT INTO moves SELECT 100000000 + (1 + n % 20) * 7, n FROM generate_series(1, 100) AS n;
