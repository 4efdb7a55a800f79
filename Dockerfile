FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libreoffice-writer-nogui fonts-liberation fonts-wqy-zenhei \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home segmentlog
WORKDIR /app
COPY requirements.txt pyproject.toml README.md ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY domain domain
COPY eventstore eventstore
COPY projections projections
COPY correspondence correspondence
COPY application application
COPY api api
RUN pip install --no-cache-dir --no-build-isolation --no-deps .
USER segmentlog
EXPOSE 8000
CMD ["segmentlog", "serve", "--host", "0.0.0.0"]
