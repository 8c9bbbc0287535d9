/** The Lab workspace: what to run on the left, the run in the middle, every run and the gap on the right. */
import { useEffect } from 'react';
import { useDeskStore } from '../stores/desk-store.ts';
import { GapCard } from './GapCard.tsx';
import './lab.css';
import { readStrategies } from './lab-actions.ts';
import { followLab } from './lab-store.ts';
import { RunList } from './RunList.tsx';
import { RunView } from './RunView.tsx';
import { SetUp } from './SetUp.tsx';

export function Lab() {
  const client = useDeskStore((state) => state.client);
  useEffect(() => {
    if (!client) return;
    const stop = new AbortController();
    // A connection that ends is told by the bar above; the next one begins anew.
    void followLab(client, stop.signal).catch(() => undefined);
    void readStrategies();
    return () => stop.abort();
  }, [client]);
  return (
    <div className="lab">
      <SetUp />
      <RunView />
      <div className="lab-side">
        <RunList />
        <GapCard />
      </div>
    </div>
  );
}
