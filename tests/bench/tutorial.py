"""The tutorial way: FastAPI and SQLModel as their guides teach them, with relations and a response_model.

Served as `uvicorn tests.bench.tutorial:app`, of the SQLite file that TUTORIAL_DATABASE names.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select


class Table(SQLModel, registry=registry()):
    """Apart from the tables of the service."""


class Organization(Table, table=True):
    id: str = Field(primary_key=True)
    name: str


class Person(Table, table=True):
    id: str = Field(primary_key=True)
    name: str


class AgreementBase(Table):
    title_en: str
    title_fr: str
    form: str
    legal_character: str
    subject: str
    signed: str
    entry_into_force_condition: str
    entry_into_force_offset: str


class PartyBase(Table):
    side: str
    organization_id: str = Field(foreign_key="organization.id", index=True)


class SignatoryBase(Table):
    side: str
    capacity: str
    signed: str
    person_id: str = Field(foreign_key="person.id", index=True)
    on_behalf_of_id: str = Field(foreign_key="organization.id", index=True)


class EventBase(Table):
    kind: str
    date: str
    by_id: str | None = Field(default=None, foreign_key="organization.id", index=True)


class Agreement(AgreementBase, table=True):
    id: str = Field(primary_key=True)
    parties: list["Party"] = Relationship(back_populates="agreement")
    signatories: list["Signatory"] = Relationship(back_populates="agreement")
    events: list["Event"] = Relationship(back_populates="agreement")


class Party(PartyBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    agreement_id: str = Field(foreign_key="agreement.id", index=True)
    agreement: Agreement = Relationship(back_populates="parties")


class Signatory(SignatoryBase, table=True):
    id: str = Field(primary_key=True)
    agreement_id: str = Field(foreign_key="agreement.id", index=True)
    agreement: Agreement = Relationship(back_populates="signatories")


class Event(EventBase, table=True):
    id: str = Field(primary_key=True)
    agreement_id: str = Field(foreign_key="agreement.id", index=True)
    agreement: Agreement = Relationship(back_populates="events")


class PartyPublic(PartyBase):
    id: int


class SignatoryPublic(SignatoryBase):
    id: str


class EventPublic(EventBase):
    id: str


class AgreementCreate(AgreementBase):
    id: str


class AgreementPublic(AgreementBase):
    id: str
    parties: list[PartyPublic] = []
    signatories: list[SignatoryPublic] = []
    events: list[EventPublic] = []


tables = Table.metadata
engine = create_engine(
    f"sqlite:///{os.environ.get('TUTORIAL_DATABASE', 'tutorial.db')}", connect_args={"check_same_thread": False}
)
app = FastAPI()


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


@app.get("/agreements/{agreement_id}", response_model=AgreementPublic)
def read_agreement(agreement_id: str, session: SessionDep) -> Agreement:
    agreement = session.get(Agreement, agreement_id)
    if not agreement:
        raise HTTPException(status_code=404, detail="Agreement not found")
    return agreement


@app.get("/agreements/", response_model=list[AgreementPublic])
def read_agreements(
    session: SessionDep, offset: int = 0, limit: Annotated[int, Query(le=100)] = 50
) -> Sequence[Agreement]:
    return session.exec(select(Agreement).offset(offset).limit(limit)).all()


@app.post("/agreements/", response_model=AgreementPublic)
def create_agreement(agreement: AgreementCreate, session: SessionDep) -> Agreement:
    created = Agreement.model_validate(agreement)
    session.add(created)
    session.commit()
    session.refresh(created)
    return created
