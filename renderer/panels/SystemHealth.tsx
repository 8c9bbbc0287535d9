/** The machine behind the desk: feeds, requests and breakers, the account's books, workers, and what was put right. */
import { engineNowMs, useDesk } from '../stores/desk-store.ts';
import { Account } from './health/Account.tsx';
import { DeadMan } from './health/DeadMan.tsx';
import { Feeds } from './health/Feeds.tsx';
import { Machine } from './health/Machine.tsx';
import { Repairs } from './health/Repairs.tsx';
import { Requests } from './health/Requests.tsx';
import { Panel } from './Panel.tsx';

/** Renders with each health message, twice a second: ages and countdowns move with it. */
export function SystemHealth() {
  const health = useDesk((desk) => desk.health, null);
  const nowMs = engineNowMs();
  return (
    <Panel id="health">
      {health ? (
        <div className="health">
          <div className="health-parts">
            <Feeds feeds={health.feeds} nowMs={nowMs} />
            <Requests venue={health.venue} nowMs={nowMs} />
            <Account health={health} nowMs={nowMs} />
            <Machine health={health} />
            <div className="health-part-stack">
              <DeadMan deadMan={health.deadMan} nowMs={nowMs} />
              <Repairs repairs={health.repairs} />
            </div>
          </div>
        </div>
      ) : null}
    </Panel>
  );
}
