"""Commands: one act asked of one speaker now. Void after a minute; the answer comes back under the same id."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from protocol import topics
from protocol.envelope import Kind, seal
from protocol.keys import SigningKey, device_owner
from protocol.messages import Command, Operation
from protocol.states import ENDS, State
from server import areas, audit, speakers
from server.air import revisions
from server.deliveries import move
from server.errors import ConflictError, InvalidInputError
from server.people import rights
from server.tables import Delivery, DeviceCommand, Emergency, Occurrence, Person, Speaker
from server.tables.columns import now

VALID = timedelta(seconds=60)
_LONGEST_ARGS = 4_000
"""Characters of JSON: a command travels in one packet, beside everybody else's."""


def order(session: Session, person: Person, speaker_id: str, op: Operation, args: dict[str, Any]) -> DeviceCommand:
    """Ask a speaker to do something now. Only inside `Database.write()`; the caller kicks the gateway after the commit.

    Raises NotFoundError, ForbiddenError, ConflictError (no box), InvalidInputError (arguments).
    """
    speaker = speakers.find(session, person, speaker_id)
    action = rights.Action.STOP if op is Operation.STOP_ALL else rights.Action.SPEAKERS
    rights.require(session, person, action, speaker.area_id)
    if speaker.enrolled_at is None:
        raise ConflictError(f"{speaker.name} chưa ghép với thiết bị nào.")
    if len(json.dumps(args)) > _LONGEST_ARGS:
        raise InvalidInputError("Tham số của lệnh quá dài.")
    if op is Operation.VOLUME:
        percent = args.get("percent")
        if not isinstance(percent, int) or isinstance(percent, bool) or not 0 <= percent <= 100:
            raise InvalidInputError("Âm lượng phải là một số nguyên từ 0 đến 100.")
        speaker.volume_percent = percent
        session.add(speaker)
    at = now()
    command = DeviceCommand(
        speaker_id=speaker.id, op=op, args=args, ordered_by=person.id, ordered_at=at, expires_at=at + VALID
    )
    session.add(command)
    session.flush()
    audit.record(session, person.id, "speaker.command", speaker.id, op=op.value, args=args)
    return command


def stop_all(session: Session, person: Person, area_id: str) -> list[DeviceCommand]:
    """Silence an area at once: a command to every box, and a request to end whatever is due now, for boxes that are away.

    An emergency is ended by its all-clear. Raises NotFoundError, ForbiddenError.
    """
    area = areas.find(session, area_id)
    rights.require(session, person, rights.Action.STOP, area.id)
    at = now()
    boxes = session.exec(
        select(Speaker.id).where(
            col(Speaker.area_id).in_(areas.below(session, area.id)), col(Speaker.enrolled_at).is_not(None)
        )
    ).all()
    commands = [
        DeviceCommand(speaker_id=box, op=Operation.STOP_ALL, ordered_by=person.id, ordered_at=at, expires_at=at + VALID)
        for box in boxes
    ]
    session.add_all(commands)
    for delivery in session.exec(
        select(Delivery)
        .join(Occurrence, col(Delivery.occurrence_id) == col(Occurrence.id))
        .where(
            col(Delivery.speaker_id).in_(boxes),
            col(Delivery.state).not_in(ENDS),
            col(Delivery.cancel_requested_at).is_(None),
            func.coalesce(Delivery.start_at, Occurrence.due_at) <= at,
            func.coalesce(Delivery.not_after, Occurrence.not_after) > at,
            col(Occurrence.id).not_in(select(Emergency.id)),
        )
    ).all():
        if not (delivery.state is State.QUEUED and move(delivery, State.WITHDRAWN, at=at)):
            delivery.cancel_requested_at = at
        session.add(delivery)
    session.flush()
    audit.record(session, person.id, "stop_all", area.id, speakers=len(boxes))
    return commands


def unsent(session: Session, *, key: SigningKey, station: str, at: datetime) -> list[tuple[str, str]]:
    """(topic, token) of every command not sent yet; they count as sent when this commits. Only inside `Database.write()`."""
    messages = []
    for command in session.exec(
        select(DeviceCommand)
        .where(col(DeviceCommand.sent_at).is_(None), col(DeviceCommand.expires_at) > at)
        .order_by(col(DeviceCommand.ordered_at), col(DeviceCommand.id))
    ).all():
        token = seal(
            Kind.CMD,
            Command(command_id=command.id, op=command.op, args=command.args),
            key=key,
            audience=device_owner(station, command.speaker_id),
            rev=revisions.rise(session, f"cmd/{command.speaker_id}", at),
            now=at,
            expires=command.expires_at,
        )
        command.sent_at = at
        session.add(command)
        messages.append((topics.device(station, command.speaker_id, "cmd"), token))
    return messages


def any_unsent(session: Session, at: datetime) -> bool:
    """Whether `unsent` has something to do: asked without taking the write lock."""
    found = session.exec(
        select(DeviceCommand.id)
        .where(col(DeviceCommand.sent_at).is_(None), col(DeviceCommand.expires_at) > at)
        .limit(1)
    )
    return found.first() is not None
