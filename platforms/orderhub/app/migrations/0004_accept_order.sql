-- The whole acceptance of an order in one function: one round trip, one transaction, so that locks are held for
-- as long as the commit takes and not for as long as a network does.
--
-- Locks are taken in one order everywhere: key, customer, stock by ascending product id. That order cannot
-- deadlock; the hottest rows (stock) come last and are therefore held shortest.
--
-- The outcome is a word, never an exception: a refusal is business as usual and must not fill the server's log.
CREATE FUNCTION accept_order(
    p_key text, p_digest text, p_customer bigint, p_skus text[], p_quantities integer[], p_note text
) RETURNS TABLE (outcome text, id uuid, state text, total numeric, subject text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_customer   customers;
    v_contact    contacts;
    v_address    addresses;
    v_products   bigint[];
    v_sorted     text[];
    v_counts     integer[];
    v_prices     numeric[];
    v_total      numeric;
    v_order      orders;
    v_refusal    text;
    v_subject    text;
BEGIN
    SELECT o.* INTO v_order FROM orders o WHERE o.idempotency_key = p_key;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM replay_order(v_order, p_digest);
        RETURN;
    END IF;

    SELECT c.* INTO v_customer FROM customers c WHERE c.id = p_customer;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'unknown-customer', NULL::uuid, NULL::text, NULL::numeric, p_customer::text;
        RETURN;
    END IF;
    IF v_customer.status <> 'active' THEN
        RETURN QUERY SELECT 'customer-not-active', NULL::uuid, NULL::text, NULL::numeric, v_customer.status;
        RETURN;
    END IF;

    SELECT array_agg(p.id ORDER BY p.id), array_agg(p.sku ORDER BY p.id), array_agg(w.quantity ORDER BY p.id),
           array_agg(coalesce(n.price, p.list_price) ORDER BY p.id),
           sum(w.quantity * coalesce(n.price, p.list_price))
      INTO v_products, v_sorted, v_counts, v_prices, v_total
      FROM unnest(p_skus, p_quantities) AS w (sku, quantity)
      JOIN products p ON p.sku = w.sku AND p.active
      LEFT JOIN customer_prices n ON n.customer_id = p_customer AND n.product_id = p.id;
    IF coalesce(cardinality(v_products), 0) <> cardinality(p_skus) THEN
        RETURN QUERY SELECT 'unknown-sku', NULL::uuid, NULL::text, NULL::numeric, w.sku
                       FROM unnest(p_skus) AS w (sku) WHERE w.sku <> ALL (coalesce(v_sorted, '{}')) LIMIT 1;
        RETURN;
    END IF;
    IF v_total > v_customer.credit_limit THEN  -- hopeless, and it might not even fit numeric(12,2)
        RETURN QUERY SELECT 'credit-limit', NULL::uuid, NULL::text, NULL::numeric, p_customer::text;
        RETURN;
    END IF;

    SELECT t.* INTO v_contact FROM contacts t WHERE t.customer_id = p_customer AND t.is_primary;
    SELECT a.* INTO v_address FROM addresses a WHERE a.customer_id = p_customer
     ORDER BY a.kind DESC, a.id LIMIT 1;  -- 'delivery' before 'billing'

    BEGIN  -- what follows is undone together when the order is refused
        -- A second request with the same key waits here for the first one's commit, and then replays it.
        INSERT INTO orders AS o (idempotency_key, request_digest, customer_id, reserved, total, note, delivery_notes,
                            ship_to_name, ship_to_email, ship_to_phone, ship_to_address, contact_snapshot)
        VALUES (p_key, p_digest, p_customer, true, v_total, p_note, v_address.delivery_notes,
                coalesce(v_address.recipient, v_customer.company_name),
                coalesce(v_contact.email, v_customer.email),
                coalesce(v_contact.phone, v_customer.phone),
                concat_ws(', ', v_address.street, concat_ws(' ', v_address.postal_code, v_address.city)),
                jsonb_strip_nulls(jsonb_build_object(
                    'first_name', v_contact.first_name, 'last_name', v_contact.last_name,
                    'email', v_contact.email, 'phone', v_contact.phone, 'role', v_contact.role)))
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING o.* INTO v_order;
        IF NOT FOUND THEN
            SELECT o.* INTO v_order FROM orders o WHERE o.idempotency_key = p_key;
            RETURN QUERY SELECT * FROM replay_order(v_order, p_digest);
            RETURN;
        END IF;

        INSERT INTO order_lines (order_id, product_id, quantity, unit_price)
        SELECT v_order.id, l.product_id, l.quantity, l.unit_price
          FROM unnest(v_products, v_counts, v_prices) AS l (product_id, quantity, unit_price);

        INSERT INTO outbox (order_id, idempotency_key, payload)
        SELECT v_order.id, p_key, jsonb_build_object(
                   'order_id', v_order.id, 'customer', p_customer, 'total', v_order.total::text,
                   'ship_to', jsonb_build_object(
                       'name', v_order.ship_to_name, 'email', v_order.ship_to_email,
                       'phone', v_order.ship_to_phone, 'address', v_order.ship_to_address),
                   'lines', jsonb_agg(jsonb_build_object(
                       'sku', l.sku, 'quantity', l.quantity, 'unit_price', l.unit_price::text) ORDER BY l.sku COLLATE "C"))
          FROM unnest(v_sorted, v_counts, v_prices) AS l (sku, quantity, unit_price);

        UPDATE customers c SET credit_used = c.credit_used + v_total, updated_at = now()
         WHERE c.id = p_customer AND c.credit_used + v_total <= c.credit_limit;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'OH409', MESSAGE = 'credit-limit', DETAIL = p_customer::text;
        END IF;

        FOR i IN 1 .. cardinality(v_products) LOOP  -- ascending product id
            UPDATE stock s SET available = s.available - v_counts[i], updated_at = now()
             WHERE s.product_id = v_products[i] AND s.available >= v_counts[i];
            IF NOT FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'OH409', MESSAGE = 'out-of-stock', DETAIL = v_sorted[i];
            END IF;
        END LOOP;
    EXCEPTION WHEN SQLSTATE 'OH409' THEN
        GET STACKED DIAGNOSTICS v_refusal = MESSAGE_TEXT, v_subject = PG_EXCEPTION_DETAIL;
        RETURN QUERY SELECT v_refusal, NULL::uuid, NULL::text, NULL::numeric, v_subject;
        RETURN;
    END;

    PERFORM pg_notify('outbox', '');
    RETURN QUERY SELECT 'accepted', v_order.id, v_order.state, v_order.total, NULL::text;
END $$;

-- The same key again: the first reply when the request is the same, a refusal when it is another one.
CREATE FUNCTION replay_order(p_order orders, p_digest text)
RETURNS TABLE (outcome text, id uuid, state text, total numeric, subject text)
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_order.request_digest = p_digest THEN 'replayed' ELSE 'key-reused' END,
           p_order.id, 'accepted', p_order.total, NULL::text
$$;

-- A definite end without success. What the order held is given back only when the ERP said no: after a time-out
-- nobody knows whether the goods leave, so they stay reserved until a person has looked.
CREATE FUNCTION fail_order(p_order uuid, p_reason text, p_release boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    v_order orders;
    v_line  order_lines;
BEGIN
    SELECT * INTO v_order FROM orders WHERE id = p_order AND state IN ('accepted', 'sent_to_erp') FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE orders SET state = 'failed', failure_reason = p_reason, reserved = reserved AND NOT p_release,
                      updated_at = clock_timestamp()
     WHERE id = p_order;
    IF p_release AND v_order.reserved THEN
        UPDATE customers SET credit_used = credit_used - v_order.total, updated_at = now()
         WHERE id = v_order.customer_id;
        FOR v_line IN SELECT * FROM order_lines WHERE order_id = p_order ORDER BY product_id LOOP
            UPDATE stock SET available = available + v_line.quantity, updated_at = now()
             WHERE product_id = v_line.product_id;
        END LOOP;
    END IF;
    RETURN true;
END $$;
