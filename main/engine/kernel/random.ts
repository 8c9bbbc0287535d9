/** Uniform in [0, 1). */
export interface Random {
  next(): number;
}

/**
 * Small Fast Counter (sfc32, C. Doty-Humphrey, PractRand): 128 bits of state, passes BigCrush; for everything seeded.
 */
export function createRandom(seed: number): Random {
  let a = 0;
  let b = seed | 0;
  let c = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  let counter = 1;
  const step = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round += 1) step();
  return { next: step };
}
