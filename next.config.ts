import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Server-only packages keep their own files: bundling the driver twice would give two clients a process.
  serverExternalPackages: ['mongodb', 'pino', 'prom-client', 'rate-limiter-flexible', 'hdr-histogram-js'],
  // `npm run check` runs the compiler over everything; a start on a fresh clone need not do it again.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  // Pages are static shells, also those of one record: its id is read in the browser. One file a page, whatever ids
  // are asked for, and the same inline scripts in each, so that a content security policy can name their hashes.
  rewrites: async () =>
    ['threads', 'runs', 'tasks', 'agents', 'projects', 'sessions'].map(page => ({
      source: `/${page}/:id`,
      destination: `/${page}`,
    })),
};

export default config;
