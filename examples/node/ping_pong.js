// Two destinations exchange data through I2P, with the npm package @diva.exchange/i2p-sam.
//
//     npm ci --ignore-scripts
//     node ping_pong.js [HOST:PORT [HOST:PORT]]
//
// The first destination is a server: the bridge forwards its streams to a local TCP port. The second one connects to it
// through the second bridge (the same, if only one is given). Exit code 0 if the answer came back, else 1.

import net from 'node:net';
import { createForward, createStream, lookup } from '@diva.exchange/i2p-sam';

const OPTIONS = 'i2cp.leaseSetEncType=4'; // Samovar's default, but not that of every bridge.
const PATIENCE_MS = 60_000;
const ANSWER_MS = 60_000;

const say = (who, text) => console.log(`${who.padEnd(4)} | ${text}`);

const bridges = process.argv.slice(2);
if (bridges.length > 2 || bridges.some((bridge) => !/^[^:]+:[0-9]+$/.test(bridge))) {
  console.error('usage: node ping_pong.js [HOST:PORT [HOST:PORT]]');
  process.exit(1);
}

// The package raises ports below 1025 to 1025 by itself.
function addressOf(bridge) {
  const [host, port] = bridge.split(':');
  return { host, portTCP: Number(port), timeout: 180 };
}

// Answers each line PING with PONG. The bridge connects here for every stream from the network, and says first, in a
// line of its own, who the peer is.
function pongServer() {
  const server = net.createServer((socket) => {
    let received = '';
    let peerKnown = false;
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      received += data.toString('latin1');
      for (let end; (end = received.indexOf('\n')) >= 0; received = received.slice(end + 1)) {
        const line = received.slice(0, end);
        if (!peerKnown) {
          peerKnown = true;
          say('pong', `a stream from a destination of ${line.split(' ')[0].length} characters`);
        } else if (line === 'PING') {
          say('pong', "received 'PING'");
          socket.write('PONG\n');
        } else {
          socket.destroy();
        }
      }
      if (received.length > 4096) {
        socket.destroy();
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

// A lease set takes a while to be found in a network: ask for the name until there is an answer.
async function findDestination(bridge, name) {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await lookup({ sam: bridge }, name);
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function answerTo(stream, question) {
  return new Promise((resolve, reject) => {
    let received = '';
    const timer = setTimeout(() => reject(new Error('no answer in time')), ANSWER_MS);
    const settle = (outcome, value) => {
      clearTimeout(timer);
      outcome(value);
    };
    stream.on('data', (data) => {
      received += data.toString('latin1');
      if (received.includes('\n')) {
        settle(resolve, received.slice(0, received.indexOf('\n')));
      }
    });
    stream.on('error', (error) => settle(reject, error));
    stream.on('close', () => settle(reject, new Error('the stream was closed')));
    stream.stream(Buffer.from(question));
  });
}

let server, forward, stream;
let code = 1;
try {
  const first = addressOf(bridges[0] ?? '127.0.0.1:7656');
  const second = bridges.length === 2 ? addressOf(bridges[1]) : first;

  server = await pongServer();
  forward = await createForward({
    sam: first,
    session: { options: OPTIONS },
    forward: { host: '127.0.0.1', port: server.address().port },
  });
  const name = forward.getB32Address();
  say('pong', `my address is ${name}`);

  const destination = await findDestination(second, name);
  stream = await createStream({ sam: second, session: { options: OPTIONS }, stream: { destination } });
  say('ping', 'connected');
  const started = performance.now();
  const answer = await answerTo(stream, 'PING\n');
  say('ping', `received '${answer}' after ${(performance.now() - started).toFixed(1)} ms`);
  code = answer === 'PONG' ? 0 : 1;
} catch (error) {
  // Only the first words: the package's messages repeat the bridge's reply, which may hold a key.
  console.error(`ping_pong: ${String(error.message ?? error).split(/DESTINATION=|PRIV=/)[0]}`);
} finally {
  stream?.close();
  forward?.close();
  server?.close();
}
say('', code === 0 ? 'they talked to each other through I2P' : 'they did not get through');
process.exit(code);
