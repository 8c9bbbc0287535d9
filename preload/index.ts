/** The bridge: all that a page of ours can reach of the desktop is one port to the engine. */
import { contextBridge, ipcRenderer } from 'electron';

const ASK = 'countersign:connect';
const PORT = 'countersign:engine-port';

ipcRenderer.on(PORT, (event) => {
  window.postMessage(PORT, window.location.origin, event.ports as unknown as Transferable[]);
});

contextBridge.exposeInMainWorld('countersign', { connect: () => ipcRenderer.send(ASK) });
