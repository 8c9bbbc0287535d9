/** What becomes of orders that a strategy wants to rest. */
export const REST_MOVES = {
  asked: 'rest: asked',
  lapses: 'rest: taken back before it is signed',
  leaves: 'rest: taken back from the venue',
  switchedOff: 'rest: taken back as its strategy is switched off',
  fills: 'rest: filled',
} as const;
