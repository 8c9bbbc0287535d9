import { z } from 'zod';

/** Kinds of hyper-parameters. `meta` says what one means, for the screen and the command line, and how it is searched. */

/** A whole number. */
export const count = (least: number, most: number, standard: number, meaning: string) =>
  z.int().min(least).max(most).default(standard).meta({ description: meaning });

/** A number drawn evenly between its limits when searched. */
export const share = (least: number, most: number, standard: number, meaning: string) =>
  z.number().min(least).max(most).default(standard).meta({ description: meaning });

/** A number whose size matters by its order of magnitude: searched by its logarithm. */
export const scale = (least: number, most: number, standard: number, meaning: string) =>
  z.number().min(least).max(most).default(standard).meta({ description: meaning, logarithmic: true });
