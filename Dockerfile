# The service as an image. Built from the lock file alone: every dependency is the one that was tested.
#
# Checked by `node scripts/replay-dockerfile.ts`, which runs these steps in an empty folder as a user without rights and
# starts the result there; and by BuildKit's own parser and linter (0.34), which have nothing to say. Not checked, because no
# Docker engine was at hand: that the base image is there under this tag, that its layers are as small as they could be, and
# HEALTHCHECK and STOPSIGNAL as Docker itself runs them.

FROM node:26-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund
RUN npm run build
RUN npm run console
RUN cp -r packages/console/dist packages/emulator/dist/console
# What only builds and tests need goes, the Node that the repository brings for them included.
RUN npm prune --omit=dev --omit=optional --no-audit --no-fund
RUN rm -rf packages/console packages/*/src packages/*/test packages/*/tsconfig.build.json

FROM node:26-slim
ENV NODE_ENV=production
ENV CHATPUSH_HOST=0.0.0.0
ENV CHATPUSH_STORE=sqlite:/data/chatpush.db
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/packages ./packages
# The database is all that is ever written, so the root file system may be read-only; a volume takes over these rights.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4100
# Alive, not ready: a store that is away is no reason to start again.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CHATPUSH_PORT ?? 4100}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Attempts under way get 10 seconds: give `docker stop` 20.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "packages/server/bin/chatpush.js"]
