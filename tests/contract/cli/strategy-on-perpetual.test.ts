import { expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../support/cli-process.ts';
import { until } from '../../support/desk-page.ts';
import { mustDo, openEngineClient, readDesk } from '../../support/engine-client.ts';
import { makeDataDir, removeDataDir, startHostProcess } from '../../support/host-process.ts';
import { ownDoing, ownFolder } from '../../support/own-strategy.ts';
import { changeLimits, isWaiting } from '../../support/terminal.ts';

const PERPETUAL = 'BTC/USDT PERP';

/** Its word counts for the candle that closed last, or for the next: at most a minute and a bit. */
it('a file of one’s own that is named for a perpetual is asked there alone, and its short is signed, held and protected', {
  timeout: 300_000,
}, async () => {
  const dataDir = makeDataDir();
  const folder = ownFolder();
  const file = folder.write(ownDoing("desk.enter('short', { qty: 0.01, stop: candle.close * 1.05 });"));
  const args = ['--seed', '7', '--strategy', `${file}@1m:BTC/USDT:USDT`];
  const host = await startHostProcess({ dataDir, args });
  const engine = await openEngineClient(host.url);
  onTestFinished(async () => {
    engine.close();
    await host.kill();
    await removeDataDir(dataDir);
    folder.remove();
  });
  await changeLimits({ engine }, { approvalTtlMs: 120_000 });
  const desk = () => readDesk(engine.client);

  await until(
    'its short is signed, as often as it has to be asked',
    async () => {
      const ours = (await desk()).proposals.filter(({ agent }) => agent === 'Mine');
      for (const { id, terms } of ours.filter(isWaiting))
        await engine.client.approveProposal({ proposalId: id, terms });
      return ours.some(({ state }) => state === 'signed');
    },
    200_000,
  );
  const signed = (await desk()).proposals.find(({ agent, state }) => agent === 'Mine' && state === 'signed')!;
  expect(signed).toMatchObject({ symbol: PERPETUAL, side: 'sell' });
  expect(signed.votes.map(({ agent, stance }) => [agent, stance])).toEqual([['mine', 'sell']]);
  await until(
    'the position has its stop on the venue',
    async () =>
      (await desk()).positions.some(({ symbol, stopState }) => symbol === PERPETUAL && stopState === 'on-venue'),
    90_000,
  );
  const [position] = (await desk()).positions;
  expect(Number(position!.qtyBase)).toBeLessThan(0);
  expect(Number(position!.stopPrice)).toBeGreaterThan(Math.abs(Number(position!.averageCost)));
  await mustDo(engine.client.flatten({ instrumentId: position!.instrumentId }));
  await until('nothing is held', async () => (await desk()).positions.length === 0, 90_000);

  await host.stop();
  expect((await runCli(['journal', 'replay', dataDir])).stdout).toContain('led to the same');
});
