/** From a line or mark on the chart to the card or row it stands for, with the keyboard on it. */
import { isWorking } from '../panels/order-words.ts';
import { deskStore } from '../stores/desk-store.ts';
import { isWaiting } from '../stores/queue.ts';
import { openCard } from '../stores/queue-store.ts';
import { setView } from '../stores/view-store.ts';
import { showPanel } from './dock-api.ts';

/** A panel that was behind another needs a few paints until its rows are there. */
const TRIES = 20;

/** `target` is a kind and an id: `proposal:…`, `order:…`, `fill:…`, `position:…`. Others do nothing. */
export function reveal(target: string): void {
  const cut = target.indexOf(':');
  const id = target.slice(cut + 1);
  const desk = deskStore.getState().desk;
  switch (target.slice(0, cut)) {
    case 'proposal': {
      showPanel('queue');
      const proposal = desk?.proposals.find((row) => row.id === id);
      if (proposal && isWaiting(proposal)) openCard(id);
      focusSoon(`[data-proposal="${CSS.escape(id)}"], [data-earlier="${CSS.escape(id)}"]`);
      return;
    }
    case 'order': {
      const order = desk?.orders.find((row) => row.clientOrderId === id);
      setView({ ordersView: order && isWorking(order) ? 'working' : 'orders' });
      showPanel('orders');
      focusSoon(`[data-row="${CSS.escape(id)}"]`);
      return;
    }
    case 'fill':
      setView({ ordersView: 'fills' });
      showPanel('orders');
      focusSoon(`[data-row="${CSS.escape(id)}"]`);
      return;
    case 'position':
      showPanel('positions');
      focusSoon(`[data-row="${CSS.escape(id)}"]`);
      return;
  }
}

function focusSoon(selector: string, triesLeft = TRIES): void {
  const found = document.querySelector<HTMLElement>(selector);
  if (found) {
    found.focus({ preventScroll: true });
    found.scrollIntoView({ block: 'nearest' });
  } else if (triesLeft > 0) requestAnimationFrame(() => focusSoon(selector, triesLeft - 1));
}
