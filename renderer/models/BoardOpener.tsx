/** The head of a board's row: whose it is, what part that has, and what opens the rest of it. */
export function BoardOpener(props: {
  readonly label: string;
  readonly role: 'vote' | 'shadow';
  readonly timeframe: string;
  readonly isOpen: boolean;
  /** Of what is opened. */
  readonly panelId: string;
  readonly onToggle: () => void;
}) {
  const { label, role, timeframe, isOpen, panelId, onToggle } = props;
  return (
    <th scope="row">
      <button type="button" className="board-open" aria-expanded={isOpen} aria-controls={panelId} onClick={onToggle}>
        <span aria-hidden="true" className="w-2 shrink-0 text-text3">
          {isOpen ? '▾' : '▸'}
        </span>
        <span className="min-w-0">
          <span className="block truncate">{label}</span>
          <small>
            {role === 'shadow' ? 'shadow' : 'votes'} · {timeframe}
          </small>
        </span>
      </button>
    </th>
  );
}
