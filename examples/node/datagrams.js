// Two destinations send each other repliable datagrams through I2P, with the npm package @diva.exchange/i2p-sam.
//
//     npm ci --ignore-scripts
//     node datagrams.js [HOST:PORT [UDP-PORT]]
//
// The first one answers each datagram with the same bytes, to the sender that it finds in it. Exit code 0 if the answers
// came back, else 1.

import dgram from 'node:dgram';
import { createDatagram } from '@diva.exchange/i2p-sam';

const OPTIONS = 'i2cp.leaseSetEncType=4'; // Samovar's default, but not that of every bridge.
const SIZES = [1, 1_000, 10_000];
const PATIENCE_MS = 60_000;
const AGAIN_MS = 1_000; // A datagram may be lost on its way.

const say = (who, text) => console.log(`${who.padEnd(4)} | ${text}`);

const [bridge = '127.0.0.1:7656', portUDP = '7655'] = process.argv.slice(2);
if (process.argv.length > 4 || !/^[^:]+:[0-9]+$/.test(bridge) || !/^[0-9]+$/.test(portUDP)) {
  console.error('usage: node datagrams.js [HOST:PORT [UDP-PORT]]');
  process.exit(1);
}

// The package wants to be told where it shall listen.
function freePort() {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

async function session() {
  const [host, port] = bridge.split(':');
  return createDatagram({
    sam: { host, portTCP: Number(port), portUDP: Number(portUDP), timeout: 180 },
    session: { options: OPTIONS },
    listen: { address: '127.0.0.1', port: await freePort() },
  });
}

// Sends again until the answer is there.
function ask(client, destination, question) {
  return new Promise((resolve, reject) => {
    const send = () => client.send(destination, question);
    const again = setInterval(send, AGAIN_MS);
    const end = setTimeout(() => settle(reject, new Error('no answer in time')), PATIENCE_MS);
    const settle = (outcome, value) => {
      clearInterval(again);
      clearTimeout(end);
      client.off('data', take);
      outcome(value);
    };
    const take = (answer, sender) => {
      // The sender stands first in its line; options may follow.
      if (sender.split(' ')[0] === destination && answer.equals(question)) {
        settle(resolve);
      }
    };
    client.on('data', take);
    send();
  });
}

let server, client;
let code = 1;
try {
  [server, client] = await Promise.all([session(), session()]);
  server.on('data', (question, sender) => server.send(sender.split(' ')[0], question));
  for (const size of SIZES) {
    const question = Buffer.alloc(size, `a datagram of ${size} bytes `);
    await ask(client, server.getPublicKey(), question);
    say('', `${size} bytes came back`);
  }
  code = 0;
} catch (error) {
  // Only the first words: the package's messages repeat the bridge's reply, which may hold a key.
  console.error(`datagrams: ${String(error.message ?? error).split(/DESTINATION=|PRIV=/)[0]}`);
} finally {
  server?.close();
  client?.close();
}
say('', code === 0 ? 'they sent each other datagrams through I2P' : 'they did not get through');
process.exit(code);
