interface ListDetailProps {
  list: React.ReactNode;
  /** The panel beside the list; null when nothing is open. */
  detail: React.ReactNode | null;
}

/** A list that is never lost: what is opened stands beside it, or over it on a narrow screen. */
export function ListDetail({ list, detail }: ListDetailProps) {
  const isOpen = detail !== null;
  return (
    <div className="absolute inset-0 mx-auto flex max-w-[1440px] min-w-0 gap-4 p-3 sm:p-5">
      <div className={`min-h-0 min-w-0 flex-col ${isOpen ? 'hidden w-80 shrink-0 lg:flex xl:w-96' : 'flex flex-1'}`}>
        {list}
      </div>
      {isOpen ? <div className="flex min-h-0 min-w-0 flex-1 flex-col">{detail}</div> : null}
    </div>
  );
}
