# Two targets: `backend` (server and page, without torch) and `worker` (with it).
# The image below is pinned by the digest of its index, for all processors, and packages are those of the lock files, by
# their hashes; torch comes from an index of your choice.
# CPU only: --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cpu
FROM python:3.12.14-slim-trixie@sha256:78387bc3881b8273120a12ebe6c1ab22b018ccc2c9adf565ae1ac9b536e184ea AS backend

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 LATENTBRUSH_DATA_DIR=/data
WORKDIR /app
COPY requirements.server.lock requirements.worker.lock ./
# psycopg takes the system's libpq.
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --require-hashes --no-deps -r requirements.server.lock
COPY pyproject.toml README.md LICENSE ./
COPY requirements requirements
COPY latentbrush latentbrush
COPY contracts contracts
COPY service service
COPY backend backend
COPY worker worker
COPY models models
COPY training training
COPY cli cli
COPY frontend frontend
RUN pip install --no-deps --no-build-isolation -e . \
    && useradd --uid 10001 --no-create-home latentbrush \
    && install -d -o latentbrush -m 700 /data
USER latentbrush
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=120s CMD ["python", "-m", "backend.healthy"]
# Listening to other machines needs LATENTBRUSH_API_KEYS.
CMD ["latentbrush", "serve", "--host", "0.0.0.0", "--no-browser"]

FROM backend AS worker
ARG TORCH_INDEX=https://pypi.org/simple
USER root
# GDAL, in rasterio, expects the system's expat.
RUN apt-get update && apt-get install -y --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --require-hashes --no-deps -r requirements.worker.lock \
    && pip install --index-url "$TORCH_INDEX" torch==2.13.0
USER latentbrush
CMD ["latentbrush", "worker"]
