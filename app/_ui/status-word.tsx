import { NO_DATA } from './duration';
import { Lamp } from './lamp';
import { LAMP_TEXT, LAMP_TINT, meaningOf } from './status';

interface StatusWordProps {
  status: string;
  /** The kind of record, where the word alone could mean two things. */
  of?: string;
  /** Said after the word, such as a reason. */
  note?: string | null;
  /** A tinted chip, where the status is the main thing said. */
  chip?: boolean;
  className?: string;
}

/** Icon and word, with the colour as the third signal. */
export function StatusWord({ status, of, note, chip = false, className = '' }: StatusWordProps) {
  const { lamp, means } = meaningOf(status, of);
  const shape = chip ? `rounded-sm px-1.5 py-0.5 ${LAMP_TINT[lamp]}` : '';
  const title = [means, note].filter(Boolean).join('. ');
  return (
    <span
      title={title || undefined}
      className={`inline-flex min-w-0 items-center gap-1 align-middle ${shape} ${className}`}
    >
      {/* What is not known lights no lamp. */}
      {status === NO_DATA ? null : <Lamp lamp={lamp} />}
      <span className={`${note ? 'shrink-0' : 'truncate'} text-xs font-medium ${LAMP_TEXT[lamp]}`}>{status}</span>
      {note ? <span className="truncate text-xs text-muted">{note}</span> : null}
    </span>
  );
}
