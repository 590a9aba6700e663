// What real clients of npm do with the relay: wisp-js (both versions, TCP and UDP) and noVNC's websock.js.
// node client.mjs ORIGIN TOKEN TCP_ECHO_PORT UDP_ECHO_PORT

import { client } from "@mercuryworkshop/wisp-js/client";
import { WebSocket } from "ws";

const [origin, token, tcp, udp] = process.argv.slice(2);

const pattern = (length) => Uint8Array.from({ length }, (_, at) => (at * 31) ^ (at >> 9));

function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/// Sends all, in parts, and waits until it came back.
function echo(send, listen, bytes, part) {
  return new Promise((resolve, reject) => {
    let received = 0;
    listen((more) => {
      if (!same(more, bytes.subarray(received, received + more.length))) reject(new Error("other bytes"));
      received += more.length;
      if (received === bytes.length) resolve();
    }, reject);
    for (let at = 0; at < bytes.length; at += part) send(bytes.slice(at, at + part));
  });
}

async function wisp(version, path) {
  const connection = new client.ClientConnection(`${origin}${path}`, { wisp_version: version });
  await new Promise((resolve, reject) => {
    connection.onopen = resolve;
    connection.onclose = () => reject(new Error("no connection"));
  });
  if (connection.wisp_version !== version) throw new Error("it fell back");
  const streams = [1, 2, 3].map(async (number) => {
    const stream = connection.create_stream("localhost", Number(tcp));
    const listen = (on, failed) => {
      stream.onmessage = on;
      stream.onclose = (reason) => failed(new Error(`closed: ${reason}`));
    };
    await echo((part) => stream.send(part), listen, pattern(number << 20), 20_000 * number);
    stream.close();
  });
  await Promise.all(streams);
  const datagrams = connection.create_stream("127.0.0.1", Number(udp), "udp");
  await echo((part) => datagrams.send(part), (on) => (datagrams.onmessage = on), pattern(1200), 1200);
  const refused = connection.create_stream("10.0.0.7", 80);
  const reason = await new Promise((resolve) => (refused.onclose = resolve));
  if (reason !== 0x48) throw new Error(`refused with ${reason}`);
  connection.onclose = () => {};
  connection.close();
  console.log(`wisp-js ${version}: ok ${connection.server_motd ?? ""}`);
}

async function novnc() {
  globalThis.WebSocket = WebSocket;
  globalThis.window = globalThis;
  const { default: Websock } = await import(new URL("node_modules/@novnc/novnc/core/websock.js", import.meta.url));
  const socket = new Websock();
  const opened = new Promise((resolve) => socket.on("open", resolve));
  socket.open(`${origin}/wsproxy/${token}/localhost:${tcp}`, ["binary"]);
  await opened;
  const send = (part) => {
    socket.sQpushBytes(part);
    socket.flush();
  };
  const listen = (on, failed) => {
    socket.on("message", () => on(socket.rQshiftBytes(socket._rQlen - socket._rQi)));
    socket.on("close", () => failed(new Error("closed")));
  };
  await echo(send, listen, pattern(1 << 20), 5000);
  socket.on("close", () => {});
  socket.close();
  console.log("noVNC: ok");
}

await wisp(2, `/wisp/${token}/`);
await wisp(1, `/wisp/${token}/`);
await novnc();
process.exit(0);
