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
  const venue = { status: 0, key: true };
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
  };
  const access: VenueAccess = createVenueAccess({
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
  });
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
});
