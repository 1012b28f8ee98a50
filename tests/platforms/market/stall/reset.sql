-- What a run left. Of two statements, so that both are seen to be done.
DELETE FROM notes WHERE LEFT(order_key, CHAR_LENGTH(%(run)s)) = %(run)s;
DELETE FROM orders WHERE LEFT(order_key, CHAR_LENGTH(%(run)s)) = %(run)s;
