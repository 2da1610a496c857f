# The API and its command; without a setting it keeps its SQLite file in /data. docker-compose.yml adds PostgreSQL.
# Pinned by version; `docker buildx imagetools inspect IMAGE` tells the digest to whoever pins by that (@sha256:...).
FROM python:3.11.15-slim-bookworm

LABEL org.opencontainers.image.title="bilateral" \
      org.opencontainers.image.description="Tracks agreements between two sides" \
      org.opencontainers.image.licenses="MIT"

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

RUN groupadd --gid 10001 bilateral \
    && useradd --uid 10001 --gid bilateral --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin bilateral \
    && install --directory --owner=bilateral --group=bilateral --mode=0700 /data

# The dependencies, installed with the packages still empty, so that a change of the code reinstalls nothing. Installed
# in place, as in a checkout: the migrations' configuration is read from pyproject.toml. What installs is not kept; the
# standard library is compiled, since nothing else would be: each health check starts in a fifth of the time.
WORKDIR /app
COPY pyproject.toml constraints.txt ./
RUN export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    && mkdir api db && touch README.md api/__init__.py db/__init__.py \
    && pip install -c constraints.txt -e . \
    && pip uninstall --yes wheel setuptools pip \
    && python -m compileall -q -x 'idlelib|lib2to3|pydoc_data|site-packages|tkinter' /usr/local/lib/python3.*

# The code, root's own; readable and compiled, whatever the modes of the files that were copied.
COPY LICENSE ./
COPY api ./api
COPY db ./db
RUN chmod -R a+rX . && python -m compileall -q api db

USER 10001:10001
VOLUME /data
ENV BILATERAL_DATABASE_URL=sqlite:////data/bilateral.db
EXPOSE 8000
# Not through a proxy that the environment names: http.client knows none.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-IS", "-c", "from http.client import HTTPConnection; api = HTTPConnection('127.0.0.1', 8000, timeout=4); api.request('GET', '/readyz'); raise SystemExit(api.getresponse().status != 200)"]
ENTRYPOINT ["bilateral"]
CMD ["serve", "--host", "0.0.0.0"]
