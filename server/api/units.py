"""The national list of communes: by name with or without marks, by code, and by the codes of before July 2025."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from server import administrative
from server.administrative import Commune, FormerUnit
from server.api.context import PersonDep
from server.api.views import Items
from server.errors import NotFoundError

router = APIRouter(prefix="/units", tags=["areas"])


class CommuneView(BaseModel):
    """A commune of today."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    province_code: str
    province: str


class FormerView(BaseModel):
    """A unit of before July 2025 and what it became; of several the one with the larger part is first."""

    code: str
    name: str
    district: str
    province: str
    became: list[CommuneView]


class CommuneWithPast(CommuneView):
    """A commune of today and what it was made of."""

    formerly: list[FormerView]


@router.get("")
def get_units(
    _: PersonDep,
    q: Annotated[str, Query(min_length=2, max_length=100, examples=["bac son lang son"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Items[CommuneView]:
    """Communes by name, best first; marks may be left out, kind and province may be there."""
    return Items(items=[_commune(found) for found in administrative.communes_named(q, limit)])


@router.get("/former")
def get_former_units(
    _: PersonDep,
    q: Annotated[str, Query(min_length=2, max_length=100, examples=["co bi gia lam"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Items[FormerView]:
    """Units of before July 2025 by name, and what they became; district and province may be there."""
    return Items(items=[_former(found) for found in administrative.former_named(q, limit)])


@router.get("/former/{code}")
def get_former(code: str, _: PersonDep) -> FormerView:
    """The unit that had this code before July 2025, and what it became."""
    found = administrative.former(code)
    if found is None:
        raise NotFoundError(f"Không có đơn vị hành chính cũ nào mang mã “{code[:20]}”.")
    return _former(found)


@router.get("/{code}")
def get_unit(code: str, _: PersonDep) -> CommuneWithPast:
    """The commune with this code, and what it was made of."""
    found = administrative.commune(code)
    if found is None:
        raise NotFoundError(f"Không có xã, phường nào mang mã “{code[:20]}”. Mã cũ thì xem ở phần mã trước 7/2025.")
    past = [_former(unit) for unit in administrative.formerly(code)]
    return CommuneWithPast(**_commune(found).model_dump(), formerly=past)


def _commune(found: Commune) -> CommuneView:
    return CommuneView.model_validate(found)


def _former(found: FormerUnit) -> FormerView:
    became = [_commune(one) for code in found.became if (one := administrative.commune(code)) is not None]
    return FormerView(code=found.code, name=found.name, district=found.district, province=found.province, became=became)
