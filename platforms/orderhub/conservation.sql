-- What became of every order of a run: one row a key. Parameter: run, the prefix of the run's keys.
--   key        the idempotency key
--   content    customer|sku x qty;sku x qty, sorted by sku; where the books disagree, the one that is wrong shows
--   copies     committed orders with this key
--   effects    times it took effect in the ERP
--   terminal   nothing more will happen to it
--   oversold   it is among the orders beyond its customer's credit limit or beyond the stock
-- Oversold is worked out from orders and lines, not from the counters that acceptance itself relies on.
WITH mine AS MATERIALIZED (
    SELECT id, idempotency_key AS key, customer_id, state, reserved
      FROM orders
     WHERE idempotency_key >= %(run)s AND idempotency_key < %(run)s || U&'\+10FFFF'
), books AS MATERIALIZED (
    SELECT idempotency_key AS key, count(*) AS effects, min(content) AS content
      FROM erp.bookings
     WHERE idempotency_key >= %(run)s AND idempotency_key < %(run)s || U&'\+10FFFF'
     GROUP BY idempotency_key
), contents AS MATERIALIZED (
    SELECT mine.id, mine.customer_id || '|' || coalesce(
               string_agg(products.sku || 'x' || lines.quantity, ';' ORDER BY products.sku COLLATE "C"), '') AS content
      FROM mine
      LEFT JOIN order_lines AS lines ON lines.order_id = mine.id
      LEFT JOIN products ON products.id = lines.product_id
     GROUP BY mine.id, mine.customer_id
), over_limit AS (
    SELECT customers.id, customers.credit_limit - customers.credit_opening AS allowed
      FROM customers
      JOIN orders ON orders.customer_id = customers.id AND orders.reserved
     WHERE customers.id IN (SELECT customer_id FROM mine)
     GROUP BY customers.id
    HAVING sum(orders.total) > customers.credit_limit - customers.credit_opening
), beyond_limit AS (
    SELECT id FROM (
        SELECT orders.id, over_limit.allowed, sum(orders.total) OVER (
                   PARTITION BY orders.customer_id ORDER BY orders.placed_at, orders.id) AS running
          FROM orders JOIN over_limit ON over_limit.id = orders.customer_id
         WHERE orders.reserved) AS exposure
     WHERE running > allowed
), over_stock AS (
    SELECT stock.product_id, stock.on_hand
      FROM stock
      JOIN order_lines AS lines USING (product_id)
      JOIN orders ON orders.id = lines.order_id AND orders.reserved
     WHERE stock.product_id IN (SELECT product_id FROM order_lines JOIN mine ON mine.id = order_lines.order_id)
     GROUP BY stock.product_id
    HAVING sum(lines.quantity) > stock.on_hand
), beyond_stock AS (
    SELECT DISTINCT id FROM (
        SELECT orders.id, over_stock.on_hand, sum(lines.quantity) OVER (
                   PARTITION BY lines.product_id ORDER BY orders.placed_at, orders.id) AS running
          FROM order_lines AS lines
          JOIN over_stock USING (product_id)
          JOIN orders ON orders.id = lines.order_id AND orders.reserved) AS demand
     WHERE running > on_hand
), platform AS (
    SELECT mine.key, count(*) AS copies, min(contents.content) AS content,
           CASE WHEN count(DISTINCT contents.content) > 1 THEN max(contents.content) END AS other_content,
           bool_and(mine.state IN ('confirmed', 'failed')) AS terminal,
           string_agg(DISTINCT mine.state, ',' ORDER BY mine.state) AS state,
           bool_or(mine.id IN (SELECT id FROM beyond_limit) OR mine.id IN (SELECT id FROM beyond_stock)) AS oversold
      FROM mine JOIN contents USING (id)
     GROUP BY mine.key
)
SELECT key,
       CASE WHEN books.content <> platform.content THEN books.content
            ELSE coalesce(platform.other_content, platform.content, books.content) END AS content,
       coalesce(platform.copies, 0) AS copies,
       coalesce(books.effects, 0) AS effects,
       coalesce(platform.terminal, true) AS terminal,
       coalesce(platform.state, 'unknown to the platform') AS state,
       coalesce(platform.oversold, false) AS oversold
  FROM platform FULL JOIN books USING (key)
 ORDER BY key
