import { contentSecurityPolicy } from '../web/content-security-policy.ts';
import { loadStaticFiles } from '../web/static-files.ts';
import { APP_SCHEME, type ElectronApi } from './electron-api.ts';

/** Must be called before the app is ready. */
export function registerAppScheme({ protocol }: Pick<ElectronApi, 'protocol'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built renderer, and nothing else, under the app's own scheme. */
export function serveApp({ protocol }: Pick<ElectronApi, 'protocol'>, rendererDir: string): void {
  const files = loadStaticFiles(rendererDir);
  const policy = contentSecurityPolicy('');
  protocol.handle(APP_SCHEME, (request) => {
    const { pathname } = new URL(request.url);
    const file = files.get(pathname === '/' ? '/index.html' : pathname);
    if (!file) return new Response(`There is no ${pathname} here.`, { status: 404 });
    return new Response(new Uint8Array(file.body), {
      headers: {
        'Content-Type': file.type,
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
}
