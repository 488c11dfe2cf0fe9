import { LAMP_TEXT, type Lamp as LampName } from './status';

const GLYPHS: Record<LampName, React.ReactNode> = {
  running: <circle cx="8" cy="8" r="4.5" fill="currentColor" />,
  waiting: (
    <>
      <circle cx="8" cy="8" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M8 3.25a4.75 4.75 0 0 0 0 9.5z" fill="currentColor" />
    </>
  ),
  done: (
    <path
      d="m3.5 8.5 3 3 6-7"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  failed: (
    <path
      d="m4.25 4.25 7.5 7.5m0-7.5-7.5 7.5"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
    />
  ),
  blocked: <path d="M8 3 13.5 12.5h-11z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
  idle: <path d="M4 8h8" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />,
};

/** The icon of a status; its word stands beside it, always. */
export function Lamp({ lamp, className = '' }: { lamp: LampName; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden className={`size-3.5 shrink-0 ${LAMP_TEXT[lamp]} ${className}`}>
      {GLYPHS[lamp]}
    </svg>
  );
}
