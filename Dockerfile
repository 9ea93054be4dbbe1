# One image for every process: `khata up`, or api, worker, scheduler, relay and migrate.
# The version of Python is the newest that all locked packages bring wheels for.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-trixie AS build
ARG UV=0.13.9
RUN pip install --no-cache-dir --disable-pip-version-check "uv==${UV}"
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/opt/khata
WORKDIR /src
# The dependencies are a layer of their own, which a change of our code leaves alone.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups --no-install-project
COPY README.md LICENSE ./
COPY src src
RUN uv sync --frozen --no-default-groups --no-editable

FROM python:${PYTHON}-slim-trixie
LABEL org.opencontainers.image.title="khata" \
      org.opencontainers.image.description="Multi-tenant billing and subscriptions" \
      org.opencontainers.image.licenses="Apache-2.0"
# The number is fixed, so that volumes and security contexts can name it.
RUN groupadd --system --gid 10001 khata \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/khata \
        --no-create-home --shell /usr/sbin/nologin khata \
    && install --directory --owner=10001 --group=10001 --mode=0711 /var/lib/khata
COPY --from=build /opt/khata /opt/khata
COPY --chmod=0755 deploy/image/healthy /usr/local/bin/healthy
ENV PATH=/opt/khata/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    KHATA_DATA_DIR=/var/lib/khata \
    KHATA_HOST=0.0.0.0 \
    KHATA_PORT=8000 \
    KHATA_METRICS_PORT=9090 \
    KHATA_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/khata
VOLUME /var/lib/khata
EXPOSE 8000 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["healthy"]
ENTRYPOINT ["khata"]
CMD ["up"]
