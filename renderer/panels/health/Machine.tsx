/** The engine and its workers on this machine, and the log that everything rests on. */
import type { Health } from '../../../preload/contract.ts';
import { showCount, showMegabytes } from '../../format/number.ts';
import { HealthLine, HealthPart, VerdictText } from './HealthPart.tsx';
import { countOf, type Verdict, workersVerdict } from './health-words.ts';

const STATES: Record<Health['workers'][number]['state'], Verdict['tone']> = {
  running: 'good',
  restarting: 'warn',
  down: 'bad',
};

export function Machine({ health }: { health: Health }) {
  return (
    <HealthPart title="Workers" verdict={workersVerdict(health.workers)}>
      <ul>
        {health.workers.map((worker) => (
          <li key={worker.name} className="health-worker">
            <span className="truncate" title={worker.note === '' ? undefined : worker.note}>
              {worker.name}
            </span>
            <VerdictText verdict={{ tone: STATES[worker.state], text: worker.state }} />
            <span className="note">{troubleOf(worker)}</span>
          </li>
        ))}
      </ul>
      <dl>
        <HealthLine name="Engine’s memory">{showMegabytes(health.memoryBytes)}</HealthLine>
        <HealthLine name="Events logged">{showCount(health.logEvents)}</HealthLine>
        <HealthLine name="Hash chain">
          <span className={health.chain === 'broken' ? 'font-semibold text-down' : ''}>
            {health.chain === 'broken' ? '✕ ' : ''}
            {health.chain}
          </span>
        </HealthLine>
        <PutAside messages={health.venue?.messages ?? null} />
      </dl>
    </HealthPart>
  );
}

/** What a worker that runs undisturbed has to say is there for those who ask; trouble is said. */
function troubleOf({ state, restarts, note }: Health['workers'][number]): string {
  if (state === 'running' && restarts === 0) return '';
  return [...(restarts > 0 ? [countOf(restarts, 'restart')] : []), note].filter((part) => part !== '').join(' · ');
}

function PutAside({ messages }: { messages: NonNullable<Health['venue']>['messages'] | null }) {
  if (messages === null) return null;
  const { quarantined, reasons } = messages;
  return (
    <HealthLine
      name="Messages put aside"
      note={reasons.slice(-3).map((reason) => (
        <span key={reason.why} className="block">
          {reason.count > 1 ? `${showCount(reason.count)} × ` : ''}
          {reason.why}
        </span>
      ))}
    >
      {showCount(quarantined)}
    </HealthLine>
  );
}
