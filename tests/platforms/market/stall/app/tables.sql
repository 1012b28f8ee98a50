CREATE TABLE IF NOT EXISTS buyers (
    number integer PRIMARY KEY,
    full_name varchar(200) NOT NULL,
    email varchar(200) NOT NULL,
    active boolean NOT NULL,
    since timestamp(6) NULL
);
CREATE TABLE IF NOT EXISTS goods (
    name varchar(50) PRIMARY KEY,
    price integer NOT NULL
);
CREATE TABLE IF NOT EXISTS orders (
    id integer AUTO_INCREMENT PRIMARY KEY,
    order_key varchar(100) NOT NULL UNIQUE,
    buyer integer NOT NULL REFERENCES buyers (number),
    goods varchar(50) NOT NULL REFERENCES goods (name),
    amount integer NOT NULL,
    ordered_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    packed_at timestamp(6) NULL
);
CREATE TABLE IF NOT EXISTS notes (
    id integer AUTO_INCREMENT PRIMARY KEY,
    order_key varchar(100) NOT NULL,
    note varchar(200) NOT NULL
);
