CREATE TABLE customers (
    number   integer PRIMARY KEY,
    email    text NOT NULL UNIQUE,
    password text NOT NULL
);
CREATE TABLE products (sku text PRIMARY KEY);
CREATE TABLE orders (
    number    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_key text NOT NULL UNIQUE,
    customer  integer NOT NULL REFERENCES customers,
    sku       text NOT NULL REFERENCES products,
    quantity  integer NOT NULL CHECK (quantity > 0)
);
CREATE TABLE outbox (order_number integer PRIMARY KEY REFERENCES orders);
CREATE TABLE parcels (
    number       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_number integer NOT NULL REFERENCES orders
);
