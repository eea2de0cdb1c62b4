"""Asks a Postgres who it is talking to, by drivers of Python: alone, and below SQLAlchemy."""
import asyncio
import os

import asyncpg
import psycopg
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

URL = os.environ["DATABASE_URL"]
QUESTION = "SELECT current_user || ' ' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


async def by_asyncpg():
    connection = await asyncpg.connect(URL)
    return await connection.fetchval(QUESTION)


async def by_sqlalchemy_asyncpg():
    url = URL.replace("postgresql://", "postgresql+asyncpg://")
    async with create_async_engine(url).connect() as connection:
        return (await connection.execute(sqlalchemy.text(QUESTION))).scalar()


def by_psycopg():
    return psycopg.connect(URL).execute(QUESTION).fetchone()[0]


def by_sqlalchemy():
    url = URL.replace("postgresql://", "postgresql+psycopg://")
    return sqlalchemy.create_engine(url).connect().execute(sqlalchemy.text(QUESTION)).scalar()


for name, ask in {
    "asyncpg": lambda: asyncio.run(by_asyncpg()),
    "sqlalchemy-asyncpg": lambda: asyncio.run(by_sqlalchemy_asyncpg()),
    "psycopg": by_psycopg,
    "sqlalchemy-psycopg": by_sqlalchemy,
}.items():
    try:
        print(name, ask())
    except Exception as error:  # what a driver raises is what is told
        print(name, "failed:", type(error).__name__, error)
