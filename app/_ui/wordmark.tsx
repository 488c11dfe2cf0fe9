/** Two plugs and the cord between them. */
export function Wordmark() {
  return (
    <span className="flex items-center gap-2.5">
      <svg viewBox="0 0 32 32" aria-hidden className="size-6 shrink-0">
        <path d="M9 10.5c0 7 14 4 14 11" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
        <circle cx="9" cy="9" r="3.75" fill="currentColor" />
        <circle cx="23" cy="9" r="2.75" fill="none" className="stroke-muted" strokeWidth="1.75" />
        <circle cx="9" cy="23" r="2.75" fill="none" className="stroke-muted" strokeWidth="1.75" />
        <circle cx="23" cy="23" r="3.75" className="fill-done" />
      </svg>
      <span className="rail-word text-sm font-semibold tracking-tight">Switchboard</span>
    </span>
  );
}
