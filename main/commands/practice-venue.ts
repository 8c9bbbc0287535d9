import { openDataFolder } from '../data-folder.ts';
import { runPracticeVenue } from '../practice/main.ts';

export interface PracticeVenueOptions {
  readonly port: number;
  readonly seed?: number;
  readonly data?: string;
  readonly speed: number;
  readonly dataDir?: string;
  readonly json: boolean;
}

/** `practice-venue`: the venue alone, in this process, until it is told to end. */
export async function practiceVenue({ dataDir, ...options }: PracticeVenueOptions): Promise<null> {
  process.exitCode = await runPracticeVenue({ ...options, dataDir: openDataFolder(dataDir).practiceDir });
  return null;
}
