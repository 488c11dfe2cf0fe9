import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Server-only packages keep their own files: bundling the driver twice would give two clients a process.
  serverExternalPackages: ['mongodb', 'pino', 'prom-client', 'rate-limiter-flexible', 'hdr-histogram-js'],
  // `npm run check` runs the compiler over everything; a start on a fresh clone need not do it again.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
};

export default config;
