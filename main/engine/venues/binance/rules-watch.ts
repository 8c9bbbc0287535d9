import type { InstrumentRecord } from '../../domain/instrument.ts';
import { type ConnectorContext, readFromVenue } from './connector-context.ts';
import { readInstrument } from './convert.ts';
import { describeError } from './errors.ts';

const WEIGHT = 20;
/** Between two readings, whoever asks; and before the next try where one failed. */
const PAUSE_MS = 5_000;

/**
 * Keeps the instruments' rules (tick, lot, bounds) as the venue has them: a venue changes them while it trades and tells
 * nobody. What differs is told as `InstrumentsLoaded`, and orders are written by it from then on.
 */
export interface RulesWatch {
  /** The venue refused an order for its rules, or it is time: reads them again. Asked meanwhile, it reads once more. */
  reread(): void;
}

/** @param readOne how the rules of one instrument are read from a row of the exchange info */
export function createRulesWatch(context: ConnectorContext, readOne = readInstrument): RulesWatch {
  const { exchange, instruments, quarantine } = context;
  let wanted = false;
  let busy = false;

  async function read(): Promise<void> {
    const symbols = instruments.all.map(({ id }) => instruments.venueSymbol(id) as string);
    const answer = await readFromVenue(context, 'query', WEIGHT, () => exchange.askRules(symbols));
    const stated = (answer as { symbols?: unknown } | null)?.symbols;
    const rows = Array.isArray(stated) ? (stated as Record<string, unknown>[]) : [];
    const changed: Record<string, unknown>[] = [];
    const list = instruments.all.map((known) => {
      const venueSymbol = instruments.venueSymbol(known.id) as string;
      const row = rows.find(({ symbol }) => symbol === venueSymbol);
      // Of what is followed a contract is one unit of base; the rules say nothing of it.
      const now = row ? readOne({ ...known, contractSize: 1, info: row }) : null;
      if (now && !now.ok) quarantine.add(now.error.why);
      if (!row || !now?.ok || isSame(known, now.value)) return { ...known, venueSymbol };
      changed.push(row);
      return now.value;
    });
    if (changed.length === 0) return;
    exchange.takeRules(changed);
    instruments.set(list);
    context.emit({ kind: 'InstrumentsLoaded', instruments: instruments.all });
  }

  async function run(): Promise<void> {
    busy = true;
    while (wanted && context.running()) {
      wanted = false;
      try {
        await read();
      } catch (error) {
        quarantine.add(`exchange info: ${describeError(error).slice(0, 60)}`);
        wanted = true;
      }
      await context.sleep(PAUSE_MS);
    }
    busy = false;
  }

  return {
    reread() {
      wanted = true;
      if (!busy) void run();
    },
  };
}

const RULES = ['tickSize', 'lotStep', 'minQty', 'maxQty', 'minNotional'] as const;

const isSame = (known: InstrumentRecord, now: InstrumentRecord): boolean =>
  RULES.every((field) => known[field] === now[field]);
