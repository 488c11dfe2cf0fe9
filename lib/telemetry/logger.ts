import pino, { type Logger } from 'pino';
import { redactSecrets } from './redact';

export type { Logger };

export interface LoggerOptions {
  /** Which process speaks: web, events, mcp-server, orchestrator. */
  name: string;
  level?: string;
  /** Secrets of this process that have no recognisable form, such as an admin token chosen by a person. */
  secrets?: readonly string[];
  /** Where lines go; stderr unless a test listens. */
  destination?: pino.DestinationStream;
}

/** Fields whose whole value is a secret, whatever it looks like; `*` reaches one level down (req.headers is two). */
const SECRET_FIELDS = ['authorization', 'cookie', 'set-cookie', 'x-dispatch-key', 'password', 'secret', 'token'];
const REDACT_PATHS = SECRET_FIELDS.flatMap(field => [
  `["${field}"]`,
  `*["${field}"]`,
  `*.*["${field}"]`,
  `*.*.*["${field}"]`,
]);

/**
 * JSON lines on stderr: stdout belongs to whatever protocol the process speaks (MCP over stdio, the sign-in link).
 * Written synchronously, so that the last line before a crash or an exit is there too. Redaction runs on the finished
 * line, so a token inside an error's stack or a nested object is caught like one in the message.
 */
export function createLogger({ name, level = 'info', secrets = [], destination }: LoggerOptions): Logger {
  const exactValues = [...new Set(secrets.flatMap(formsOf))];
  return pino(
    {
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: REDACT_PATHS, censor: '[redacted]' },
      hooks: { streamWrite: line => redactSecrets(line, exactValues) },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

/** As it is, as a JSON line quotes it, and as a URL carries it. */
const formsOf = (secret: string): string[] => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
