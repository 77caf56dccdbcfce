"""What members do at any time: talk, ask and answer, share, write stories, and thank each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ledger.core.values import DAY, MINUTE, SECOND, Micros
from ledger.service.seeding.agenda import Thing
from ledger.service.seeding.cast import Cast, Happening, Person
from ledger.service.seeding.crowd import LOVE, Crowd

FOUNDER = "wechat:he-zhixia"
"""Who reviews and features."""

ACTS = {"talk": 22.0, "ask": 3.5, "share": 5.0, "write": 0.5}
"""How often each is what somebody does, who loves none of them."""

WRITERS = 10
"""How many times as often who loves to write does: nobody else hardly ever."""

EMOJI = ("❤️", "👍", "🙏", "🍞", "😋")


class Talk:
    """Begins things with somebody of the crowd, and puts what follows from them on the agenda."""

    def __init__(self, written: Cast, crowd: Crowd) -> None:
        self.titles = written.titles
        self.crowd = crowd
        self.agenda = crowd.agenda

    def begin(self, act: str, at: Micros) -> None:
        """Let somebody do something; which, is theirs to choose where `act` is empty."""
        person = self.crowd.somebody(at, loving=act)
        if person is None:
            return
        match act or self.agenda.pick(list(ACTS), [self._often(person, name) for name in ACTS]):
            case "ask":
                self._ask(person, at)
            case "share":
                self._share(person, at)
            case "write":
                self._write(person, at)
            case _:
                self._talk(person, at, left=self.agenda.pick((1, 2, 3, 4, 6), (5, 4, 3, 2, 1)))

    def _often(self, person: Person, act: str) -> float:
        love = WRITERS if act == "write" else LOVE
        return ACTS[act] * (love if act in person.loves else 1)

    def _talk(self, person: Person, at: Micros, *, left: int) -> None:
        """Post a message, and go on a little later while some are left."""
        agenda = self.agenda
        chars = 2 + agenda.below(13) if agenda.happens(0.25) else 15 + agenda.below(120)
        said = {"chars": chars, "channel": "bot" if agenda.happens(0.05) else "main"}
        message = self._post("message.posted", person, at, data=said)
        self._thanks(message, at, most=1 if agenda.happens(0.1) else 0)
        if left > 1:
            agenda.put(Micros(at + (20 + agenda.below(280)) * SECOND), partial(self._talk, person, left=left - 1))

    def _share(self, person: Person, at: Micros) -> None:
        """Share something; one in twenty is removed again."""
        agenda = self.agenda
        share = self._post("share.posted", person, at, titled=True)
        if agenda.happens(0.05):
            agenda.tell_later(agenda.after(at, 200), _about(share, "share.removed", person.who))
        else:
            self._thanks(share, at, most=min(12, int(agenda.chance.paretovariate(1.2))))

    def _write(self, person: Person, at: Micros) -> None:
        """Hand in a story; half of them are featured and then thanked for."""
        agenda = self.agenda
        story = self._post("story.submitted", person, at, titled=True)
        if agenda.happens(0.5):
            shown_at = Micros(at + DAY + agenda.below(20 * 60) * MINUTE)
            agenda.tell_later(shown_at, _about(story, "story.featured", FOUNDER))
            self._thanks(story, shown_at, most=2 + agenda.below(7))

    def _ask(self, person: Person, at: Micros) -> None:
        """Ask; others answer, and often one of them is accepted, sometimes another later."""
        agenda = self.agenda
        question = self._post("question.posted", person, at, titled=True)
        answers: list[Thing] = []
        last = at
        for _ in range(agenda.pick((0, 1, 2, 3, 4), (1, 4, 4, 2, 1))):
            when = agenda.after(at, 100)
            last = max(last, when)
            agenda.put(when, partial(self._answer, question, answers))
        if agenda.happens(0.75):
            accepts = partial(self._accept, question, answers, again=agenda.happens(0.1))
            agenda.put(agenda.after(last, 150), accepts)

    def _answer(self, question: Thing, answers: list[Thing], at: Micros) -> None:
        person = self.crowd.somebody(at, loving="answer", but=question.author)
        if person is not None:
            written = {"question": question.subject, "chars": 20 + self.agenda.below(400)}
            answers.append(self._post("answer.posted", person, at, data=written))
            self._thanks(answers[-1], at, most=self.agenda.below(2))

    def _accept(self, question: Thing, answers: list[Thing], at: Micros, *, again: bool) -> None:
        if not answers:
            return
        agenda = self.agenda
        chosen = answers[agenda.below(len(answers))]
        agenda.tell(at, _about(chosen, "answer.accepted", question.author, question=question.subject))
        others = [one for one in answers if one != chosen]
        if again and others:
            agenda.put(agenda.after(at, 300), partial(self._accept, question, others, again=False))

    def _post(
        self, event: str, person: Person, at: Micros, *, data: Mapping[str, object] = {}, titled: bool = False
    ) -> Thing:
        kind = event.partition(".")[0]
        subject = self.agenda.number(kind)
        texts = {"title": self._title(kind, person)} if titled else {}
        self.crowd.does(person, event, at, subject=subject, data=data, texts=texts)
        return Thing(subject, person.who)

    def _title(self, kind: str, person: Person) -> str:
        titles = self.titles[kind][person.language]
        return titles[self.agenda.below(len(titles))]

    def _thanks(self, thing: Thing, at: Micros, *, most: int) -> None:
        for _ in range(most):
            self.agenda.put(self.agenda.after(at, 240), partial(self._thank, thing))

    def _thank(self, thing: Thing, at: Micros) -> None:
        """Thank for something, if it is the first time; one in twenty-five is a mistake and taken back."""
        agenda = self.agenda
        fan = self.crowd.somebody(at, loving="thank", but=thing.author)
        if fan is None or not self.crowd.is_first(fan, thing.subject):
            return
        emoji = EMOJI[agenda.below(len(EMOJI))]
        agenda.tell(at, _about(thing, "reaction.added", fan.who, emoji=emoji))
        if agenda.happens(0.04):
            agenda.tell_later(agenda.after(at, 3), _about(thing, "reaction.removed", fan.who, emoji=emoji))


def _about(thing: Thing, event: str, who: str, **data: object) -> Happening:
    return Happening(event=event, member=who, subject=thing.subject, data=data)
