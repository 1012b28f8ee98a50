"""How members use the kiosk: they read the programme and book seats."""

from __future__ import annotations

import time

from peakproof.journeys import Journey, check, task

HARD = 0.25  # seconds of a processor for one arrival: more than any generator could give at ten a second


class Look(Journey):
    """Reads the programme."""

    journey = "look"

    @task
    def look(self) -> None:
        found = self.get("programme", "/programme").json()
        check(len(found["rows"]) == self.rows("shows"), "every show in the programme")


class Book(Journey):
    """Books a few seats, and looks at the booking."""

    journey = "book"

    @task
    def book(self) -> None:
        wish = {
            "member": int(self.pick("members")["member"]),
            "show": int(self.pick("shows")["show"]),
            "seats": self.integer("seats", 1, 3),
        }
        booked = self.submit("seats", "/bookings", body=wish, content="/".join(map(str, wish.values())))
        if booked.accepted:
            self.get("ticket", f"/bookings/{booked.json()['booking']}")


class BookTheHardWay(Book):
    """Keeps the generator itself so busy that it cannot keep up."""

    journey = "book-the-hard-way"

    @task
    def book(self) -> None:
        end = time.process_time() + HARD
        while time.process_time() < end:
            pass
        super().book()
