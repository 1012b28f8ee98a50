-- What became of every order of a run: one row a key. Parameter: run, the prefix of the run's keys.
SELECT order_key AS `key`,
       MIN(CONCAT_WS('|', buyer, goods, amount)) AS content,
       COUNT(*) AS copies,
       COUNT(packed_at) AS effects,
       MIN(packed_at) IS NOT NULL AS terminal,
       'packed' AS state,
       FALSE AS oversold
  FROM orders
 WHERE LEFT(order_key, CHAR_LENGTH(%(run)s)) = %(run)s
 GROUP BY order_key
