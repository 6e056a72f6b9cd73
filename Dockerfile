# Two rooms: one that builds, with what only building needs, and one that runs, with nothing else in it.

FROM python:3.13-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/askarsan && python -m venv /opt/build
COPY requirements/run.txt requirements/build.txt requirements/
RUN /opt/askarsan/bin/pip install --require-hashes -r requirements/run.txt \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/askarsan/bin/pip install --no-deps /wheels/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/askarsan --create-home askarsan
COPY --from=build /opt/askarsan /opt/askarsan
ENV PATH=/opt/askarsan/bin:$PATH PYTHONUNBUFFERED=1 \
    ASKARSAN_DATA_DIR=/var/lib/askarsan ASKARSAN_HOST=0.0.0.0 ASKARSAN_PORT=8000
USER askarsan
WORKDIR /var/lib/askarsan
VOLUME /var/lib/askarsan
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"ASKARSAN_PORT\"]}/health', timeout=4)"]
CMD ["askarsan", "serve"]
