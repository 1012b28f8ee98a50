"""Well-formed Polish identifiers, and their rules written a second time, digit by digit."""

from __future__ import annotations

from datetime import date, timedelta


def weighted(text: str, weights: str) -> int:
    return sum(int(one) * int(weight) for one, weight in zip(text, weights, strict=True))


def is_nip(text: str) -> bool:
    return len(text) == 10 and weighted(text[:9], "657234567") % 11 == int(text[9]) and text[0] != "0"


def nip(number: str) -> str:
    """A NIP whose first nine digits are `number` or the next ones that have a check digit."""
    check = weighted(number, "657234567") % 11
    return f"{number}{check}" if check < 10 else nip(f"{(int(number) + 1) % 10**9:09d}")


def is_regon(text: str) -> bool:
    if len(text) == 14:
        return is_regon(text[:9]) and branch(text[:13]) == text
    return len(text) == 9 and weighted(text[:8], "89234567") % 11 % 10 == int(text[8])


def branch(number: str) -> str:
    return f"{number}{weighted(number, '2485097361248') % 11 % 10}"


def regon(number: str) -> str:
    return f"{number}{weighted(number, '89234567') % 11 % 10}"


def birth(text: str) -> date:
    """The birth date in a PESEL. Raises ValueError when there is no such day."""
    month = int(text[2:4])
    century = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}[month // 20]
    return date(century + int(text[:2]), month % 20, int(text[4:6]))


def is_pesel(text: str) -> bool:
    birth(text)
    return len(text) == 11 and (weighted(text, "13791379131") % 10) == 0


def is_female(text: str) -> bool:
    return int(text[9]) % 2 == 0


def pesel(number: int) -> str:
    """A PESEL of somebody born in the second half of the twentieth century."""
    day = date(1950, 1, 1) + timedelta(days=number // 7 % 18_000)
    payload = f"{day:%y%m%d}{number % 10_000:04d}"
    return f"{payload}{-weighted(payload, '1379137913') % 10}"


def is_iban(text: str) -> bool:
    moved = text[4:] + "".join(str(int(one, 36)) for one in text[:4])
    return len(text) == 28 and text.startswith("PL") and int(moved) % 97 == 1


def iban(account: str) -> str:
    return f"PL{98 - int(account + '252100') % 97:02d}{account}"


def is_card(text: str) -> bool:
    """Luhn, from the right: every second digit doubled, its digits added."""
    doubled = [str(int(one) * (1 + place % 2)) for place, one in enumerate(reversed(text))]
    return sum(int(digit) for number in doubled for digit in number) % 10 == 0


def card(payload: str) -> str:
    return next(f"{payload}{check}" for check in range(10) if is_card(f"{payload}{check}"))
