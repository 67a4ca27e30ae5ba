# The service as an image. All dependencies come from the lock file, so they are the tested versions.
#
# `node scripts/replay-dockerfile.ts` runs these steps in an empty folder as an unprivileged user and starts the result.
# BuildKit's parser and linter (0.34) report nothing. Not tested yet, because that needs a Docker engine: the tag of the base
# image, the size of the layers, and HEALTHCHECK and STOPSIGNAL as Docker runs them.

FROM node:26-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund
RUN npm run build
RUN npm run console
RUN cp -r packages/console/dist packages/emulator/dist/console
# Remove what only builds and tests need, including the Node.js that npm installed.
RUN npm prune --omit=dev --omit=optional --no-audit --no-fund
RUN rm -rf packages/console packages/*/src packages/*/test packages/*/tsconfig.build.json

FROM node:26-slim
ENV NODE_ENV=production
ENV CHATPUSH_HOST=0.0.0.0
ENV CHATPUSH_STORE=sqlite:/data/chatpush.db
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/packages ./packages
# The service writes only its database, so the root file system may be read-only. A volume inherits these permissions.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4100
# Alive, not ready: a store that is away is no reason to start again.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CHATPUSH_PORT ?? 4100}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Attempts under way get 10 seconds: give `docker stop` 20.
STOPSIGNAL SIGTERM
# Two threads to collect garbage instead of four, as in deploy/chatpush.service.
ENTRYPOINT ["node", "--v8-pool-size=2", "packages/server/bin/chatpush.js"]
