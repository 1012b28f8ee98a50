-- What became of every order, payment and return of a run: one row a key. Parameter: run, the prefix of its keys.
--   key        the idempotency key
--   content    of an order customer|sku x qty;sku x qty, sorted by sku; payment|invoice|amount; return|order|sku x qty;
--              where the books disagree, the one that is wrong shows
--   copies     committed orders, payments or returns with this key
--   effects    times an order took effect in the ERP; payments and returns are their own effect
--   terminal   nothing more will happen to it: a confirmed order has its invoice
--   oversold   an order beyond its customer's credit limit or the stock; a payment beyond its invoice; a return
--              beyond what was ordered
-- Oversold is worked out from orders and lines, not from the counters that acceptance itself relies on.
WITH mine AS MATERIALIZED (
    SELECT found.*, found.state || CASE WHEN found.state = 'confirmed' AND NOT found.invoiced
                                        THEN ', not invoiced' ELSE '' END AS told
      FROM (SELECT id, idempotency_key AS key, customer_id, state, reserved,
                   EXISTS (SELECT FROM invoices WHERE invoices.order_id = orders.id) AS invoiced
              FROM orders
             WHERE idempotency_key >= %(run)s AND idempotency_key < %(run)s || U&'\+10FFFF') AS found
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
           bool_and(mine.state = 'failed' OR mine.state = 'confirmed' AND mine.invoiced) AS terminal,
           string_agg(DISTINCT mine.told, ',' ORDER BY mine.told) AS state,
           bool_or(mine.id IN (SELECT id FROM beyond_limit) OR mine.id IN (SELECT id FROM beyond_stock)) AS oversold
      FROM mine JOIN contents USING (id)
     GROUP BY mine.key
), ordered AS (
    SELECT key,
           CASE WHEN books.content <> platform.content THEN books.content
                ELSE coalesce(platform.other_content, platform.content, books.content) END AS content,
           coalesce(platform.copies, 0) AS copies,
           coalesce(books.effects, 0) AS effects,
           coalesce(platform.terminal, true) AS terminal,
           coalesce(platform.state, 'unknown to the platform') AS state,
           coalesce(platform.oversold, false) AS oversold
      FROM platform FULL JOIN books USING (key)
), paid AS (
    SELECT key, 'payment|' || invoice_id || '|' || amount AS content, state, running > gross AS beyond
      FROM (SELECT payments.idempotency_key AS key, invoice_id, amount, state, invoices.gross,
                   sum(amount) FILTER (WHERE state = 'received') OVER (
                       PARTITION BY invoice_id ORDER BY paid_at, payments.id) AS running
              FROM payments JOIN invoices ON invoices.id = invoice_id
             WHERE invoice_id IN (SELECT invoice_id FROM payments
                                   WHERE idempotency_key >= %(run)s
                                     AND idempotency_key < %(run)s || U&'\+10FFFF')) AS every
     WHERE key >= %(run)s AND key < %(run)s || U&'\+10FFFF'
), returned AS (
    SELECT key, 'return|' || order_id || '|' || sku || 'x' || quantity AS content, state, running > ordered AS beyond
      FROM (SELECT returns.idempotency_key AS key, order_id, products.sku, returns.quantity, returns.state,
                   lines.quantity AS ordered,
                   sum(returns.quantity) FILTER (WHERE returns.state <> 'rejected') OVER (
                       PARTITION BY order_id, product_id ORDER BY requested_at, returns.id) AS running
              FROM returns
              JOIN order_lines AS lines USING (order_id, product_id)
              JOIN products ON products.id = product_id
             WHERE order_id IN (SELECT order_id FROM returns
                                 WHERE idempotency_key >= %(run)s
                                   AND idempotency_key < %(run)s || U&'\+10FFFF')) AS every
     WHERE key >= %(run)s AND key < %(run)s || U&'\+10FFFF'
), after_sales AS (
    SELECT key, CASE WHEN count(DISTINCT content) > 1 THEN max(content) ELSE min(content) END AS content,
           count(*) AS copies, count(*) AS effects, true AS terminal,
           string_agg(DISTINCT state, ',' ORDER BY state) AS state, coalesce(bool_or(beyond), false) AS oversold
      FROM (SELECT * FROM paid UNION ALL SELECT * FROM returned) AS either
     GROUP BY key
)
SELECT * FROM ordered UNION ALL SELECT * FROM after_sales ORDER BY key
