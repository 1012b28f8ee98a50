-- What waits for a worker is found at once, however many orders there are: it is looked at every second.
CREATE INDEX orders_waiting ON orders (placed_at) WHERE state = 'accepted';
