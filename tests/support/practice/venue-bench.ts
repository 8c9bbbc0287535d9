import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPracticeVenue, type PracticeVenue, type PracticeVenueOptions } from '../../../main/practice/venue.ts';
import { pinnedBinance, pinnedUsdm } from './pinned-ccxt.ts';
import { tinySource } from './tiny-source.ts';

export type Binance = Awaited<ReturnType<typeof pinnedBinance>>;

/** A venue with the tiny market in a folder of its own, and ccxt instances pinned to it; `close` removes it all. */
export interface VenueBench {
  readonly venue: PracticeVenue;
  readonly dataDir: string;
  readonly connect: (options?: Record<string, unknown>) => Promise<Binance>;
  readonly connectUsdm: (options?: Record<string, unknown>) => Promise<Binance>;
  readonly control: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  readonly fault: (fault: Record<string, unknown>) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** With `keep` the folder stays after `close`, for another bench to open. */
export async function openVenueBench({
  keep = false,
  ...options
}: Partial<PracticeVenueOptions> & { keep?: boolean } = {}): Promise<VenueBench> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'practice-venue-'));
  const venue = await createPracticeVenue({ source: tinySource(), ...options, dataDir });
  const clients: Binance[] = [];
  const control: VenueBench['control'] = async (method, path, body) => {
    const reply = await fetch(`http://127.0.0.1:${venue.port}${path}`, {
      method,
      headers: { 'x-control-token': venue.controlToken },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: await reply.json() };
  };
  const opened = async (connecting: Promise<Binance>): Promise<Binance> => {
    const client = await connecting;
    clients.push(client);
    await client.loadMarkets();
    return client;
  };
  return {
    venue,
    dataDir,
    control,
    connect: (extra) => opened(pinnedBinance(venue.port, venue, extra)),
    connectUsdm: (extra) => opened(pinnedUsdm(venue.port, venue, extra)),
    fault: async (fault) => {
      const reply = await control('POST', '/_faults', fault);
      if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
      return reply.body;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close().catch(() => {})));
      await venue.close();
      if (!keep) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
