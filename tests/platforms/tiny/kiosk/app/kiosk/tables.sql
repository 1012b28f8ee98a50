CREATE TABLE IF NOT EXISTS members (
    number integer PRIMARY KEY,
    full_name text NOT NULL,
    email text NOT NULL,
    credit integer NOT NULL CHECK (credit >= 0)
);
CREATE TABLE IF NOT EXISTS shows (
    number integer PRIMARY KEY,
    title text NOT NULL,
    price integer NOT NULL
);
-- Nothing here keeps a client's key from being booked twice: that is the till's own duty, and it may fail at it.
CREATE TABLE IF NOT EXISTS bookings (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_key text NOT NULL,
    member integer NOT NULL REFERENCES members,
    show integer NOT NULL REFERENCES shows,
    seats integer NOT NULL,
    amount integer NOT NULL
);
CREATE INDEX IF NOT EXISTS bookings_by_key ON bookings (client_key);
-- What a booking brings about: a printed ticket.
CREATE TABLE IF NOT EXISTS prints (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    booking integer NOT NULL REFERENCES bookings
);
