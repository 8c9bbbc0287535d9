/** Funding is paid at 00:00, 08:00 and 16:00 UTC. */
export const FUNDING_EVERY_MS = 8 * 3_600_000;

/**
 * Millionths of a position's value per payment, paid by longs to shorts. A perpetual's price is the market's own here, so
 * its premium is nothing and what is left is the interest of 0.01 %.
 */
export const FUNDING_RATE_PPM = 100;

export const lastFundingMs = (timeMs: number): number => Math.floor(timeMs / FUNDING_EVERY_MS) * FUNDING_EVERY_MS;
export const nextFundingMs = (timeMs: number): number => lastFundingMs(timeMs) + FUNDING_EVERY_MS;
