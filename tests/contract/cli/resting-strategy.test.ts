import { expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../support/cli-process.ts';
import { until } from '../../support/desk-page.ts';
import { openEngineClient, readDesk } from '../../support/engine-client.ts';
import { makeDataDir, removeDataDir, startHostProcess } from '../../support/host-process.ts';
import { ownDoing, ownFolder } from '../../support/own-strategy.ts';
import { changeLimits, isWaiting } from '../../support/terminal.ts';

/** Its word comes with the candles of a minute: one to rest, the next to take it back. Nobody else proposes on a perpetual. */
it('[D26] [D27] [E42] what a file of one’s own wants to rest is signed, rests at the venue, and is gone with its next word', {
  timeout: 560_000,
}, async () => {
  const dataDir = makeDataDir();
  const folder = ownFolder();
  const what = "desk.cancel(); if (bar % 2 === 0) desk.rest('buy', 0.002, candle.close * 0.98);";
  const args = ['--seed', '7', '--strategy', `${folder.write(ownDoing(what))}@1m:BTC/USDT:USDT`];
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
  const ours = async () => (await desk()).orders.filter(({ restsFor }) => restsFor === 'Mine');

  await until(
    'it rests at the venue, as often as it has to be asked for',
    async () => {
      const asked = (await desk()).proposals.filter(({ agent, rests }) => agent === 'Mine' && rests);
      for (const { id, terms } of asked.filter(isWaiting))
        await engine.client.approveProposal({ proposalId: id, terms });
      return (await ours()).some(({ state }) => state === 'acknowledged');
    },
    300_000,
  );
  const [rested] = (await ours()).filter(({ state }) => state === 'acknowledged');
  expect(rested).toMatchObject({ side: 'buy', type: 'post-only', purpose: 'entry', qtyBase: '0.002' });
  await until(
    'it is taken back',
    async () =>
      (await ours()).some(
        ({ clientOrderId, state }) => clientOrderId === rested!.clientOrderId && state === 'cancelled',
      ),
    90_000,
  );
  await until(
    'the venue locks nothing for it any more, by its own books',
    async () => (await desk()).account.balances.find(({ asset }) => asset === 'binance-usdm:USDT')?.locked === '0',
    150_000,
  );

  await host.stop();
  expect((await runCli(['journal', 'replay', dataDir])).stdout).toContain('led to the same');
});
