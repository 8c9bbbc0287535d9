import { type Mutation, SEEDS, unit } from './mutation.ts';

/** What is written down, and when. */
export const JOURNAL: readonly Mutation[] = [
  {
    name: 'durable-before-send',
    breaks: 'what led to an order is on the disk before the order goes out',
    file: 'main/engine/kernel/core.ts',
    find: `        deps.journal.commit();
        for (const effect of effects) deps.perform(effect);`,
    replace: `        for (const effect of effects) deps.perform(effect);
        deps.journal.commit();`,
    killedBy: [unit('kernel/core.test.ts'), SEEDS],
  },
  {
    name: 'ledger-not-synced',
    breaks: 'a ledger event is on the platter when its commit returns',
    file: 'main/engine/kernel/event-log.ts',
    find: 'fdatasyncSync(lanes.ledger.file);',
    replace: '',
    killedBy: [unit('kernel')],
  },
  {
    name: 'hash-chain-unread',
    breaks: 'a record that was changed on the disk is found',
    file: 'main/engine/kernel/log-reader.ts',
    find: 'if (record.seq <= seq || chainHash(hash, record.seq, record.timeMs, record.json) !== record.hash) {',
    replace: 'if (record.seq <= seq) {',
    killedBy: [unit('kernel')],
  },
];
