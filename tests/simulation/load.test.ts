import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadHost, startLoadHost } from '../bench/load/load-host.ts';
import { SYMBOLS } from '../bench/load/load-wire.ts';
import { type ProposalStream, startProposalStream } from '../bench/load/proposal-stream.ts';

/**
 * The load of `npm run load` in seconds: what must hold holds at any speed of the machine, and nothing here is measured.
 */
let load: LoadHost;
let proposals: ProposalStream;
beforeAll(async () => {
  load = await startLoadHost();
  proposals = startProposalStream();
});
afterAll(async () => {
  await proposals?.stop();
  await load?.close();
});

/** Keeps the core's thread from everything else. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe('the whole way from the venue’s sockets to the core', () => {
  it('[V11] [V13] 10,000 messages a second over 20 symbols: every one taken in, every print in the core, in order', async () => {
    await load.run(10_000, 2_000);
    load.showBook(SYMBOLS[7] as string);
    await load.run(10_000, 1_000);
    const settled = await load.settle();
    expect(load.counts.fault).toBeNull();
    expect(settled.intake).toBe(settled.sent);
    expect(load.counts.prints).toBe(settled.prints);
    expect(settled.bookShown).toBe(settled.book);
  });

  it('a burst of 50,000 within a second: the same, a little later', async () => {
    await load.run(50_000, 1_000);
    const settled = await load.settle();
    expect(load.counts.fault).toBeNull();
    expect(settled.intake).toBe(settled.sent);
    expect(load.counts.prints).toBe(settled.prints);
    expect(settled.bookShown).toBe(settled.book);
    expect(load.health()?.printsDropped).toBe(0);
    expect(load.health()?.messagesQuarantined).toBe(0);
  });

  it('[V12] [V13] a core that hangs for seconds: what the worker held back comes afterwards, every print, in order', async () => {
    const running = load.run(5_000, 3_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    block(2_000);
    await running;
    const settled = await load.settle();
    expect(load.counts.fault).toBeNull();
    expect(settled.intake).toBe(settled.sent);
    expect(load.counts.prints).toBe(settled.prints);
    expect(load.health()?.printsDropped).toBe(0);
  });

  it('a hundred proposals: each passes the gate once and is put to the person; those nobody answers lapse', () => {
    for (let n = 0; n < 100; n += 1) proposals.next();
    const { made, judged, asked, lapsed } = proposals.counts;
    expect({ made, judged, asked }).toEqual({ made: 100, judged: 100, asked: 100 });
    expect(lapsed).toBeGreaterThan(80);
  });
});
