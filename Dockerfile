# Three images from one file: `postgres` (for docker-compose.yml), `build`, and the last one, Dzvin itself.
# The base debian:bookworm-slim is pulled where one can pull, else made by bin/test from the machine's Debian mirror.

FROM debian:bookworm-slim AS postgres
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-15 \
 && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15 \
 && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data
COPY db/container/start-postgresql /usr/local/bin/start-postgresql
USER postgres
VOLUME /var/lib/postgresql/data
EXPOSE 5432
HEALTHCHECK --interval=2s --timeout=3s --retries=30 CMD pg_isready -q -h 127.0.0.1 -U dzvin
STOPSIGNAL SIGINT
CMD ["start-postgresql"]

FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /dzvin
# PEM of an authority that the network between here and the npm registry needs (a proxy that looks into TLS).
ARG EXTRA_CA=""
RUN printf '%s\n' "$EXTRA_CA" >/etc/extra-ca.pem
ENV NODE_EXTRA_CA_CERTS=/etc/extra-ca.pem
COPY package.json package-lock.json .npmrc ./
# Debian's Node is too old for some of the optional packages, and its npm would leave them out without a word.
RUN npm install --no-save --no-audit --no-fund --loglevel=error --prefix /opt/node \
      "node@$(node -p 'require("./package.json").dependencies.node')" npm@11
ENV PATH=/opt/node/node_modules/.bin:$PATH
RUN npm ci --no-audit --no-fund --loglevel=error
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libstdc++6 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin dzvin \
 && install -d -o dzvin -g dzvin -m 0711 /data
WORKDIR /dzvin
COPY --from=build /dzvin/node_modules node_modules
COPY --from=build /dzvin/dist dist
COPY package.json ./
COPY bin/serve bin/serve
COPY migrations migrations
COPY db db
COPY server server
# The demo's PBX plays these.
COPY test/traces test/traces
USER dzvin
ENV NODE_ENV=production DZVIN_DATA_DIR=/data DZVIN_PORT=8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=6 \
 CMD ["node_modules/.bin/node", "-e", "fetch('http://127.0.0.1:8080/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["bin/serve"]
