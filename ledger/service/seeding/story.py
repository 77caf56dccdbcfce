"""Eight weeks of the demo community, made of people, scenes and chance: always the same for the same end."""

from __future__ import annotations

from functools import partial

from ledger.core.values import DAY, Micros
from ledger.service.seeding.agenda import DAYS, Agenda, Told
from ledger.service.seeding.cast import Cast, Deed, Happening, Person, Scene, cast
from ledger.service.seeding.crowd import Crowd
from ledger.service.seeding.talk import Talk

BUSY_DAYS = (1.0, 1.0, 1.2, 0.9, 1.1, 1.4, 1.2)
"""How lively each weekday is, from Monday."""

FEE = 9900
"""A year's contribution, in cents."""

WELCOMED_UNTIL = 45
"""Who joined later still waits for the welcome to be handed over."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def history(ended_at: Micros) -> list[Told]:
    """Return the demo's history up to an instant, in order of time."""
    return Story(cast(), Agenda(ended_at)).tell()


class Story:
    """Puts on the agenda what is written and what returns by the day; the rest follows from it."""

    def __init__(self, written: Cast, agenda: Agenda) -> None:
        self.written = written
        self.agenda = agenda
        self.crowd = Crowd(agenda)
        self.talk = Talk(written, self.crowd)

    def tell(self) -> list[Told]:
        """Let everything happen and return it."""
        for scene in self.written.scenes:
            later = self._days_until(scene)
            for line in scene.events:
                self.agenda.tell_later(self.agenda.moment(line.day + later, line.at), line)
            for deed in scene.deeds:
                self.agenda.do_later(self.agenda.moment(deed.day + later, deed.at), deed)
        for person in self.written.people:
            self._membership(person)
        for day in range(DAYS + 1):
            self._customs(day)
            self._chatter(day)
        return self.agenda.play()

    def _days_until(self, scene: Scene) -> int:
        """Return by how many days a scene that belongs to a weekday is moved."""
        if scene.weekday is None:
            return 0
        return (WEEKDAYS.index(scene.weekday) - self.agenda.date(scene.first_day).weekday()) % 7

    def _membership(self, person: Person) -> None:
        """Let somebody join, and perhaps introduce themselves, settle, pay and leave."""
        agenda, who = self.agenda, person.who
        at = agenda.between(person.joined, "8:00", "10:00")
        agenda.put(at, partial(self.crowd.join, person))
        if person.leaves is not None:
            left = Happening(event="member.left", member=who)
            agenda.tell_later(agenda.moment(person.leaves, "22:40"), left)
        if person.joined <= WELCOMED_UNTIL:
            agenda.do_later(
                agenda.moment(max(person.joined, 0) + 1, "9:05"), Deed(day=0, at="", do="welcome", who=who)
            )
        if agenda.happens(0.85):
            hello = Happening(event="member.introduced", member=who, data={"chars": 20 + agenda.below(180)})
            agenda.tell_later(agenda.after(at, 90), hello)
        if person.joined > 3 and agenda.happens(0.5):
            agenda.put(Micros(at + 7 * DAY), partial(self._settle, person))
        if agenda.happens(0.45) or person.pays:
            agenda.put(Micros(at + (3 + agenda.below(18)) * DAY), partial(self._pay, person))

    def _settle(self, newcomer: Person, at: Micros) -> None:
        buddy = self.crowd.somebody(at, loving="thank", but=newcomer.who)
        if buddy is not None:
            self.crowd.does(newcomer, "newcomer.settled", at, people={"buddy": buddy.who})

    def _pay(self, person: Person, at: Micros) -> None:
        paid = {"amount": FEE, "currency": "CNY"}
        self.crowd.does(person, "payment.settled", at, subject=self.agenda.number("payment"), data=paid)

    def _customs(self, day: int) -> None:
        """Put on the agenda what a day of the week brings: news every morning, and an evening's custom."""
        agenda = self.agenda
        date = agenda.date(day)
        for _ in range(2 + agenda.below(5)):
            agenda.put(agenda.between(day, "8:00", "8:30"), partial(self._join_topic, f"morning_news/{date}"))
        match date.weekday():
            case 1 | 4:
                agenda.put(agenda.between(day, "21:00", "21:20"), partial(self.talk.begin, "ask"))
            case 2:
                agenda.put(agenda.moment(day, "20:00"), partial(self._host, f"share_day/{date}"))
            case 5:
                for number, clock in enumerate(("20:20", "20:50"), start=1):
                    agenda.put(agenda.moment(day, clock), partial(self._game, f"dough-quiz-{date}-{number}"))

    def _join_topic(self, activity: str, at: Micros) -> None:
        person = self.crowd.somebody(at)
        if person is not None and self.crowd.is_first(person, activity):
            self.crowd.does(person, "topic.joined", at, data={"activity": activity})

    def _host(self, activity: str, at: Micros) -> None:
        host = self.crowd.somebody(at, loving="share")
        if host is not None:
            self.crowd.does(host, "activity.hosted", at, data={"activity": activity})
            for _ in range(4 + self.agenda.below(5)):
                self.agenda.put(self.agenda.after(at, 25), partial(self._join_topic, activity))

    def _game(self, round_: str, at: Micros) -> None:
        drawn = [self.crowd.somebody(at, loving="play") for _ in range(3)]
        winners = dict.fromkeys(one for one in drawn if one is not None)
        for rank, winner in enumerate(winners, start=1):
            self.crowd.does(winner, "game.won", at, data={"round": round_, "rank": rank})

    def _chatter(self, day: int) -> None:
        """Put on the agenda that somebody does something, the more often the more have joined."""
        agenda = self.agenda
        present = sum(one.joined <= day for one in self.written.people) / len(self.written.people)
        acts = (4 + 8 * present) * BUSY_DAYS[agenda.date(day).weekday()] * (0.7 + 0.6 * agenda.chance.random())
        for _ in range(round(acts)):
            agenda.put(agenda.sometime(day), partial(self.talk.begin, ""))
