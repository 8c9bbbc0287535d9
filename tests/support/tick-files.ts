import { writeFileSync } from 'node:fs';

/**
 * Two minutes of depth and trades in a vendor's layout: a middle that swings, five lots at each touch, prints that reach beyond it.
 */
export function writeTickFiles(depth: string, trades: string): void {
  const startUs = 1_700_000_000_000_000;
  const book: string[] = ['exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount'];
  const prints: string[] = ['exchange,symbol,timestamp,local_timestamp,id,side,price,amount'];
  const middleAt = (second: number): number => 100 + Math.round(Math.sin(second / 5) * 20) / 10;
  for (let second = 0; second < 120; second += 1) {
    const [timeUs, middle] = [startUs + second * 1_000_000, middleAt(second)];
    const times = `${timeUs},${timeUs + 5_000}`;
    const before = middleAt(second - 1);
    if (second > 0 && before !== middle)
      for (const [side, away] of [
        ['bid', -0.1],
        ['ask', 0.1],
      ] as const)
        book.push(`venue,BTCUSDT,${times},false,${side},${(before + away).toFixed(1)},0`);
    for (const [side, price] of [
      ['bid', middle - 0.1],
      ['ask', middle + 0.1],
    ] as const)
      book.push(`venue,BTCUSDT,${times},${second === 0},${side},${price.toFixed(1)},5`);
    for (const [side, price] of [
      ['buy', middle + 0.4],
      ['sell', middle - 0.4],
    ] as const)
      prints.push(`venue,BTCUSDT,${timeUs + 500_000},${timeUs + 505_000},${second},${side},${price.toFixed(1)},9`);
  }
  writeFileSync(depth, `${book.join('\n')}\n`);
  writeFileSync(trades, `${prints.join('\n')}\n`);
}
