import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the state lives. */
export interface DataFolder {
  readonly root: string;
  readonly settings: string;
  /** What a person sets by hand; need not be there. */
  readonly config: string;
  readonly lock: string;
  /** The token that screens in a browser are let in with. */
  readonly screenToken: string;
  /** The practice venue's own memory. */
  readonly practiceDir: string;
  /** Reports of game days. */
  readonly gameDays: string;
  /** Candles that backtests read. */
  readonly labCandles: string;
  /** Models that were asked to be trained, a folder each. */
  readonly trainingJobs: string;
  /** Backtests that were run: folders, the master list, the database. */
  readonly results: string;
  /** Models made or brought in here, what probes found of them, and why they trade. */
  readonly models: string;
  readonly modelProbes: string;
  /** What is known of GPUs that models may be asked on. */
  readonly answeringGpus: string;
  readonly promotions: string;
  readonly modelStandings: string;
  /** How long this installation watches a model before it may trade; the standard where it is missing. */
  readonly promotionGate: string;
  /** What this installation signs with. */
  readonly installationKey: string;
  /** Files of strategies of the user's own: the lab offers them. */
  readonly strategies: string;
}

/** The books of one account at one venue: another market is another account with books of its own. */
export interface AccountFolder {
  readonly root: string;
  readonly journalDir: string;
  readonly journalHead: string;
  readonly journalStore: string;
  readonly candleStore: string;
  /** Apart from spot's: each store has one writer. */
  readonly perpetualCandleStore: string;
  /** Prints and books that were recorded, a folder for each instrument. */
  readonly recordings: string;
  /** Forecasts that the market has decided, a file a day. */
  readonly forecasts: string;
  /** What was learnt of them about whom to trust when, and what of it counts. */
  readonly trust: string;
}

/** The platform's folder for user data. */
function defaultRoot(): string {
  const home = homedir();
  if (process.platform === 'win32') return join(process.env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Countersign');
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'Countersign');
  return join(process.env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'countersign');
}

/** Makes the folder where missing and names what is in it. */
export function openDataFolder(dir?: string): DataFolder {
  const root = resolve(dir ?? defaultRoot());
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return {
    root,
    settings: join(root, 'settings.json'),
    config: join(root, 'config.yaml'),
    lock: join(root, 'instance.lock'),
    screenToken: join(root, 'screen.token'),
    practiceDir: join(root, 'practice'),
    gameDays: join(root, 'game-days'),
    labCandles: join(root, 'lab', 'candles'),
    trainingJobs: join(root, 'training', 'jobs'),
    results: join(root, 'results'),
    models: join(root, 'models'),
    modelProbes: join(root, 'model-probes'),
    answeringGpus: join(root, 'answering-gpus.json'),
    promotions: join(root, 'promotions'),
    modelStandings: join(root, 'model-standings.json'),
    promotionGate: join(root, 'promotion-gate.json'),
    installationKey: join(root, 'installation.key'),
    strategies: join(root, 'strategies'),
  };
}

const accountsDir = (root: string): string => join(root, 'accounts');

/** The folder of one account, made where missing. `name` is `[a-z0-9-]+`, e.g. `practice-generated-1`. */
export function openAccountFolder(root: string, name: string): AccountFolder {
  const folder = accountFolderAt(join(accountsDir(root), name));
  mkdirSync(folder.root, { recursive: true, mode: 0o700 });
  return folder;
}

/** Every account that has books in this data folder; none where the folder does not exist. */
export function accountFolders(root: string): readonly AccountFolder[] {
  const dir = accountsDir(resolve(root));
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .sort()
    .map((name) => accountFolderAt(join(dir, name)))
    .filter((folder) => existsSync(folder.journalDir));
}

const accountFolderAt = (root: string): AccountFolder => ({
  root,
  journalDir: join(root, 'journal'),
  journalHead: join(root, 'journal.head'),
  journalStore: join(root, 'journal.db'),
  candleStore: join(root, 'candles.db'),
  perpetualCandleStore: join(root, 'candles-usdm.db'),
  recordings: join(root, 'recordings'),
  forecasts: join(root, 'forecasts'),
  trust: join(root, 'trust'),
});
