"""orderhub: a B2B order platform. One package, five processes: migrate, api, relay, worker, erp."""
