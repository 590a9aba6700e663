// A TCP connection through the relay, with npm's @mercuryworkshop/wisp-js:
//
//     npm install @mercuryworkshop/wisp-js
//     node wisp_echo.mjs ws://127.0.0.1:7878/wisp/TOKEN/ localhost 8888
//
// In a browser it is the same; the bridge then needs --allow-origin and the page's origin.

import { client } from "@mercuryworkshop/wisp-js/client";

const [url, host, port] = process.argv.slice(2);

const connection = new client.ClientConnection(url);
connection.onclose = () => process.exit(1);
connection.onopen = () => {
  const stream = connection.create_stream(host, Number(port));
  stream.onmessage = (bytes) => {
    console.log("received", JSON.stringify(new TextDecoder().decode(bytes)));
    stream.close();
    connection.onclose = () => process.exit(0);
    connection.close();
  };
  stream.onclose = (reason) => {
    console.log("closed, reason 0x" + reason.toString(16));
    process.exit(1);
  };
  stream.send(new TextEncoder().encode("Hello, 套接字!"));
};
