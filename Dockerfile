# The API and its command. Small, pinned, not root; SQLite in /data unless BILATERAL_DATABASE_URL says otherwise.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --system --uid 10001 --home-dir /data --create-home bilateral
WORKDIR /app

COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY api ./api
COPY db ./db
RUN pip install -c constraints.txt -e .

USER bilateral
VOLUME /data
ENV BILATERAL_DATABASE_URL=sqlite:////data/bilateral.db
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["bilateral"]
CMD ["serve", "--host", "0.0.0.0"]
