-- Three customers and four products: small enough that a test knows every number.
INSERT INTO customers (id, company_name, nip, regon, owner_first_name, owner_last_name, owner_pesel, email, phone,
                       iban, status, credit_limit)
VALUES (1, 'Alfa sp. z o.o.', '1234563218', '123456785', 'Jan', 'Kowalski', '44051401359', 'biuro@alfa.example',
        '+48 600 100 100', 'PL61109010140000071219812874', 'active', 1000000),
       (2, 'Beta S.A.', '7680002466', '012345678', 'Ewa', 'Nowak', NULL, 'biuro@beta.example',
        '+48 600 200 200', 'PL27114020040000300201355387', 'active', 1000),
       (3, 'Gamma', '5260001246', '987654321', 'Piotr', 'Lis', NULL, 'biuro@gamma.example',
        '+48 600 300 300', 'PL83101010230000261395100000', 'blocked', 1000);
INSERT INTO contacts (customer_id, first_name, last_name, email, phone, role, is_primary)
VALUES (1, 'Anna', 'Zając', 'anna.zajac@alfa.example', '+48 601 101 101', 'buyer', true);
INSERT INTO addresses (customer_id, kind, recipient, street, postal_code, city, delivery_notes)
VALUES (1, 'billing', 'Alfa sp. z o.o.', 'Prosta 1', '00-001', 'Warszawa', NULL),
       (1, 'delivery', 'Magazyn Alfa', 'Długa 7', '31-147', 'Kraków', 'dzwonić do Anny Zając, 601 101 101');
INSERT INTO products (id, sku, name, category, list_price)
VALUES (1, 'PUMP-1', 'Pump', 'pumps', 100), (2, 'VALVE-2', 'Valve', 'valves', 10.50),
       (3, 'RARE-3', 'Rare part', 'parts', 1), (4, 'OLD-4', 'Discontinued', 'parts', 5);
UPDATE products SET active = false WHERE sku = 'OLD-4';
INSERT INTO stock (product_id, on_hand, available)
VALUES (1, 100000, 100000), (2, 100000, 100000), (3, 10, 10), (4, 10, 10);
INSERT INTO customer_prices (customer_id, product_id, price) VALUES (1, 1, 80);
