interface ListDetailProps {
  /** Of the page: where the list with its heading has no room, it is still said to who cannot see. */
  title: string;
  list: React.ReactNode;
  /** The panel beside the list; null when nothing is open. */
  detail: React.ReactNode | null;
  /** Width of the list while a detail is open; written out, so that the stylesheet's compiler sees it. */
  listClassName?: string;
}

/** A list that is never lost: what is opened stands beside it, or over it on a narrow screen. */
export function ListDetail({ title, list, detail, listClassName = 'w-80 xl:w-96' }: ListDetailProps) {
  const isOpen = detail !== null;
  return (
    <div className={`absolute inset-0 mx-auto flex max-w-[1440px] min-w-0 gap-4 ${isOpen ? 'sm:p-5' : 'p-3 sm:p-5'}`}>
      <div
        className={`min-h-0 min-w-0 flex-col ${isOpen ? `hidden shrink-0 lg:flex ${listClassName}` : 'flex flex-1'}`}
      >
        {list}
      </div>
      {isOpen ? (
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <h1 className="sr-only lg:hidden">{title}</h1>
          {detail}
        </div>
      ) : null}
    </div>
  );
}
