// The wire between one browser and the stack: every byte of its HTTP, WebSockets and media passes here and can be
// stopped here. --host-resolver-rules sends the browser this way, and the address in the media offer sends its media.
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

/** lay puts a wire in front of the stack's addresses. */
export async function lay(...addresses) {
  const wire = new Wire();
  for (const address of addresses) await wire.carry(Number(new URL(address).port));
  return wire;
}

class Wire {
  constructor() {
    this.ports = new Map(); // the stack's TCP port -> ours
    this.mode = new Map(); // the stack's TCP port -> dead or refused; absent: open
    this.pipes = new Set();
    this.servers = [];
    this.sound = 'open'; // or dead, or deaf: media to the browser is dropped, everything else passes
    this.media = new Map(); // the stack's UDP port -> ours
  }

  get flags() {
    const rules = [...this.ports].map(([to, ours]) => `MAP 127.0.0.1:${to} 127.0.0.1:${ours}`);
    return [`--host-resolver-rules=${rules.join(', ')}`];
  }

  async carry(port) {
    const server = net.createServer((near) => this.pipe(port, near));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    this.ports.set(port, server.address().port);
    this.servers.push(server);
  }

  pipe(port, near) {
    if (this.mode.get(port) === 'refused') return void near.destroy();
    const far = net.connect(port, '127.0.0.1');
    const pipe = { port, near, far };
    this.pipes.add(pipe);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', (bytes) => { if (to.writable) to.write(bytes); });
      from.on('error', () => to.destroy());
      from.on('close', () => { to.destroy(); this.pipes.delete(pipe); });
    }
    if (this.mode.get(port) === 'dead') hold(pipe);
  }

  /** mediaAt is the address at which a browser finds the stack's media port. */
  async mediaAt(port) {
    if (!this.media.has(port)) this.media.set(port, this.carrySound(port));
    return this.media.get(port);
  }

  async carrySound(port) {
    const near = dgram.createSocket('udp4');
    const far = new Map(); // a browser's port -> the socket that stands for it
    near.on('message', (bytes, from) => {
      if (this.sound === 'dead') return;
      let socket = far.get(from.port);
      if (!socket) {
        socket = dgram.createSocket('udp4');
        far.set(from.port, socket);
        this.servers.push(socket);
        socket.on('message', (answer) => {
          const said = answer[0] >= 128 && answer[0] < 192; // RTP, RFC 7983
          if (this.sound === 'open' || this.sound === 'deaf' && !said) near.send(answer, from.port, from.address);
        });
      }
      socket.send(bytes, port, '127.0.0.1');
    });
    near.bind(0, '127.0.0.1');
    await once(near, 'listening');
    this.servers.push(near);
    return near.address().port;
  }

  /** cut is a network that disappears: no error, and nothing arrives. */
  cut() {
    this.sound = 'dead';
    for (const port of this.ports.keys()) this.mode.set(port, 'dead');
    for (const pipe of this.pipes) hold(pipe);
  }

  /** refuse is a firewall before one address: connections end, and new ones are refused. */
  refuse(address) {
    const port = Number(new URL(address).port);
    this.mode.set(port, 'refused');
    for (const pipe of this.pipes) if (pipe.port === port) pipe.near.destroy();
  }

  mend() {
    this.sound = 'open';
    this.mode.clear();
    for (const { near, far } of this.pipes) {
      near.resume();
      far.resume();
    }
  }

  close() {
    for (const { near, far } of this.pipes) {
      near.destroy();
      far.destroy();
    }
    for (const server of this.servers) server.close();
  }
}

function hold({ near, far }) {
  near.pause();
  far.pause();
}
