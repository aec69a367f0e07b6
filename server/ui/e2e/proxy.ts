/** An ingress that takes a path prefix away, of which the server behind it knows nothing. */
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export async function openProxy(prefix: string, target: string): Promise<{ server: Server; address: string }> {
  const server = createServer((asked, answer) => {
    const path = asked.url ?? "/";
    if (!path.startsWith(`${prefix}/`)) {
      answer.writeHead(404).end();
      return;
    }
    // To the browser pages and API are of one origin, whatever is behind.
    const headers = { ...asked.headers };
    delete headers.origin;
    const forwarded = request(target + path.slice(prefix.length), { method: asked.method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    forwarded.on("error", () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
    asked.pipe(forwarded);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}` };
}
