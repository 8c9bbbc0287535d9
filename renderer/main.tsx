import './zod-config.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Desk } from './app/Desk.tsx';
import { startSession } from './stores/session.ts';
import { showLook } from './stores/view-store.ts';
import './styles/index.css';
import { connectIpc } from './transport/ipc.ts';
import { connectWebSocket } from './transport/websocket.ts';

showLook();
const bridge = window.countersign;
void startSession(bridge ? () => connectIpc(bridge) : connectWebSocket, new AbortController().signal);

const root = document.getElementById('desk');
if (!root) throw new Error('index.html has no #desk');
createRoot(root).render(
  <StrictMode>
    <Desk />
  </StrictMode>,
);
