/**
 * Average uniqueness of labels that overlap in time: the mean, over the bars a label waits for, of one over the number
 * of labels waiting there (López de Prado, Advances in Financial Machine Learning, ch. 4). Labels are of one instrument.
 *
 * @param startIndex bar each label was asked at, ascending
 * @param endIndex bar that decided it
 */
export function averageUniqueness(startIndex: Int32Array, endIndex: Int32Array): Float64Array {
  let bars = 0;
  for (const end of endIndex) bars = Math.max(bars, end + 2);
  const change = new Int32Array(bars);
  for (let i = 0; i < startIndex.length; i++) {
    change[startIndex[i]! + 1]! += 1;
    change[endIndex[i]! + 1]! -= 1;
  }
  const inverseSum = new Float64Array(bars + 1);
  let waiting = 0;
  for (let bar = 0; bar < bars; bar++) {
    waiting += change[bar]!;
    inverseSum[bar + 1] = inverseSum[bar]! + (waiting > 0 ? 1 / waiting : 0);
  }
  return Float64Array.from(startIndex, (start, i) => {
    const end = endIndex[i]!;
    return (inverseSum[end + 1]! - inverseSum[start + 1]!) / (end - start);
  });
}
