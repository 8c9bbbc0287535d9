/** What stands in a board's place before there is one, and above one that is no longer fresh. */
import { showClock } from '../format/time.ts';
import { Empty } from '../panels/Panel.tsx';
import type { Board } from './use-board.ts';

export function BoardState<T>({
  board,
  loading,
  children,
}: {
  readonly board: Board<T>;
  readonly loading: string;
  readonly children: (value: T) => React.ReactNode;
}) {
  if (board.state === 'loading') return <Empty title={loading} />;
  if (board.state === 'failed') {
    return (
      <div className="empty">
        <strong>It cannot be shown</strong>
        <p role="alert" className="max-w-[460px] select-text">
          {board.text}
        </p>
        <p>It is asked for again by itself.</p>
      </div>
    );
  }
  return (
    <>
      {board.problem === null ? null : (
        <p role="status" className="shrink-0 border-b border-line px-3 py-1 text-[11px] text-seal-text">
          <span aria-hidden="true">▲ </span>
          {board.problem} This is how it stood at {showClock(board.atMs)}.
        </p>
      )}
      {children(board.value)}
    </>
  );
}
