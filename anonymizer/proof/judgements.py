"""Every comparison and every sighting of a check, from what met and what was counted. Reads no row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from anonymizer.proof.comparison import Comparison, Draws, met_by_chance
from anonymizer.proof.dealing import of_rule
from anonymizer.proof.gathering import Tally
from anonymizer.proof.meetings import Meetings, Spot, explained
from anonymizer.proof.objects import CATALOGUE, Objects
from anonymizer.proof.places import Place
from anonymizer.proof.sheets import Sheet
from anonymizer.proof.sightings import Sighting, numbers_by_chance
from anonymizer.transforms.base import Slot


def comparison(sheet: Sheet, place: Place, before: Tally, after: Tally, seen: Meetings) -> Comparison:
    """What a place's meetings say beside what its transform can leave there."""
    at = (sheet.name, place.label)
    meeting = seen.places[at]
    left = sheet.left[place.label]
    draws = _draws(place, left.chance, seen.persons(at), after, _share(before, place))
    different_ = before.distinct[place.label].count if place.label in before.distinct else 0.0
    matched, rows = sheet.key is not None, before.values.get(place.label, 0)
    by_chance = draws.expected(meeting, common=not place.identifying)
    return Comparison(
        place=f"{sheet.name}.{place.label}",
        identifying=place.identifying,
        judged=place.identifying or (place.rule.masks and left.judged),
        values=rows,
        survivors=meeting.own_rows if matched else meeting.rows,
        pairs=draws.kept(meeting) if matched else meeting.values,
        matched=matched,
        by_chance=by_chance if matched else draws.anywhere(meeting, rows),
        coincidences=meeting.rows,
        strange=draws.strange(meeting) if matched else meeting.odd_values if left.chance else 0,
        originals=min(1.0, meeting.values / draws.distinct) if draws.distinct else 0.0,
        originals_by_chance=met_by_chance(draws.persons, different_, seen.crowded(at, different_)),
    )


def _share(tally: Tally, place: Place) -> float:
    """Of the source's values those that a draw could deal out."""
    return tally.dealt.get(place.label, 0) / max(1, tally.values.get(place.label, 0))


def _draws(place: Place, chance: float | None, persons: float, after: Tally, share: float) -> Draws:
    counted = after.distinct.get(place.label)
    inner = [*place.rule.paths.values()] or [place.rule]
    return Draws(
        per_person=any(rule.entity is not None for rule in inner),
        persons=persons,
        distinct=counted.count if counted else 0.0,
        chance=chance,
        dealt=persons * share,
        crowd=after.crowd,
    )


def sightings(
    tables: Sequence[Sheet],
    before: Mapping[str, Tally],
    after: Mapping[str, Tally],
    beyond: Mapping[str, Tally],
    objects: Objects,
    seen: Meetings,
) -> Iterator[Sighting]:
    """Originals that no transform explains, and those in their own rows beyond what draws give back.

    `beyond`: what was counted of the target in rows and columns that no policy names.
    """
    places = {(sheet.name, place.label): (sheet, place) for sheet in tables for place in sheet.searched}
    # Statistics hold values of their column; those of an index or of several columns, any of the table's.
    explaining: dict[str, frozenset[str]] = {}
    for (table, label), (_, place) in places.items():
        explaining[f"{table}.{label}"] = explained(place)
        explaining[table] = explaining.get(table, frozenset()) | explained(place)
    for (table, label, name), spot in sorted(seen.spots.items(), key=_order):
        if table == CATALOGUE:
            whose, statistics, _ = label.partition(" (statistics")
            if not statistics or name not in explaining.get(whose, ()):
                yield _unexplained(label, name, spot, objects.trials(label), seen)
        elif (table, label) in seen.beyond:
            yield _unexplained(f"{table}.{label}", name, spot, beyond[table].trials.get(label, {}), seen)
        elif name in seen.explained[table, label]:
            sheet, place = places[table, label]
            streams = seen.populations[name]
            persons = seen.persons(*streams)
            draws = _draws(place, _word(sheet, place), persons, after[table], _dealt(before, streams))
            if kept := draws.kept(spot.meeting):
                trials = after[table].trials.get(label, {})
                every = numbers_by_chance(trials, seen.numbers(name))
                met = every * after[table].crowd / max(1.0, persons)
                yield Sighting(
                    place=f"{table}.{label}", population=name, same_row=True, found=kept,
                    by_chance=max(met, draws.expected(spot.meeting)), strange=draws.strange(spot.meeting),
                    numbers=met > 0,
                )  # fmt: skip
        elif spot.found:
            yield _unexplained(f"{table}.{label}", name, spot, after[table].trials.get(label, {}), seen)


def _word(sheet: Sheet, place: Place) -> float | None:
    """How often a result holds a certain word of its pool; None: it has none, or nobody knows."""
    inner = [rule for rule in place.rule.paths.values() if rule.masks]
    each = [of_rule(rule, Slot()) for rule in inner] or [sheet.left[place.label]]
    words = [one.word for one in each if one.word]
    return max(words) if len(words) == len(each) else None


def _dealt(before: Mapping[str, Tally], streams: Sequence[tuple[str, str]]) -> float:
    """Of a population's values those that a draw could deal out."""
    possible = sum(before[table].dealt.get(label, 0) for table, label in streams)
    return possible / max(1, sum(before[table].values.get(label, 0) for table, label in streams))


def _order(spot: tuple[tuple[str, str, str], Spot]) -> tuple[bool, tuple[str, str, str]]:
    """Tables by name, then the catalogue."""
    return spot[0][0] == CATALOGUE, spot[0]


def _unexplained(place: str, name: str, spot: Spot, trials: Mapping[int, int], seen: Meetings) -> Sighting:
    return Sighting(
        place=place, population=name, same_row=False, found=spot.found,
        by_chance=numbers_by_chance(trials, seen.numbers(name)) if trials else 0.0, numbers=True,
    )  # fmt: skip
