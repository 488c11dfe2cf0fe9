# One image for web, events and mcp: they are three entries of one build.
FROM node:20-bookworm-slim
WORKDIR /app
RUN chown node:node /app && mkdir /data && chown node:node /data
USER node
COPY --chown=node:node package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY --chown=node:node . .
RUN npm run build
ENV HOST=0.0.0.0 SWITCHBOARD_DATA=/data
VOLUME /data
ENTRYPOINT ["node", "--v8-pool-size=1", "scripts/deploy/with-secrets.mjs"]
CMD ["node", "scripts/start.mjs"]
