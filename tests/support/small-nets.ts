import { causalCnn } from '../../main/ml/nets/causal-cnn.ts';
import { lstm } from '../../main/ml/nets/lstm.ts';
import { mlp } from '../../main/ml/nets/mlp.ts';
import type { Net, WindowShape } from '../../main/ml/nets/net.ts';
import { stateSpace } from '../../main/ml/nets/state-space.ts';
import { temporalFusion } from '../../main/ml/nets/temporal-fusion.ts';
import { transformer } from '../../main/ml/nets/transformer.ts';

/** One net of each family, by the family's name, as small as it can be and still be all of itself; two outputs. */
export const smallNets = (window: WindowShape, layers = 2): Readonly<Record<string, Net>> => ({
  mlp: mlp(window, 2, { hidden: [6, 5] }),
  lstm: lstm(window, 2, { width: 4 }),
  cnn: causalCnn(window, 2, { width: 4, layers, taps: 2 }),
  transformer: transformer(window, 2, { width: 4, heads: 2, layers }),
  'temporal-fusion': temporalFusion(window, 2, { width: 4, heads: 2, horizons: 2 }),
  'state-space': stateSpace(window, 2, { width: 4, states: 3, layers }),
});
