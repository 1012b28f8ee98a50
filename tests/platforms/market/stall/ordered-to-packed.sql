SELECT order_key AS `key`,
       CAST(UNIX_TIMESTAMP(ordered_at) * 1000000000 AS INTEGER) AS started,
       TIMESTAMPDIFF(MICROSECOND, ordered_at, packed_at) * 1000 AS nanoseconds
  FROM orders
 WHERE LEFT(order_key, CHAR_LENGTH(%(run)s)) = %(run)s
