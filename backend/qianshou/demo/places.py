"""The county: villages, roads and twelve homes, from the files under `fixtures/places`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from qianshou.centres.models import Centre, DayType, OpeningHours, Room, TravelTime, Village, Zone

ROOM_COLUMNS = {
    "library_rooms": (Zone.LIBRARY, "图书室", 3),
    "family_call_rooms": (Zone.FAMILY_CALL, "亲情视频室", 1),
    "activity_rooms": (Zone.ACTIVITY, "活动室", 2),
    "counselling_rooms": (Zone.COUNSELLING, "心理咨询室", 1),
}
"""Column -> zone, name, pairs at a time."""

HOUR_COLUMNS = {
    "open_term_weekdays": DayType.TERM_WEEKDAY,
    "open_term_weekend": DayType.TERM_WEEKEND,
    "open_holiday": DayType.HOLIDAY,
}
WEEKDAYS = {f"周{sign}": number for number, sign in enumerate("一二三四五六日", start=1)}


@dataclass(slots=True)
class County:
    """What was loaded, by code."""

    homes: dict[str, Centre] = field(default_factory=dict)
    villages: dict[str, Village] = field(default_factory=dict)
    minutes: dict[tuple[str, str], int] = field(default_factory=dict)

    def near(self, home: str, most: int) -> list[Village]:
        """Return the villages from which a home is reached within so many minutes, the nearest first."""
        ways = sorted((self.minutes[code, home], code) for code in self.villages)
        return [self.villages[code] for minutes, code in ways if minutes <= most]


def load_county(folder: Path) -> County:
    """Write villages, roads, homes, rooms and opening hours."""
    county = County()
    villages = [
        Village(
            code=row["village_id"],
            name=row["name"],
            township=row["township"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            elevation_m=int(row["elevation_m"]),
            households=int(row["households"]),
        )
        for row in _rows(folder / "villages.csv")
    ]
    county.villages = {village.code: village for village in Village.objects.bulk_create(villages)}
    for row in _rows(folder / "villages-minutes.csv"):
        origin = row.pop("from")
        county.minutes.update({(origin, destination): int(minutes) for destination, minutes in row.items()})
    TravelTime.objects.bulk_create(
        [
            TravelTime(origin=origin, destination=destination, minutes=minutes)
            for (origin, destination), minutes in county.minutes.items()
            if origin != destination
        ],
        batch_size=2000,
    )
    rows = list(_rows(folder / "homes.csv"))
    homes = Centre.objects.bulk_create([_home(row, county.villages) for row in rows])
    county.homes = {home.code: home for home in homes}
    Room.objects.bulk_create(room for row in rows for room in _rooms(row, county.homes[row["home_id"]]))
    OpeningHours.objects.bulk_create(hours for row in rows for hours in _hours(row, county.homes[row["home_id"]]))
    return county


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _home(row: dict[str, str], villages: dict[str, Village]) -> Centre:
    return Centre(
        code=row["home_id"],
        name=row["name"],
        township=row["township"],
        village=villages[row["village_id"]],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        capacity=int(row["capacity"]),
        closed_weekdays=[WEEKDAYS[day] for day in row["closed_days"].split("、") if day],
        manager_name=row["manager"],
        phone=row["phone"],
    )


def _rooms(row: dict[str, str], home: Centre) -> Iterator[Room]:
    for column, (zone, name, seats) in ROOM_COLUMNS.items():
        count = int(row[column])
        for number in range(1, count + 1):
            yield Room(
                centre=home,
                zone=zone,
                name=name if count == 1 else f"{name}{number}",
                seats=seats,
                for_sessions=zone != Zone.COUNSELLING,
            )


def _hours(row: dict[str, str], home: Centre) -> Iterator[OpeningHours]:
    for column, day_type in HOUR_COLUMNS.items():
        for stretch in filter(None, row[column].split(";")):
            opens, closes = (time.fromisoformat(part) for part in stretch.split("-"))
            yield OpeningHours(centre=home, day_type=day_type, opens=opens, closes=closes)
