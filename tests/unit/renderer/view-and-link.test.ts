import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../renderer/app/csv-export.ts';
import { readSavedView, savedView, stepTimeframe, viewStore } from '../../../renderer/stores/view-store.ts';
import type { EngineClient, EngineConnection } from '../../../renderer/transport/client.ts';
import { keepConnected, retryDelayMs } from '../../../renderer/transport/connection.ts';
import { engineSocketUrl } from '../../../renderer/transport/websocket.ts';

describe('the saved view', () => {
  it('comes back as it was saved', () => {
    const saved = JSON.parse(
      JSON.stringify(savedView({ ...viewStore.getState(), timeframe: '15m', theme: 'light', instrumentId: 'x' })),
    );
    expect(readSavedView(saved)).toMatchObject({ timeframe: '15m', theme: 'light', instrumentId: 'x' });
  });

  it.each([null, 'x', 7, { timeframe: '2h', theme: 'pink', indicators: [1], palette: {} }])(
    'takes nothing from %j',
    (value) => {
      expect(readSavedView(value)).toEqual({});
    },
  );

  it('timeframes stop at both ends', () => {
    expect(stepTimeframe('1s', -1)).toBe('1s');
    expect(stepTimeframe('1s', 1)).toBe('1m');
    expect(stepTimeframe('1d', 1)).toBe('1d');
  });
});

describe('the connection', () => {
  it('waits longer each time, at most five seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(retryDelayMs)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('reports a loss, tries again and closes what it leaves', async () => {
    const stop = new AbortController();
    let opened = 0;
    let closed = 0;
    const transport = async (): Promise<EngineConnection> => {
      opened += 1;
      return { client: {} as EngineClient, closed: new Promise(() => undefined), close: () => (closed += 1) };
    };
    const losses: number[] = [];
    await keepConnected(
      transport,
      {
        run: async () => {
          if (opened === 2) stop.abort();
          throw new Error('the stream broke');
        },
        lost: (attempt) => losses.push(attempt),
      },
      stop.signal,
    );
    expect(opened).toBe(2);
    expect(losses).toEqual([1]);
    expect(closed).toBeGreaterThanOrEqual(2);
  });

  it('speaks to the host that served the page, with the token', () => {
    expect(engineSocketUrl(new URL('http://127.0.0.1:4777/?x=1'), 'a b')).toBe('ws://127.0.0.1:4777/engine?token=a+b');
    expect(engineSocketUrl(new URL('https://desk.example/'), 't')).toBe('wss://desk.example/engine?token=t');
  });
});

describe('CSV', () => {
  it('quotes what needs it and defuses formulas, but leaves negative numbers alone', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x,"y"', '-1.5'],
          ['=1+1', null],
        ],
      ),
    ).toBe('a,b\r\n"x,""y""",-1.5\r\n\'=1+1,');
  });
});
