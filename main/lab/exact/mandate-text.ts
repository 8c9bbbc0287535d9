import { checkMandate, type MandateRefusal } from '../../engine/approval/mandate.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import type { Mandate } from '../../engine/domain/proposal.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { NotSigned } from './mandate-watch.ts';

type BadMandate = { kind: 'bad-mandate'; message: string };

const wrong = (message: string): Result<never, BadMandate> => fail({ kind: 'bad-mandate', message });

/** After every candle there is. */
export const FOR_EVER_MS = Date.UTC(9999, 0);

/**
 * A mandate as people type it: `notional=2000,probability=0.55,hours=7-22,until=2024-06-30`. The notional must be said; without the
 * others it signs at any probability, hour and time.
 * @param instrumentIds those of the run: a mandate names them
 */
export function readMandate(text: string, instrumentIds: readonly InstrumentId[]): Result<Mandate, BadMandate> {
  let mandate: Mandate = {
    name: 'lab',
    notionalQuoteMax: '',
    minProbability: 0,
    instrumentIds: [...instrumentIds],
    fromHourUtc: 0,
    toHourUtc: 0,
    validUntilMs: FOR_EVER_MS,
  };
  for (const pair of text.split(',')) {
    const [name = '', value = ''] = pair.split('=');
    const hours = /^(\d{1,2})-(\d{1,2})$/.exec(value);
    if (name === 'name' && value !== '') mandate = { ...mandate, name: value };
    else if (name === 'notional' && value !== '') mandate = { ...mandate, notionalQuoteMax: value };
    else if (name === 'probability' && value !== '') mandate = { ...mandate, minProbability: Number(value) };
    else if (name === 'hours' && hours)
      mandate = { ...mandate, fromHourUtc: Number(hours[1]), toHourUtc: Number(hours[2]) };
    else if (name === 'until' && value !== '') mandate = { ...mandate, validUntilMs: Date.parse(value) };
    else
      return wrong(
        `--mandate ${pair}: neither notional=QUOTE, probability=0…1, hours=FROM-TO, until=DATE nor name=WORDS`,
      );
  }
  if (mandate.notionalQuoteMax === '')
    return wrong(`--mandate ${text}: it must say how large an order may be, notional=QUOTE`);
  const checked = checkMandate(mandate);
  return checked.ok ? ok(mandate) : wrong(`--mandate ${text}: ${checked.error.text}`);
}

/** Why a question was not signed, in a few words. */
export const NOT_SIGNED: Readonly<Record<NotSigned, string>> = {
  'asked-again': 'asked again',
  changed: 'changed by a person',
  'no-edge': 'no measured edge',
  'low-probability': 'probability too low',
  ended: 'the mandate had ended',
  'outside-hours': 'outside its hours',
  'other-instrument': 'another instrument',
  'too-large': 'too large',
  moved: 'price or risk had moved',
};

/** Why questions were not signed, the most frequent first: `41 no measured edge, 3 too large`. */
export const refusalWords = (refused: ReadonlyMap<NotSigned | MandateRefusal, number>): string =>
  [...refused]
    .sort(([, a], [, b]) => b - a)
    .map(([why, times]) => `${times} ${NOT_SIGNED[why]}`)
    .join(', ');
