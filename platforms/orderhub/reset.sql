-- Takes back what a run left behind, so that the next trial of a capacity search begins where it did.
-- Parameter: run, the prefix of the run's keys. Stock and credit that its orders held are free again.
CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
SELECT id, customer_id, total, reserved
  FROM orders
 WHERE idempotency_key >= %(run)s AND idempotency_key < %(run)s || U&'\+10FFFF';

UPDATE customers SET credit_used = credit_used - held.total
  FROM (SELECT customer_id, sum(total) AS total FROM gone WHERE reserved GROUP BY customer_id) AS held
 WHERE customers.id = held.customer_id;
UPDATE stock SET available = available + held.quantity
  FROM (SELECT product_id, sum(quantity) AS quantity
          FROM order_lines JOIN gone ON gone.id = order_lines.order_id AND gone.reserved
         GROUP BY product_id) AS held
 WHERE stock.product_id = held.product_id;

DELETE FROM returns
 WHERE idempotency_key >= %(run)s AND idempotency_key < %(run)s || U&'\+10FFFF'
    OR order_id IN (SELECT id FROM gone);
DELETE FROM payments
 WHERE idempotency_key >= %(run)s AND idempotency_key < %(run)s || U&'\+10FFFF'
    OR invoice_id IN (SELECT id FROM invoices WHERE order_id IN (SELECT id FROM gone));
DELETE FROM invoices WHERE order_id IN (SELECT id FROM gone);
DELETE FROM erp.bookings WHERE idempotency_key >= %(run)s AND idempotency_key < %(run)s || U&'\+10FFFF';
DELETE FROM outbox WHERE order_id IN (SELECT id FROM gone);
DELETE FROM order_lines WHERE order_id IN (SELECT id FROM gone);
DELETE FROM orders WHERE id IN (SELECT id FROM gone);
