-- What follows an order: it is invoiced when the ERP has booked it; invoices are paid; goods come back.
-- Payments and returns are accepted as orders are: under the client's key, once, in one function and one commit.

ALTER TABLE payments
    -- NULL: it came by bank transfer, not through the API.
    ADD COLUMN idempotency_key text COLLATE "C" UNIQUE CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    ADD COLUMN request_digest  text,
    ADD COLUMN state           text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'bounced'));
ALTER TABLE returns
    ADD COLUMN idempotency_key text COLLATE "C" UNIQUE CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    ADD COLUMN request_digest  text;

-- One order, one invoice: it cannot be billed twice.
DROP INDEX invoices_order;
CREATE UNIQUE INDEX invoices_order ON invoices (order_id);
CREATE SEQUENCE invoice_numbers;

-- Confirms an order and writes its invoice, together. False when it already had an end.
CREATE FUNCTION confirm_order(p_order uuid, p_number text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET state = 'confirmed', erp_number = p_number, updated_at = clock_timestamp()
     WHERE id = p_order AND state IN ('accepted', 'sent_to_erp');
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO invoices (number, order_id, customer_id, issued_on, due_on, net, vat, gross,
                          buyer_name, buyer_nip, buyer_address)
    SELECT 'FO/' || lpad(nextval('invoice_numbers')::text, 9, '0'), o.id, o.customer_id, current_date,
           current_date + c.payment_terms_days, o.total, tax.vat, o.total + tax.vat,
           c.company_name, c.nip, coalesce(billing.line, o.ship_to_address)
      FROM orders o
      JOIN customers c ON c.id = o.customer_id
      CROSS JOIN LATERAL (
          SELECT round(sum(l.quantity * l.unit_price * p.vat_rate / 100), 2) AS vat
            FROM order_lines l JOIN products p ON p.id = l.product_id
           WHERE l.order_id = o.id) AS tax
      LEFT JOIN LATERAL (
          SELECT concat_ws(', ', a.street, concat_ws(' ', a.postal_code, a.city)) AS line
            FROM addresses a WHERE a.customer_id = c.id AND a.kind = 'billing' ORDER BY a.id LIMIT 1) AS billing
        ON true
     WHERE o.id = p_order
    ON CONFLICT (order_id) DO NOTHING;
    RETURN true;
END $$;

-- A payment of an invoice, never of more than is open. The invoice is locked before the key is looked up: a
-- second request with the same key waits for the first one's commit, and then replays it.
CREATE FUNCTION accept_payment(p_key text, p_digest text, p_invoice bigint, p_amount numeric)
RETURNS TABLE (outcome text, id text, state text, amount text, subject text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_invoice invoices;
    v_payment payments;
BEGIN
    SELECT i.* INTO v_invoice FROM invoices i WHERE i.id = p_invoice FOR UPDATE;
    SELECT p.* INTO v_payment FROM payments p WHERE p.idempotency_key = p_key;
    IF NOT FOUND AND v_invoice.id IS NULL THEN
        RETURN QUERY SELECT 'unknown-invoice', NULL::text, NULL::text, NULL::text, p_invoice::text;
        RETURN;
    END IF;
    IF v_payment.id IS NULL THEN
        IF p_amount > v_invoice.gross - paid(p_invoice) THEN
            RETURN QUERY SELECT 'overpaid', NULL::text, NULL::text, NULL::text, p_invoice::text;
            RETURN;
        END IF;
        INSERT INTO payments AS p (idempotency_key, request_digest, invoice_id, amount, paid_at,
                                   payer_name, payer_iban, transfer_title)
        SELECT p_key, p_digest, p_invoice, p_amount, clock_timestamp(), c.company_name, c.iban, v_invoice.number
          FROM customers c WHERE c.id = v_invoice.customer_id
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING p.* INTO v_payment;
        IF FOUND THEN
            RETURN QUERY SELECT 'accepted', v_payment.id::text, v_payment.state, v_payment.amount::text, NULL::text;
            RETURN;
        END IF;
        SELECT p.* INTO v_payment FROM payments p WHERE p.idempotency_key = p_key;
    END IF;
    RETURN QUERY SELECT CASE WHEN v_payment.request_digest = p_digest THEN 'replayed' ELSE 'key-reused' END,
                        v_payment.id::text, v_payment.state, v_payment.amount::text, NULL::text;
END $$;

-- What has been paid of an invoice.
CREATE FUNCTION paid(p_invoice bigint) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(amount), 0) FROM payments WHERE invoice_id = p_invoice AND state = 'received'
$$;

-- Goods of a confirmed order that come back, never more than were ordered. The line is locked before the key is
-- looked up, for the same reason.
CREATE FUNCTION request_return(
    p_key text, p_digest text, p_order uuid, p_sku text, p_quantity integer, p_reason text
) RETURNS TABLE (outcome text, id text, state text, quantity integer, subject text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_line   order_lines;
    v_order  orders;
    v_return returns;
BEGIN
    SELECT l.* INTO v_line FROM order_lines l JOIN products p ON p.id = l.product_id
     WHERE l.order_id = p_order AND p.sku = p_sku FOR UPDATE OF l;
    SELECT r.* INTO v_return FROM returns r WHERE r.idempotency_key = p_key;
    IF v_return.id IS NULL THEN
        SELECT o.* INTO v_order FROM orders o WHERE o.id = p_order;
        IF v_line.order_id IS NULL THEN
            RETURN QUERY SELECT 'unknown-line', NULL::text, NULL::text, NULL::integer, p_sku;
            RETURN;
        END IF;
        IF v_order.state <> 'confirmed' THEN
            RETURN QUERY SELECT 'not-confirmed', NULL::text, NULL::text, NULL::integer, v_order.state;
            RETURN;
        END IF;
        IF p_quantity > v_line.quantity - (
            SELECT coalesce(sum(r.quantity), 0) FROM returns r
             WHERE r.order_id = p_order AND r.product_id = v_line.product_id AND r.state <> 'rejected')
        THEN
            RETURN QUERY SELECT 'more-than-ordered', NULL::text, NULL::text, NULL::integer, p_sku;
            RETURN;
        END IF;
        INSERT INTO returns AS r (idempotency_key, request_digest, order_id, product_id, quantity, reason,
                                  contact_name, contact_email, refund_iban)
        SELECT p_key, p_digest, p_order, v_line.product_id, p_quantity, p_reason,
               coalesce(nullif(concat_ws(' ', v_order.contact_snapshot ->> 'first_name',
                                         v_order.contact_snapshot ->> 'last_name'), ''), v_order.ship_to_name),
               v_order.ship_to_email, c.iban
          FROM customers c WHERE c.id = v_order.customer_id
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING r.* INTO v_return;
        IF FOUND THEN
            RETURN QUERY SELECT 'accepted', v_return.id::text, v_return.state, v_return.quantity, NULL::text;
            RETURN;
        END IF;
        SELECT r.* INTO v_return FROM returns r WHERE r.idempotency_key = p_key;
    END IF;
    RETURN QUERY SELECT CASE WHEN v_return.request_digest = p_digest THEN 'replayed' ELSE 'key-reused' END,
                        v_return.id::text, 'requested', v_return.quantity, NULL::text;
END $$;
