"""The air side, for the handlers that speak with devices."""

from typing import Annotated

from fastapi import Depends

from server.air import Air
from server.api.context import StationDep
from server.errors import BusyError


def air_of(station: StationDep) -> Air:
    """The station's air side. Raises BusyError where a process runs without one."""
    if not isinstance(station.air, Air):
        raise BusyError("Tiến trình này của đài không nói chuyện với loa. Hãy gọi đài chính.")
    return station.air


AirDep = Annotated[Air, Depends(air_of)]
