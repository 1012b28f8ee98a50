-- What became of every booking of a run: one row a key. Parameter: run, the prefix of the run's keys.
WITH spent AS (
    SELECT bookings.*, sum(amount) OVER (PARTITION BY member ORDER BY id) > members.credit AS oversold
      FROM bookings JOIN members ON members.number = bookings.member
), printed AS (
    SELECT booking, count(*) AS times FROM prints GROUP BY booking
)
SELECT client_key AS key,
       min(member || '/' || show || '/' || seats) AS content,
       count(*) AS copies,
       coalesce(sum(times), 0)::integer AS effects,
       true AS terminal,
       'booked' AS state,
       bool_or(oversold) AS oversold
  FROM spent LEFT JOIN printed ON printed.booking = spent.id
 WHERE starts_with(client_key, %(run)s)
 GROUP BY client_key
