// Run by `nets.ts` in a folder that has TensorFlow.js: steps a second of one of its nets on the WASM backend, one thread.
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');

const { net, batch, classes, seconds } = JSON.parse(process.argv[2]);
const window = [60, 20];

const nets = {
  mlp: () => [
    tf.layers.dense({ units: 64, activation: 'relu', inputShape: [60] }),
    tf.layers.dense({ units: 64, activation: 'relu' }),
  ],
  lstm: () => [tf.layers.lstm({ units: 64, inputShape: window })],
};

async function main() {
  wasm.setThreadsCount(1);
  wasm.setWasmPaths(`${__dirname}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  await tf.setBackend('wasm');
  const model = tf.sequential({ layers: [...nets[net](), tf.layers.dense({ units: classes, activation: 'softmax' })] });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
  const x = tf.randomUniform([batch, ...(net === 'mlp' ? [60] : window)], -1, 1);
  const y = tf.oneHot(tf.randomUniform([batch], 0, classes, 'int32'), classes).toFloat();
  for (let step = 0; step < 2; step++) await model.trainOnBatch(x, y);
  const started = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  let steps = 0;
  for (; spent() < seconds; steps++) await model.trainOnBatch(x, y);
  console.log(steps / spent());
}

main();
