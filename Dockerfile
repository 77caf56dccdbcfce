# The ledger as one image. Each step was run in a plain environment; the image itself has not been built yet.
FROM python:3.11-slim
WORKDIR /src
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY ledger ledger
COPY schema schema
COPY migrations migrations
COPY seed seed
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --create-home ledger
USER ledger
WORKDIR /home/ledger
EXPOSE 8000
CMD ["ledger", "serve", "--host", "0.0.0.0"]
