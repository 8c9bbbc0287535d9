import { describe, expect, test } from 'vitest';
import type { TappedBinance } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { createVenueAccess, type VenueAccess } from '../../../main/engine/venues/binance/venue-access.ts';

const REFUSED = { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' };
const answer = (method: string, status: number, parsed: unknown, signed = true) => ({
  method,
  status,
  headers: {},
  parsed,
  signed,
});

/** A venue whose system status and judgement of the key are set by hand; a probe is waited for with `probed`. */
function door() {
  const said: string[] = [];
  const asked: string[] = [];
  const venue: { status: number; key: boolean; rights: unknown } = { status: 0, key: true, rights: {} };
  let wake = (): void => undefined;
  let nowMs = 1_000_000;
  const ask = (what: string, method: string) => async () => {
    asked.push(what);
    access.onAnswer(venue.key ? answer(method, 200, {}) : answer(method, 401, REFUSED));
  };
  const exchange = {
    traced: (_trace: unknown, action: () => Promise<unknown>) => action(),
    sapiGetSystemStatus: async () => ({ status: venue.status, msg: venue.status === 0 ? 'normal' : 'until 08:00' }),
    askOpenOrders: ask('reading', 'GET'),
    testOrder: ask('trading', 'POST'),
    sapiGetAccountApiRestrictions: async () => venue.rights,
  };
  const access: VenueAccess = createVenueAccess(
    {
      exchange: exchange as unknown as TappedBinance,
      instruments: {
        all: [],
        byVenueSymbol: () => undefined,
        record: () => undefined,
        venueSymbol: () => undefined,
        set() {},
      },
      emit: (event) => {
        if (event.kind === 'VenueAccessChanged') said.push(`${event.code}: ${event.why}`);
      },
      nowMs: () => nowMs,
      running: () => true,
      sleep: () =>
        new Promise((resolve) => {
          wake = resolve;
        }),
    },
    'enableSpotAndMarginTrading',
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    access,
    venue,
    said,
    asked,
    settle,
    async probed() {
      nowMs += 5_000;
      wake();
      await settle();
    },
  };
}

describe('[V17] the venue’s door', () => {
  test('a refused read: the key is refused, once said, and asked about until it is good again', async () => {
    const { access, venue, said, asked, probed } = door();
    venue.key = false;
    access.onAnswer(answer('GET', 401, REFUSED));
    access.onAnswer(answer('GET', 401, REFUSED));
    expect(said).toEqual([
      'key-refused: the venue refuses the API key (Invalid API-key, IP, or permissions for action, -2015)',
    ]);
    await probed();
    await probed();
    expect(asked).toEqual(['reading', 'reading']);
    venue.key = true;
    await probed();
    expect(said.slice(1)).toEqual(['key-refused: null']);
    await probed();
    expect(asked).toHaveLength(3);
  });

  test('only orders are refused: it may read but not trade, and an order that is only checked finds the end', async () => {
    const { access, venue, said, asked, probed } = door();
    venue.key = false;
    access.onAnswer(answer('POST', 401, REFUSED));
    access.onAnswer(answer('GET', 200, []));
    expect(said[0]).toContain('lets the API key read but not trade');
    venue.key = true;
    await probed();
    expect([asked, said.at(-1)]).toEqual([['trading'], 'key-refused: null']);
  });

  test('a refused login holds until the stream is live, whatever REST says', () => {
    const { access, said } = door();
    access.onSocketRefusal(-2015, REFUSED.msg);
    access.onAnswer(answer('GET', 200, []));
    expect(said).toHaveLength(1);
    access.onPrivateStreamLive();
    expect(said.at(-1)).toBe('key-refused: null');
  });

  test.each([
    ['an order that the venue refuses for itself', answer('POST', 400, { code: -2010, msg: 'no funds' })],
    ['a public request', answer('GET', 401, REFUSED, false)],
    ['a web page', answer('GET', 401, undefined)],
    ['a bad request over a socket', null],
  ])('%s says nothing of the key', (_name, told) => {
    const { access, said } = door();
    if (told) access.onAnswer(told);
    else access.onSocketRefusal(2, 'Invalid request');
    expect(said).toEqual([]);
  });

  test('a server error makes it ask: maintenance until the status is normal again', async () => {
    const { access, venue, said, settle, probed } = door();
    access.onAnswer(answer('GET', 503, undefined, false));
    await settle();
    expect(said).toEqual([]);
    venue.status = 1;
    await probed();
    access.onAnswer(answer('GET', 503, undefined, false));
    await settle();
    await probed();
    expect(said).toEqual(['maintenance: until 08:00']);
    venue.status = 0;
    await probed();
    expect(said.at(-1)).toBe('maintenance: null');
  });

  test('a key whose rights were narrowed is found before any order is, and good again when an order would pass', async () => {
    const { access, venue, said, asked, probed } = door();
    await access.askRights();
    venue.rights = { enableReading: true, enableSpotAndMarginTrading: true };
    await access.askRights();
    expect(said).toEqual([]);
    venue.rights = { enableReading: true, enableSpotAndMarginTrading: false };
    venue.key = false;
    await access.askRights();
    expect(said).toEqual([
      'key-refused: the venue lets the API key read but not trade (it has no right to trade, -2015)',
    ]);
    await probed();
    expect(asked).toEqual(['trading']);
    venue.key = true;
    await probed();
    expect(said.slice(1)).toEqual(['key-refused: null']);
  });

  test('[V5] while the entries’ breaker pauses they are held, once said; the trial may go', () => {
    const { access, said } = door();
    access.onEntries({ state: 'closed', why: '' });
    access.onEntries({ state: 'open', why: 'HTTP 503' });
    access.onEntries({ state: 'open', why: 'HTTP 503' });
    access.onEntries({ state: 'half-open', why: 'HTTP 503' });
    access.onEntries({ state: 'open', why: 'HTTP 503' });
    access.onEntries({ state: 'closed', why: '' });
    expect(said).toEqual([
      'not-answering: orders to the venue have had no answer (HTTP 503)',
      'not-answering: null',
      'not-answering: orders to the venue have had no answer (HTTP 503)',
      'not-answering: null',
    ]);
  });
});
