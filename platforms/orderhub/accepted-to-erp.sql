-- How long each order of a run took from its acceptance to the ERP's books: one row an order. Parameter: run.
--   key          the idempotency key
--   started      when it was accepted, ns since the epoch
--   nanoseconds  from then to the booking; NULL: not booked yet
-- An order that the platform gave up is told by conservation, not here.
SELECT orders.idempotency_key AS key,
       (extract(epoch FROM orders.placed_at) * 1000000000)::bigint AS started,
       (extract(epoch FROM bookings.booked_at - orders.placed_at) * 1000000000)::bigint AS nanoseconds
  FROM orders
  LEFT JOIN erp.bookings AS bookings USING (idempotency_key)
 WHERE orders.idempotency_key >= %(run)s AND orders.idempotency_key < %(run)s || U&'\+10FFFF'
   AND orders.state <> 'failed'
