/** An HTTP server of one file with ranges, that can be told to misbehave. For tests. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listenOnFreePort } from './listen';

export type RangeServer = {
  url: string;
  requests: { range: string | null; ifRange: string | null; authorization: string | null }[];
  /** Handles the next requests, one each, instead of the server. */
  readonly tricks: ((request: IncomingMessage, response: ServerResponse) => void)[];
  etag: string;
  /** Cuts each connection after so many bytes of body. */
  dropAfterBytes: number;
  close(): Promise<void>;
};

export async function startRangeServer(content: Uint8Array): Promise<RangeServer> {
  const state: RangeServer = {
    url: '',
    requests: [],
    tricks: [],
    etag: '"v1"',
    dropAfterBytes: Number.POSITIVE_INFINITY,
    close: async () => {},
  };
  const server: Server = createServer((request, response) => {
    const { range = null, 'if-range': ifRange = null, authorization = null } = request.headers;
    state.requests.push({ range, ifRange: Array.isArray(ifRange) ? null : ifRange, authorization });
    const trick = state.tricks.shift();
    if (trick) return trick(request, response);
    const wanted = /^bytes=(\d+)-$/.exec(range ?? '');
    const offset = wanted && (ifRange === null || ifRange === state.etag) ? Number(wanted[1]) : 0;
    response.statusCode = offset > 0 ? 206 : 200;
    response.setHeader('etag', state.etag);
    response.setHeader('content-length', content.length - offset);
    if (offset > 0) response.setHeader('content-range', `bytes ${offset}-${content.length - 1}/${content.length}`);
    if (content.length - offset <= state.dropAfterBytes) return void response.end(content.subarray(offset));
    response.write(content.subarray(offset, offset + state.dropAfterBytes), () => response.destroy());
  });
  const port = await listenOnFreePort(server);
  state.url = `http://127.0.0.1:${port}/image`;
  state.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return state;
}
