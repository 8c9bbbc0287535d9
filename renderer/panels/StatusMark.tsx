/** A feed that cannot be trusted, said by icon and word, never by colour alone. */
import type { WatchRow } from '../../preload/contract.ts';

export const STATUS_WORDS: Record<WatchRow['status'], string> = {
  live: 'live',
  stale: 'stale',
  down: 'feed down',
  connecting: 'connecting',
};

export function StatusMark({ status }: { status: WatchRow['status'] }) {
  if (status === 'live') return null;
  return (
    <span className="chip" data-tone={status === 'connecting' ? 'info' : 'warn'}>
      <span aria-hidden="true">{status === 'connecting' ? '◌' : '⚠'}</span>
      {STATUS_WORDS[status]}
    </span>
  );
}
