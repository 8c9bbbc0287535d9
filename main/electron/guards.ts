import type { WebContents } from 'electron';
import { APP_ORIGIN, type ElectronApi } from './electron-api.ts';

/** True for pages of the renderer itself. */
export function isOwnPage(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`);
}

/** No page of ours leads elsewhere, opens a window, embeds a webview or is granted a permission. */
export function installGuards(
  { app, session }: Pick<ElectronApi, 'app' | 'session'>,
  onRefused: (what: string) => void,
): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const stay = (event: { preventDefault(): void }, url: string): void => {
      if (isOwnPage(url)) return;
      event.preventDefault();
      onRefused(`navigation to ${url}`);
    };
    contents.on('will-navigate', (event) => stay(event, event.url));
    contents.on('will-redirect', (event) => stay(event, event.url));
    contents.on('will-frame-navigate', (event) => stay(event, event.url));
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
      onRefused('a webview');
    });
    contents.setWindowOpenHandler(({ url }) => {
      onRefused(`a window for ${url}`);
      return { action: 'deny' };
    });
  });
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => {
    onRefused(`the permission "${permission}"`);
    decide(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
}
