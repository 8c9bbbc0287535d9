/** What commands take: values read from text, each with one sentence for what it is not, and options that several share. */
import { InvalidArgumentError, Option } from 'commander';

export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535.');
  return value;
}

export function seed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new InvalidArgumentError('a seed is a whole number from 0 to 4294967295.');
  return value;
}

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000) {
    throw new InvalidArgumentError('a count is a whole number from 1 to 1000.');
  }
  return value;
}

export function scenarioCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 100 || value > 10_000_000)
    throw new InvalidArgumentError('scenarios are a whole number from 100 to 10000000.');
  return value;
}

export function trialCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000)
    throw new InvalidArgumentError('trials are a whole number from 1 to 100000.');
  return value;
}

export function barCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1_000 || value > 100_000_000)
    throw new InvalidArgumentError('bars are a whole number from 1000 to 100000000.');
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('a number above zero is needed.');
  return value;
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1))
    throw new InvalidArgumentError('a share from 0 to below 1 is needed.');
  return value;
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('a number from 0 on is needed.');
  return value;
}

export function speed(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 1_000)) throw new InvalidArgumentError('a speed is a number from 1 to 1000.');
  return value;
}

export const listed = (text: string, before: string[] = []): string[] => [...before, text];

export const seedOption = () =>
  new Option('--seed <S>', 'generated market of this seed').argParser(seed).conflicts(['data', 'practice']);
export const dataOption = () =>
  new Option('--data <DIR>', 'recorded candles of this folder, mapped onto now').conflicts('practice');
export const dataDirOption = () =>
  new Option('--data-dir <DIR>', 'where the state lives (default: the platform’s user-data folder)');
