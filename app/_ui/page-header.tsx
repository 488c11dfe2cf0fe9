interface PageHeaderProps {
  title: React.ReactNode;
  note?: React.ReactNode;
  actions?: React.ReactNode;
}

export function PageHeader({ title, note, actions }: PageHeaderProps) {
  return (
    <div className="mb-4 flex items-center gap-x-4">
      <div className="min-w-0 flex-1">
        <h1 className="truncate text-title font-semibold tracking-tight">{title}</h1>
        {note ? <p className="text-table text-muted">{note}</p> : null}
      </div>
      {actions ? <div className="flex shrink-0 items-center gap-2">{actions}</div> : null}
    </div>
  );
}
